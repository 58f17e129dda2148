import t from "tap";
import { defaultSettings } from "#settings/parse-settings.ts";
import { startOriginServer } from "#test/support/origin-server.ts";
import { until } from "#test/support/until.ts";
import { createHttpUpstream, type HttpUpstream } from "#upstream/http-upstream.ts";
import { requestOf, start } from "./exchange-recorder.ts";
import {
  CLOCK,
  connectorsFor,
  newCounters,
  type UpstreamWords,
  upstreamSettings,
} from "./exchange-subject.ts";

const LIMIT_MS = 10_000;

function newClient(words: UpstreamWords = {}) {
  const settings = upstreamSettings(words);
  const counters = newCounters();
  const { connect } = connectorsFor(settings);
  let connects = 0;
  const client = createHttpUpstream({
    clock: CLOCK,
    counters,
    settings,
    limits: defaultSettings().limits,
    connect: (...words) => {
      connects += 1;
      return connect(...words);
    },
  });
  return { client, counters, connects: () => connects };
}

const get = (client: HttpUpstream, authority: { host: string; port: number }, path = "/hello") =>
  start(client.fetch, requestOf({ scheme: "http", authority }, path));

void t.test("the budget of idle connections is shared: the oldest goes first", async (t) => {
  await using one = await startOriginServer();
  await using two = await startOriginServer();
  await using three = await startOriginServer();
  const { client } = newClient({ idleConnectionsMax: 2 });
  t.teardown(() => client.close());
  for (const origin of [one, two, three]) await get(client, origin).seen.finished();
  await until(() => (one.openConnections === 0 ? true : undefined), LIMIT_MS);
  t.strictSame([two.openConnections, three.openConnections], [1, 1]);
  t.match(client.stats, { idleConnections: 2, connections: 2, origins: 2 });
});

void t.test("with no budget nothing is kept", async (t) => {
  await using origin = await startOriginServer();
  const { client } = newClient({ idleConnectionsMax: 0 });
  await get(client, origin).seen.finished();
  t.strictSame(client.stats, { origins: 0, connections: 0, idleConnections: 0, waiters: 0 });
});

void t.test("a reuse is counted, and says from where it comes", async (t) => {
  await using origin = await startOriginServer();
  const { client, counters, connects } = newClient();
  t.teardown(() => client.close());
  for (let at = 0; at < 3; at += 1) await get(client, origin).seen.finished();
  t.equal(counters.value("upstream_connections_reused"), 2);
  t.equal(connects(), 1);
});

void t.test("close() ends what is idle, and what is under way ends by itself", async (t) => {
  await using origin = await startOriginServer();
  const gate = Promise.withResolvers<void>();
  origin.on("/slow", async (call) => {
    await gate.promise;
    await call.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  const { client } = newClient();
  await get(client, origin).seen.finished();
  const slow = get(client, origin, "/slow").seen;
  const other = get(client, origin).seen;
  await other.finished();
  client.close();
  gate.resolve();
  t.equal((await slow.finished()).body, "ok");
  await until(() => (origin.openConnections === 0 ? true : undefined), LIMIT_MS);
  t.equal(client.stats.connections, 0);
});

void t.test("what the origin says of its patience is believed", async (t) => {
  await using origin = await startOriginServer();
  const answer = (timeout: string): string =>
    `HTTP/1.1 200 OK\r\nKeep-Alive: ${timeout}\r\nContent-Length: 0\r\n\r\n`;
  origin.on("/one", answer("timeout=1"));
  origin.on("/five", answer("max=10, timeout=5"));
  const { client } = newClient();
  t.teardown(() => client.close());
  await get(client, origin, "/one").seen.finished();
  t.equal(client.stats.idleConnections, 0, "one second is not worth the risk");
  await get(client, origin, "/five").seen.finished();
  t.equal(client.stats.idleConnections, 1);
});

void t.test("who waits for a connection for too long is told so", async (t) => {
  await using origin = await startOriginServer();
  origin.on("/", async (call) => {
    await call.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel");
    await call.closed;
  });
  const { client } = newClient({ connectionsPerOriginMax: 1, responseTimeoutMs: 200 });
  const first = get(client, origin, "/");
  const second = get(client, origin, "/");
  await second.seen.finished();
  t.strictSame(second.seen.events, ["error too-many-upstream-waiters"]);
  first.exchange.abort();
});

void t.test("a retry keeps within the limit of connections", async (t) => {
  await using origin = await startOriginServer();
  const { client } = newClient({ connectionsPerOriginMax: 1 });
  t.teardown(() => client.close());
  await get(client, origin).seen.finished();
  let open = 0;
  origin.on("/", async (call) => {
    if (call.request.connection === 1) return call.reset();
    open = Math.max(open, origin.openConnections);
    await call.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  const all = [get(client, origin, "/"), get(client, origin, "/"), get(client, origin, "/")];
  for (const { seen } of all) t.equal((await seen.finished()).body, "ok");
  t.equal(origin.connections, 2);
  t.equal(open, 1);
});

void t.test("the first bytes of a body travel with the head on a kept connection", async (t) => {
  await using origin = await startOriginServer();
  const { client } = newClient();
  t.teardown(() => client.close());
  await get(client, origin).seen.finished();
  let firstRead = "";
  origin.on("/hello", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  origin.on("/", async (call) => {
    firstRead = (await call.body()).toString();
    await call.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  const framing = { kind: "chunked" } as const;
  const request = requestOf({ scheme: "http", authority: origin }, "/", { method: "POST", framing });
  const { exchange, seen } = start(client.fetch, request);
  t.equal(exchange.write(Buffer.from("abc")), true, "with the kernel at once");
  exchange.write(Buffer.alloc(0));
  exchange.write(Buffer.from("def"));
  exchange.end(null);
  await seen.finished();
  t.equal(firstRead, "abcdef", "an empty piece does not end the body");
});

void t.test("a sender that breaks its own framing is stopped", async (t) => {
  await using origin = await startOriginServer();
  const { client } = newClient();
  t.teardown(() => client.close());
  const framing = { kind: "length", bytes: 3 } as const;
  const request = requestOf({ scheme: "http", authority: origin }, "/", { method: "POST", framing });
  const { exchange } = start(client.fetch, request);
  t.throws(() => exchange.write(Buffer.from("four")), /no more bytes than Content-Length/);
  exchange.abort();
  const short = start(client.fetch, request).exchange;
  t.throws(() => short.end(null), /as many bytes as Content-Length/);
  short.abort();
});

void t.test("framing fields of a caller are never sent beside our own", async (t) => {
  await using origin = await startOriginServer();
  const { client } = newClient();
  t.teardown(() => client.close());
  const authority = { host: origin.host, port: origin.port };
  await get(client, authority).seen.finished();
  for (const name of ["Content-Length", "Transfer-Encoding"]) {
    const request = requestOf({ scheme: "http", authority }, "/", { fields: [[name, "1"]] });
    t.throws(() => start(client.fetch, request), /the exchange alone/);
  }
});
