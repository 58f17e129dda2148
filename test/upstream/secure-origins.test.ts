import { type AddressInfo, createServer } from "node:net";
import t from "tap";
import { defaultSettings } from "#settings/parse-settings.ts";
import { startOriginServer } from "#test/support/origin-server.ts";
import { until } from "#test/support/until.ts";
import { createSecureUpstream } from "#upstream/secure-upstream.ts";
import { requestOf, start } from "./exchange-recorder.ts";
import {
  connectorsFor,
  newCounters,
  newUpstream,
  serverTls,
  type UpstreamWords,
  upstreamSettings,
} from "./exchange-subject.ts";

const LIMIT_MS = 10_000;

function newClient(words: UpstreamWords = {}, ca: { readonly ca?: string } = {}) {
  const settings = upstreamSettings(words);
  const counters = newCounters();
  const { connectSocket } = connectorsFor(settings, ca);
  const client = createSecureUpstream({
    counters,
    settings,
    limits: defaultSettings().limits,
    connectSocket,
  });
  return { client, counters };
}

const httpsTo = (authority: { readonly host: string; readonly port: number }) =>
  ({ scheme: "https", authority: { host: authority.host, port: authority.port } }) as const;

void t.test("a certificate that is not trusted is told as such", async (t) => {
  await using origin = await startOriginServer({ tls: serverTls() });
  const { client } = newClient();
  t.teardown(() => client.close());
  const { seen } = start(client.fetch, requestOf(httpsTo(origin), "/hello"));
  await seen.finished();
  t.strictSame(seen.events, ["error tls-certificate"]);
  t.equal(origin.requests.length, 0);
});

void t.test("a server that speaks no TLS is told as such", async (t) => {
  const server = createServer((socket) => socket.on("error", () => {}).end("SSH-2.0-OpenSSH_9.2\r\n"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => server.close());
  const { client } = newClient();
  t.teardown(() => client.close());
  const { port } = server.address() as AddressInfo;
  const { seen } = start(client.fetch, requestOf(httpsTo({ host: "127.0.0.1", port }), "/hello"));
  await seen.finished();
  t.strictSame(seen.events, ["error tls-failed"]);
});

void t.test("what undici would throw about is an error of the exchange", async (t) => {
  await using origin = await startOriginServer({ tls: serverTls() });
  const { client } = newClient();
  t.teardown(() => client.close());
  const { seen } = start(client.fetch, requestOf(httpsTo(origin), "*", { method: "OPTIONS" }));
  await seen.finished();
  t.strictSame(seen.events, ["error internal-error"]);
  t.equal(client.stats.exchanges, 0);
});

void t.test("Upgrade, Expect and OPTIONS * over https go by our own client", async (t) => {
  await using origin = await startOriginServer({ tls: serverTls() });
  const upstream = newUpstream([]);
  t.teardown(() => upstream.close());
  origin.on("/ws", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  origin.on("*", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  const asked = { upgrade: "websocket", fields: [["Sec-WebSocket-Version", "13"]] } as const;
  const ws = start(upstream.fetch, requestOf(httpsTo(origin), "/ws", asked)).seen;
  t.equal((await ws.finished()).head?.status, 101);
  ws.wire?.destroy();
  const options = start(upstream.fetch, requestOf(httpsTo(origin), "*", { method: "OPTIONS" })).seen;
  t.equal((await options.finished()).head?.status, 200);
  const expecting = requestOf(httpsTo(origin), "/echo", {
    method: "POST",
    framing: { kind: "length", bytes: 2 },
    expectContinue: true,
  });
  const { exchange, seen } = start(upstream.fetch, expecting);
  await seen.saw("1xx 100");
  exchange.write(Buffer.from("hi"));
  exchange.end(null);
  t.equal((await seen.finished()).body, "hi");
  const plain = start(upstream.fetch, requestOf(httpsTo(origin), "/hello")).seen;
  t.equal((await plain.finished()).body, "hello");
  t.equal(upstream.stats.secure.origins, 1, "the ordinary ones go by undici");
});

void t.test("the budget of idle connections holds over all origins", async (t) => {
  await using one = await startOriginServer({ tls: serverTls() });
  await using two = await startOriginServer({ tls: serverTls() });
  const upstream = newUpstream([], { idleConnectionsMax: 1 });
  t.teardown(() => upstream.close());
  for (const origin of [one, two]) {
    await start(upstream.fetch, requestOf(httpsTo(origin), "/hello")).seen.finished();
  }
  await until(() => (one.openConnections === 0 ? true : undefined), LIMIT_MS);
  t.equal(two.openConnections, 1);
});

void t.test("close() ends what is idle, and what is under way ends by itself", async (t) => {
  await using origin = await startOriginServer({ tls: serverTls() });
  const gate = Promise.withResolvers<void>();
  origin.on("/slow", async (call) => {
    await gate.promise;
    await call.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  const upstream = newUpstream([]);
  const slow = start(upstream.fetch, requestOf(httpsTo(origin), "/slow")).seen;
  await slow.saw("connection");
  await start(upstream.fetch, requestOf(httpsTo(origin), "/hello")).seen.finished();
  upstream.close();
  gate.resolve();
  t.equal((await slow.finished()).body, "ok");
  await until(() => (origin.openConnections === 0 ? true : undefined), LIMIT_MS);
  t.equal(upstream.stats.secure.exchanges, 0);
});
