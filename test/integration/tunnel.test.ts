/** CONNECT (RFC 9110 section 9.3.6): what a tunnel carries, how it ends, and when there is none. */
import t from "tap";
import { RawClient } from "#test/support/raw-client.ts";
import { RawOrigin } from "#test/support/raw-origin.ts";
import { type RunningProxy, startProxy } from "#test/support/running-proxy.ts";
import { connectTo, get } from "./messages.ts";

const LARGE_BYTES = 8_000_000;
/** What the kernel's buffers on the way, and the proxy's, hold at most. */
const HELD_BYTES_MAX = 48 * 1024 * 1024;

const resources = new AsyncDisposableStack();
t.teardown(() => resources.disposeAsync());
let proxy: RunningProxy;

t.before(async () => {
  proxy = resources.use(await startProxy());
});

/** An open tunnel, and the origin's end of it. */
async function openTunnel(client: RawClient, origin: RawOrigin): Promise<{ head: string; far: RawClient }> {
  const number = origin.accepted;
  client.send(connectTo(origin));
  const { status, head } = await client.answer("CONNECT");
  if (status !== 200) throw new Error(head);
  return { head, far: await origin.connection(number) };
}

t.test("a tunnel carries any bytes both ways, and its answer has no framing", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  const { head, far } = await openTunnel(client, origin);
  t.notMatch(head, /content-length|transfer-encoding/i); // RFC 9110 section 9.3.6
  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  client.send(all);
  t.strictSame(await far.bytes(256), all);
  far.send(all);
  t.strictSame(await client.bytes(256), all);
});

t.test("an origin that speaks first is heard", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(connectTo(origin));
  (await origin.connection(0)).send("220 ready\r\n");
  t.equal((await client.answer("CONNECT")).status, 200);
  t.equal((await client.bytes(11)).toString(), "220 ready\r\n");
});

t.test("a client that has sent FIN still gets the rest", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  const { far } = await openTunnel(client, origin);
  client.send("question");
  client.finish();
  const { how, rest } = await far.closed();
  t.equal(how, "fin");
  t.equal(rest.toString(), "question");
  far.send(Buffer.alloc(LARGE_BYTES, "a"));
  far.finish();
  const end = await client.closed();
  t.equal(end.how, "fin");
  t.equal(end.rest.length, LARGE_BYTES);
});

t.test("an origin that has sent FIN still gets the rest", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  const { far } = await openTunnel(client, origin);
  far.send("greeting");
  far.finish();
  const { how, rest } = await client.closed();
  t.equal(how, "fin");
  t.equal(rest.toString(), "greeting");
  client.send(Buffer.alloc(LARGE_BYTES, "a"));
  client.finish();
  const end = await far.closed();
  t.equal(end.how, "fin");
  t.equal(end.rest.length, LARGE_BYTES);
});

t.test("a reset on one side ends the other", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  const { far } = await openTunnel(client, origin);
  far.reset();
  await client.closed();
  await using other = await RawClient.open(proxy.port);
  const second = await openTunnel(other, origin);
  other.reset();
  await second.far.closed();
  t.pass();
});

t.test("a reader that stops holds the writer, and nothing is lost", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  const { far } = await openTunnel(client, origin);
  client.pause();
  const sent = await far.sendUntilStalled(Buffer.alloc(65_536, "0123456789"), HELD_BYTES_MAX);
  t.ok(sent < HELD_BYTES_MAX, `the origin was held after ${sent} bytes`);
  far.finish();
  client.resume();
  const { rest } = await client.closed();
  t.equal(rest.length, sent);
});

t.test("a tunnel that carries nothing is closed after its idle time", async (t) => {
  await using origin = await RawOrigin.listen();
  await using idle = await startProxy({ connect: { ports: ["1-65535"], idleTimeoutMs: 1_000 } });
  await using client = await RawClient.open(idle.port);
  const { far } = await openTunnel(client, origin);
  await client.closed(4_000);
  await far.closed(4_000);
  const entry = await idle.logged(({ method }) => method === "CONNECT");
  t.equal(entry.reason, "tunnel-idle");
  t.ok(entry.durationMs >= 1_000 && entry.durationMs < 3_000, `${entry.durationMs} ms`);
});

t.test("a tunnel with one direction closed has its own, shorter patience", async (t) => {
  await using origin = await RawOrigin.listen();
  await using short = await startProxy({ connect: { ports: ["1-65535"], halfClosedTimeoutMs: 1_000 } });
  await using client = await RawClient.open(short.port);
  const { far } = await openTunnel(client, origin);
  client.finish();
  await far.closed();
  await client.closed(4_000);
  t.pass();
});

t.test("the log has the tunnel's bytes, heads included", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  const { head, far } = await openTunnel(client, origin);
  client.send("12345");
  await far.bytes(5);
  far.send("1234567");
  await client.bytes(7);
  client.finish();
  far.finish();
  await client.closed();
  const { localPort } = client;
  const entry = await proxy.logged(({ clientPort }) => clientPort === localPort);
  t.equal(entry.requestBytes, connectTo(origin).length + 5);
  t.equal(entry.responseBytes, head.length + 7);
  t.equal(entry.method, "CONNECT");
  t.equal(entry.target, origin.authority);
  t.equal(entry.status, 200);
  t.equal(entry.cacheResult, "TCP_TUNNEL");
  t.equal(entry.upstream, origin.authority);
});

t.test("a refused CONNECT is answered and closed, and nothing behind it is acted upon", async (t) => {
  await using origin = await RawOrigin.listen();
  await using strict = await startProxy({ connect: { ports: [443] } });
  await using client = await RawClient.open(strict.port);
  client.send(connectTo(origin));
  const answer = await client.answer();
  t.equal(answer.status, 403);
  t.equal(answer.field("connection"), "close");
  client.send(get(origin, "/behind"));
  t.equal((await client.closed()).rest.length, 0); // RFC 9931
  t.equal(origin.accepted, 0);
});

t.test("a CONNECT that cannot be carried out is answered and closed", async (t) => {
  const gone = await RawOrigin.listen();
  const { authority } = gone;
  await gone[Symbol.asyncDispose]();
  await using client = await RawClient.open(proxy.port);
  client.send(connectTo({ authority }));
  const answer = await client.answer();
  t.equal(answer.status, 502);
  t.match(answer.field("proxy-status"), /connection_refused/);
  t.equal((await client.closed()).rest.length, 0);
});

t.test("bytes behind a CONNECT before its answer are refused", async (t) => {
  await using origin = await RawOrigin.listen();
  for (const early of [get(origin, "/early"), "\u0016\u0003\u0001", "x"]) {
    await using client = await RawClient.open(proxy.port);
    client.send(connectTo(origin) + early);
    t.equal((await client.answer()).status, 400);
    t.equal((await client.closed()).rest.length, 0);
    const { localPort } = client;
    t.equal((await proxy.logged(({ clientPort }) => clientPort === localPort)).reason, "bytes-after-connect");
  }
  for (let number = 0; number < origin.accepted; number += 1) {
    t.equal((await (await origin.connection(number)).closed()).rest.length, 0, "nothing of it was sent on");
  }
});

t.test("a tunnel may follow requests on the same connection", async (t) => {
  await using origin = await RawOrigin.listen();
  await using client = await RawClient.open(proxy.port);
  client.send(get(origin, "/first") + connectTo(origin));
  const request = await origin.nextRequest();
  request.connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  t.equal((await client.answer()).body.toString(), "ok");
  t.equal((await client.answer("CONNECT")).status, 200);
  const far = await origin.connection(1);
  client.send("through");
  t.equal((await far.bytes(7)).toString(), "through");
});
