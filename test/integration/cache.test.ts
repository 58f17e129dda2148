/** The cache between real sockets: streaming while it is stored, TLS origins, truncation, an origin that dies. */
import t from "tap";
import { makeCa } from "#test/support/certificates.ts";
import { type OriginServer, startOriginServer } from "#test/support/origin-server.ts";
import { RawClient } from "#test/support/raw-client.ts";
import { type RunningProxy, startProxyOnMemoryStore } from "#test/support/running-proxy.ts";
import { until } from "#test/support/until.ts";
import { connectTo, get, requestTo } from "./messages.ts";

const resources = new AsyncDisposableStack();
t.teardown(() => resources.disposeAsync());
let proxy: RunningProxy;
let origin: OriginServer;
let secure: OriginServer;

const LIMIT_MS = 8_000;
const MIB = 1024 * 1024;
const BIG = Buffer.from(Array.from({ length: 3 * MIB }, (_, at) => (at * 7 + (at >> 10)) & 0xff));

t.before(async () => {
  const ca = makeCa();
  resources.defer(() => ca.remove());
  const { certificate, key } = ca.makeCertificate(["127.0.0.1"]);
  origin = resources.use(await startOriginServer());
  secure = resources.use(await startOriginServer({ tls: { cert: certificate, key } }));
  proxy = resources.use(await startProxyOnMemoryStore({ upstream: { caFile: ca.certificateFile } }));
});

/** How many requests for a path have reached an origin. */
const reached = (server: OriginServer, path: string): number =>
  server.requests.filter(({ target }) => target === path).length;

async function fetched(request: string) {
  await using client = await RawClient.open(proxy.port);
  client.send(request);
  return await client.answer(request.split(" ", 1)[0]);
}

t.test("a large body is streamed, stored and read along with, byte for byte", async (t) => {
  const half = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  origin.on("/big", async (call) => {
    await call.write("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (let at = 0; at < BIG.length; at += 100_000) {
      const piece = BIG.subarray(at, at + 100_000);
      await call.write(
        Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n")]),
      );
      if (at === 1_500_000) {
        half.resolve();
        await go.promise;
      }
    }
    await call.write("0\r\n\r\n");
  });
  const first = fetched(get(origin, "/big"));
  await half.promise;
  await using late = await RawClient.open(proxy.port);
  late.send(get(origin, "/big"));
  // It has its head, so it reads along.
  await until(() => (late.unreadBytes > 0 ? true : undefined), LIMIT_MS);
  go.resolve();
  const answers = [await first, await late.answer(), await fetched(get(origin, "/big"))];
  for (const answer of answers) {
    t.equal(answer.status, 200);
    t.ok(answer.complete);
    t.ok(answer.body.equals(BIG));
  }
  t.equal(reached(origin, "/big"), 1);
  t.match(answers[2]?.field("cache-status"), /^futago; hit; ttl=\d+$/);
  const part = await fetched(get(origin, "/big", "Range: bytes=1000000-1999999"));
  t.equal(part.status, 206);
  t.ok(part.body.equals(BIG.subarray(1_000_000, 2_000_000)));
  const targets = (await proxy.accessLog(4)).filter(({ target }) => target.endsWith("/big"));
  t.strictSame(targets.map(({ cacheResult }) => cacheResult.replace("_MEM", "")).sort(), [
    "TCP_CF_HIT",
    "TCP_HIT",
    "TCP_HIT",
    "TCP_MISS",
  ]);
});

t.test("an https response asked for in the open is stored, and validated over TLS", async (t) => {
  secure.on("/page", async (call) => {
    const isKnown = call.request.header("if-none-match") === '"1"';
    const head = `HTTP/1.1 ${isKnown ? "304 Not Modified" : "200 OK"}\r\nETag: "1"\r\nCache-Control: max-age=60\r\n`;
    await call.write(isKnown ? `${head}\r\n` : `${head}Content-Length: 6\r\n\r\nsecure`);
  });
  const request = (...fields: readonly string[]): string =>
    get(secure, "/page", ...fields).replace("http://", "https://");
  for (const fields of [[], [], ["Cache-Control: no-cache"], []])
    t.equal((await fetched(request(...fields))).body.toString(), "secure");
  t.equal(reached(secure, "/page"), 2);
});

t.test("an answer that is cut is cut for the client too, and is not stored", async (t) => {
  origin.on("/cut", async (call) => {
    await call.write("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 10\r\n\r\n01234");
    call.end();
  });
  for (let round = 1; round <= 2; round += 1) {
    await using client = await RawClient.open(proxy.port);
    client.send(get(origin, "/cut"));
    const { rest } = await client.closed();
    t.match(rest.toString("latin1"), /\r\n\r\n01234$/);
    t.equal(reached(origin, "/cut"), round);
  }
});

t.test("what is stale serves when the origin is gone, and nothing else does", async (t) => {
  const gone = await startOriginServer();
  gone.on(
    "/old",
    'HTTP/1.1 200 OK\r\nCache-Control: max-age=1\r\nAge: 5\r\nETag: "1"\r\nContent-Length: 3\r\n\r\nold',
  );
  const strict =
    'HTTP/1.1 200 OK\r\nCache-Control: max-age=1, must-revalidate\r\nAge: 5\r\nETag: "1"\r\nContent-Length: 3\r\n\r\nold';
  gone.on("/strict", strict);
  const requests = [get(gone, "/old"), get(gone, "/strict")] as const;
  for (const request of requests) t.equal((await fetched(request)).body.toString(), "old");
  await gone.close();
  const served = await fetched(requests[0]);
  t.equal(served.body.toString(), "old");
  t.match(served.field("cache-status"), /detail=origin-unreachable/);
  t.equal((await fetched(requests[1])).status, 502);
});

t.test("a POST passes with its body, and what it changed is asked for again", async (t) => {
  origin.on("/doc", "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 3\r\n\r\ndoc");
  await fetched(get(origin, "/doc"));
  await fetched(`${requestTo(origin, "POST /doc", "Content-Length: 5")}hello`);
  const again = await fetched(get(origin, "/doc"));
  t.match(again.field("cache-status"), /fwd=stale/);
  t.strictSame(
    origin.requests.filter(({ target }) => target === "/doc").map(({ method }) => method),
    ["GET", "POST", "GET"],
  );
});

t.test("a tunnel is never stored", async (t) => {
  origin.on("/tunnelled", "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 2\r\n\r\nhi");
  for (let round = 1; round <= 2; round += 1) {
    await using client = await RawClient.open(proxy.port);
    client.send(connectTo(origin));
    t.equal((await client.answer("CONNECT")).status, 200);
    client.send(`GET /tunnelled HTTP/1.1\r\nHost: ${origin.authority}\r\n\r\n`);
    t.equal((await client.answer()).body.toString(), "hi");
    t.equal(reached(origin, "/tunnelled"), round);
  }
});

t.test("the counters tell hits, misses and what was saved", async (t) => {
  const { counters } = await proxy.status();
  t.ok((counters["cache_hits"] ?? 0) >= 5, String(counters["cache_hits"]));
  t.ok((counters["cache_hits_collapsed"] ?? 0) >= 1);
  t.ok((counters["cache_revalidated"] ?? 0) >= 1);
  t.ok((counters["cache_misses"] ?? 0) >= 6);
  t.ok((counters["cache_bytes_saved"] ?? 0) > 2 * BIG.length);
});
