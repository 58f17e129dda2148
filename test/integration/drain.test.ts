/** SIGTERM and SIGINT: what runs may end, what is new is refused, and the exit is an orderly 0. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import t from "tap";
import { RawClient } from "#test/support/raw-client.ts";
import { RawOrigin } from "#test/support/raw-origin.ts";
import { type RunningProxy, startProxy } from "#test/support/running-proxy.ts";
import { until } from "#test/support/until.ts";
import { connectTo, get, ok } from "./messages.ts";

const REFUSES_LIMIT_MS = 5_000;
const LONG = { timeoutMs: 60_000 };

/** Waits until a new connection is refused. */
const refusesNew = (proxy: RunningProxy) =>
  until(async () => {
    const client = await RawClient.open(proxy.port).catch(() => null);
    await client?.[Symbol.asyncDispose]();
    return client === null ? true : undefined;
  }, REFUSES_LIMIT_MS);

/** The log of a proxy that has ended. */
const finalLog = (proxy: RunningProxy) => readFile(join(proxy.stateDir, "log/access.log"), "utf8");

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  t.test(`${signal} lets a running download finish, refuses new clients, and ends with 0`, async (t) => {
    await using origin = await RawOrigin.listen();
    await using proxy = await startProxy({ drain: LONG });
    await using client = await RawClient.open(proxy.port);
    client.send(get(origin, "/download"));
    const { connection } = await origin.nextRequest();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
    await client.through("12345");
    proxy.signal(signal);
    await refusesNew(proxy);
    connection.send("67890");
    t.equal((await client.bytes(5)).toString(), "67890");
    t.equal((await client.closed()).how, "fin", "the connection is not kept");
    t.strictSame(await proxy.exited, { code: 0, signal: null });
    t.match(await finalLog(proxy), /\/download"/, "the log was flushed");
  });
}

t.test("an idle connection is closed at once, and an empty proxy ends at once", async (t) => {
  await using origin = await RawOrigin.listen();
  await using proxy = await startProxy({ drain: LONG });
  await using client = await RawClient.open(proxy.port);
  client.send(get(origin, "/"));
  (await origin.nextRequest()).connection.send(ok("done"));
  await client.answer();
  proxy.signal("SIGTERM");
  const end = await client.closed();
  t.equal(end.how, "fin");
  t.equal(end.rest.length, 0);
  t.strictSame(await proxy.exited, { code: 0, signal: null });
  t.match(await finalLog(proxy), /"status":200/);
});

t.test("a request that was under way gets its answer, with Connection: close", async (t) => {
  await using origin = await RawOrigin.listen();
  await using proxy = await startProxy({ drain: LONG });
  await using client = await RawClient.open(proxy.port);
  client.send(get(origin, "/"));
  const { connection } = await origin.nextRequest();
  proxy.signal("SIGTERM");
  await refusesNew(proxy);
  connection.send(ok("late"));
  const answer = await client.answer();
  t.equal(answer.body.toString(), "late");
  t.equal(answer.field("connection"), "close");
  t.strictSame(await proxy.exited, { code: 0, signal: null });
});

t.test("a tunnel goes on while draining", async (t) => {
  await using origin = await RawOrigin.listen();
  await using proxy = await startProxy({ drain: LONG });
  await using client = await RawClient.open(proxy.port);
  client.send(connectTo(origin));
  t.equal((await client.answer("CONNECT")).status, 200);
  const far = await origin.connection(0);
  proxy.signal("SIGTERM");
  await refusesNew(proxy);
  client.send("ping");
  t.equal((await far.bytes(4)).toString(), "ping");
  far.send("pong");
  t.equal((await client.bytes(4)).toString(), "pong");
  client.finish();
  far.finish();
  t.strictSame(await proxy.exited, { code: 0, signal: null });
  t.match(await finalLog(proxy), /"method":"CONNECT"/);
});

t.test("what has not ended after drain.timeoutMs is cut, and the exit is still 0", async (t) => {
  await using origin = await RawOrigin.listen();
  await using proxy = await startProxy({ drain: { timeoutMs: 1_000 } });
  await using download = await RawClient.open(proxy.port);
  download.send(get(origin, "/endless"));
  const { connection } = await origin.nextRequest();
  connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
  await download.through("12345");
  await using tunnel = await RawClient.open(proxy.port);
  tunnel.send(connectTo(origin));
  await tunnel.answer("CONNECT");
  const asked = performance.now();
  proxy.signal("SIGTERM");
  t.strictSame(await proxy.exited, { code: 0, signal: null });
  const tookMs = performance.now() - asked;
  t.ok(tookMs >= 900 && tookMs < 5_000, `${tookMs} ms`);
  t.equal((await download.closed()).rest.length, 0);
  await tunnel.closed();
  const log = await finalLog(proxy);
  t.match(log, /\/endless"/);
  t.match(log, /"method":"CONNECT"/);
});
