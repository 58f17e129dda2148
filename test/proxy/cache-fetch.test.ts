/** What the cache does with the origin, played without network or time. */
import t from "tap";
import {
  bodyOf,
  CacheDialogue,
  fieldOf,
  responseHead,
  settled,
  statusOf,
} from "#test/support/cache-dialogue.ts";

const FRESH = ["Cache-Control: max-age=60", 'ETag: "a"'];
const KEY = "http://origin.example/a";

t.test("a stale response is validated, and a 304 makes it fresh", async (t) => {
  const cache = new CacheDialogue();
  cache.fill("/a", [...FRESH, "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT", "X: 1"], "hello");
  cache.proxy.pass(61_000);
  const client = cache.ask("/a", ['If-None-Match: "client"', "Range: bytes=0-1"]);
  const { fields } = cache.proxy.exchange.request;
  t.equal(fields.combined("if-none-match"), '"a"');
  t.equal(fields.get("if-modified-since"), "Sun, 06 Nov 1994 08:49:37 GMT");
  t.equal(fields.get("range"), undefined);
  cache.answer(304, [...FRESH, "X: 2"]);
  t.equal(statusOf(client.sent), 206, "the client's own range is cut from what is good");
  t.equal(bodyOf(client.sent), "he");
  t.equal(fieldOf(client.sent, "x"), "2");
  t.equal(fieldOf(client.sent, "cache-status"), "futago; fwd=stale; fwd-status=304; ttl=60");
  t.equal(cache.result, "TCP_REFRESH_UNMODIFIED");
  t.equal(bodyOf(cache.ask("/a").sent), "hello");
  t.equal(cache.exchanges.length, 2);
});

t.test("another response takes the place of the one that was validated", async (t) => {
  const cache = new CacheDialogue();
  cache.fill("/a", FRESH, "hello");
  cache.proxy.pass(61_000);
  const client = cache.ask("/a");
  cache.answer(200, FRESH, "newer");
  t.equal(bodyOf(client.sent), "newer");
  t.equal(cache.result, "TCP_REFRESH_MODIFIED");
  t.equal(bodyOf(cache.ask("/a").sent), "newer");
  t.equal(cache.store.find(KEY).length, 1);
  cache.proxy.pass(61_000);
  cache.ask("/a");
  cache.answer(200, ["Cache-Control: no-store"], "secret");
  t.equal(cache.store.find(KEY).length, 0, "the old one is not what the origin has");
});

t.test("a reload goes to the origin with the validators, and is stored", async (t) => {
  const cache = new CacheDialogue();
  cache.fill("/a", FRESH, "hello");
  cache.ask("/a", ["Cache-Control: no-cache"]);
  t.equal(cache.proxy.exchange.request.fields.get("if-none-match"), '"a"');
  cache.answer(304, FRESH);
  t.match(cache.proxy.record, { cacheResult: "TCP_REFRESH_UNMODIFIED" });
});

t.test("requests for the same wait for the first, and read along", async (t) => {
  const cache = new CacheDialogue();
  const clients = [cache.ask("/a"), cache.ask("/a"), cache.ask("/a")];
  t.equal(cache.exchanges.length, 1);
  cache.head(200, FRESH, 10);
  cache.proxy.exchange.handler.onBody(Buffer.from("01234"));
  await settled();
  const late = cache.ask("/a");
  await settled();
  for (const client of [...clients, late]) t.equal(bodyOf(client.sent), "01234");
  cache.proxy.exchange.handler.onBody(Buffer.from("56789"));
  cache.proxy.exchange.handler.onEnd(null);
  await settled();
  for (const client of [...clients, late]) t.equal(bodyOf(client.sent), "0123456789");
  t.equal(fieldOf(late.sent, "cache-status"), "futago; fwd=uri-miss; collapsed");
  t.strictSame(cache.proxy.records.map(({ cacheResult }) => cacheResult).sort(), [
    "TCP_CF_HIT",
    "TCP_CF_HIT",
    "TCP_CF_HIT",
    "TCP_MISS",
  ]);
  t.equal(cache.exchanges.length, 1);
});

t.test("those who waited for a private response fetch for themselves, all at once", async (t) => {
  const cache = new CacheDialogue();
  const clients = [cache.ask("/a"), cache.ask("/a"), cache.ask("/a")];
  cache.answer(200, ["Cache-Control: private, max-age=60"], "mine");
  t.equal(bodyOf((clients[0] as (typeof clients)[0]).sent), "mine");
  t.equal(cache.exchanges.length, 3);
  for (const exchange of cache.exchanges.slice(1))
    cache.answer(200, ["Cache-Control: private"], "own", exchange);
  for (const client of clients.slice(1)) t.equal(bodyOf(client.sent), "own");
  cache.ask("/a");
  cache.ask("/a");
  t.equal(cache.exchanges.length, 5, "the next ones do not wait at all");
});

t.test("a waiter of another variant fetches for itself", async (t) => {
  const cache = new CacheDialogue();
  cache.ask("/a", ["Foo: 1"]);
  const other = cache.ask("/a", ["Foo: 2"]);
  cache.answer(200, [...FRESH, "Vary: Foo"], "one");
  t.equal(other.sent, "");
  t.equal(cache.exchanges.length, 2);
  cache.answer(200, [...FRESH, "Vary: Foo"], "two");
  t.equal(bodyOf(other.sent), "two");
});

t.test("nobody waits longer than the limit", async (t) => {
  const cache = new CacheDialogue({ collapseWaitMs: 1_000 });
  cache.ask("/a");
  cache.ask("/a");
  cache.proxy.pass(999);
  t.equal(cache.exchanges.length, 1);
  cache.proxy.pass(1);
  t.equal(cache.exchanges.length, 2);
});

t.test("a request that another worker fetches waits for that one", async (t) => {
  const cache = new CacheDialogue();
  t.equal(cache.store.claim(KEY), true);
  const client = cache.ask("/a");
  t.equal(cache.exchanges.length, 0);
  cache.store.release(KEY);
  t.equal(cache.exchanges.length, 1, "there is nothing after all");
  cache.answer(200, FRESH, "hello");
  t.equal(bodyOf(client.sent), "hello");
  t.equal(cache.store.claim(KEY), true, "nothing is claimed any more");
});

t.test("waiting clients that leave are forgotten", async (t) => {
  const cache = new CacheDialogue();
  cache.store.claim(KEY);
  cache.ask("/a").close("ECONNRESET");
  cache.store.release(KEY);
  t.equal(cache.exchanges.length, 0);
  cache.ask("/b");
  cache.ask("/b").close("ECONNRESET");
  cache.answer(200, FRESH, "hello");
  t.equal(cache.proxy.records.length, 3);
});

t.test("when the first client leaves, the fetch goes on for those who wait", async (t) => {
  const cache = new CacheDialogue();
  const first = cache.ask("/a");
  const second = cache.ask("/a");
  first.close("ECONNRESET");
  t.equal(cache.proxy.exchange.aborted, false);
  cache.answer(200, FRESH, "hello");
  await settled();
  t.equal(bodyOf(second.sent), "hello");
});

t.test("when nobody is left, a fetch ends unless little is missing", async (t) => {
  const cache = new CacheDialogue({ finishBytesMax: 5 });
  const early = cache.ask("/a");
  cache.head(200, FRESH, 11);
  cache.proxy.exchange.handler.onBody(Buffer.from("01234"));
  early.close("ECONNRESET");
  t.equal(cache.proxy.exchange.aborted, true);
  t.equal(cache.store.find(KEY).length, 0);
  const late = cache.ask("/a");
  cache.head(200, FRESH, 10);
  cache.proxy.exchange.handler.onBody(Buffer.from("01234"));
  late.close("ECONNRESET");
  t.equal(cache.proxy.exchange.aborted, false);
  cache.proxy.exchange.handler.onBody(Buffer.from("56789"));
  cache.proxy.exchange.handler.onEnd(null);
  t.equal(bodyOf(cache.ask("/a").sent), "0123456789");
});

t.test("a truncated answer is never stored, and cuts those who read along", async (t) => {
  const cache = new CacheDialogue();
  const clients = [cache.ask("/a"), cache.ask("/a")];
  cache.head(200, FRESH, 10);
  cache.proxy.exchange.handler.onBody(Buffer.from("01234"));
  cache.proxy.exchange.handler.onError("origin-truncated", "");
  await settled();
  for (const client of clients) t.equal(client.closed, true);
  t.equal(cache.store.find(KEY).length, 0);
  cache.ask("/a");
  t.equal(cache.exchanges.length, 2);
});

t.test("an origin that cannot be reached is told to all who wait, at once", async (t) => {
  const cache = new CacheDialogue();
  const clients = [cache.ask("/a"), cache.ask("/a")];
  cache.proxy.exchange.handler.onError("connect-refused", "");
  for (const client of clients) t.equal(statusOf(client.sent), 502);
  t.equal(cache.exchanges.length, 1);
});

t.test("a stale response serves while the origin is down, within the limit", async (t) => {
  const cache = new CacheDialogue({ staleIfDownMs: 100_000 });
  cache.fill("/a", FRESH, "hello");
  cache.proxy.pass(61_000);
  const clients = [cache.ask("/a"), cache.ask("/a")];
  cache.proxy.exchange.handler.onError("connect-timeout", "");
  for (const client of clients) t.equal(bodyOf(client.sent), "hello");
  t.equal(
    fieldOf((clients[0] as (typeof clients)[0]).sent, "cache-status"),
    "futago; fwd=stale; ttl=-1; detail=origin-unreachable",
  );
  t.equal(cache.result, "TCP_REFRESH_FAIL_OLD");
  cache.proxy.pass(100_000);
  const late = cache.ask("/a");
  cache.proxy.exchange.handler.onError("connect-timeout", "");
  t.equal(statusOf(late.sent), 504);
});

t.test("stale-if-error serves instead of a 503, whose body is not read", async (t) => {
  const cache = new CacheDialogue();
  cache.fill("/a", ["Cache-Control: max-age=60, stale-if-error=60"], "hello");
  cache.proxy.pass(61_000);
  const client = cache.ask("/a");
  cache.head(503, [], 100);
  t.equal(bodyOf(client.sent), "hello");
  t.equal(cache.proxy.exchange.aborted, true);
  t.equal(
    fieldOf(client.sent, "cache-status"),
    "futago; fwd=stale; fwd-status=503; ttl=-1; detail=stale-if-error",
  );
});

t.test("stale-while-revalidate serves now and validates in the background, once", async (t) => {
  const cache = new CacheDialogue();
  cache.fill("/a", ["Cache-Control: max-age=60, stale-while-revalidate=60", 'ETag: "a"'], "hello");
  cache.proxy.pass(61_000);
  t.equal(bodyOf(cache.ask("/a").sent), "hello");
  t.equal(bodyOf(cache.ask("/a").sent), "hello");
  t.equal(cache.result, "TCP_STALE_HIT");
  t.equal(cache.exchanges.length, 2);
  t.equal(cache.proxy.exchange.request.fields.get("if-none-match"), '"a"');
  cache.answer(304, ["Cache-Control: max-age=60"]);
  cache.ask("/a");
  t.equal(cache.result, "TCP_MEM_HIT");
  t.equal(cache.exchanges.length, 2);
});

t.test("an unsafe request invalidates what is stored, and what is on its way", async (t) => {
  const cache = new CacheDialogue();
  cache.fill("/a", FRESH, "hello");
  cache.ask("/b");
  cache.head(200, FRESH, 5);
  const slow = cache.proxy.exchange;
  cache.ask("/a", ["Content-Length: 0"], "POST");
  cache.answer(201, ["Location: /b"]);
  slow.handler.onBody(Buffer.from("older"));
  slow.handler.onEnd(null);
  t.equal(cache.store.find("http://origin.example/b")[0]?.response.invalidated, true);
  cache.ask("/a");
  t.equal(cache.proxy.exchange.request.fields.get("if-none-match"), '"a"', "it may still be validated");
  cache.answer(304, FRESH);
  cache.ask("/a");
  t.equal(cache.result, "TCP_MEM_HIT");
});

t.test("a POST that is about its own target is stored for GET", async (t) => {
  const cache = new CacheDialogue();
  const client = cache.ask("/a", ["Content-Length: 0"], "POST");
  cache.answer(200, [...FRESH, "Content-Location: http://origin.example/a"], "made");
  t.equal(fieldOf(client.sent, "cache-status"), "futago; fwd=method; stored");
  t.equal(bodyOf(cache.ask("/a").sent), "made");
  t.equal(cache.exchanges.length, 1);
  cache.ask("/a", ["Content-Length: 0"], "POST");
  t.equal(cache.exchanges.length, 2, "a POST is never answered from the store");
});

t.test("a failed unsafe request invalidates nothing", async (t) => {
  const cache = new CacheDialogue();
  cache.fill("/a", FRESH, "hello");
  cache.ask("/a", ["Content-Length: 0"], "DELETE");
  cache.answer(500, []);
  t.equal(bodyOf(cache.ask("/a").sent), "hello");
});

t.test("a HEAD freshens the stored GET, or tells that it is out of date", async (t) => {
  const cache = new CacheDialogue();
  cache.fill("/a", FRESH, "hello");
  cache.proxy.pass(61_000);
  cache.ask("/a", [], "HEAD");
  const same = cache.proxy.exchange;
  same.handler.onHead({
    ...responseHead(200, ["Cache-Control: max-age=60", 'ETag: "a"'], 5),
    framing: { kind: "none" },
  });
  same.handler.onEnd(null);
  cache.ask("/a");
  t.equal(cache.result, "TCP_MEM_HIT");
  cache.proxy.pass(61_000);
  cache.ask("/a", [], "HEAD");
  const other = cache.proxy.exchange;
  other.handler.onHead({
    ...responseHead(200, ["Cache-Control: max-age=60", 'ETag: "b"'], 5),
    framing: { kind: "none" },
  });
  other.handler.onEnd(null);
  t.equal(cache.store.find(KEY)[0]?.response.invalidated, true);
});

t.test("back-pressure of the client and of the store holds the origin", async (t) => {
  const cache = new CacheDialogue();
  const client = cache.proxy.client();
  client.stalled = true;
  cache.send(client, "/a");
  cache.head(200, FRESH, 40_000);
  const { exchange } = cache.proxy;
  t.equal(exchange.handler.onBody(Buffer.alloc(20_000, "x")), false);
  t.equal(exchange.resumed, 0);
  client.drain();
  t.equal(exchange.resumed, 1);
  cache.store.busy = true;
  t.equal(exchange.handler.onBody(Buffer.alloc(20_000, "x")), false);
  cache.store.drain();
  t.equal(exchange.resumed, 2);
  exchange.handler.onEnd(null);
  t.equal(cache.store.find(KEY)[0]?.bodyBytes, 40_000);
});

t.test("neither an upgrade nor what only the origin can judge is looked up", async (t) => {
  const cache = new CacheDialogue();
  cache.fill("/a", FRESH, "hello");
  for (const lines of [
    ["Connection: upgrade", "Upgrade: websocket"],
    ['If-Match: "a"'],
    ["If-Unmodified-Since: x"],
  ]) {
    const before = cache.exchanges.length;
    const client = cache.ask("/a", lines);
    t.equal(cache.exchanges.length, before + 1, lines.join());
    cache.answer(200, FRESH, "other");
    t.equal(fieldOf(client.sent, "cache-status"), "futago; fwd=bypass");
  }
  t.equal(bodyOf(cache.ask("/a").sent), "hello");
});

t.test("a drain ends what no client waits for", async (t) => {
  const cache = new CacheDialogue();
  cache.fill("/a", ["Cache-Control: max-age=60, stale-while-revalidate=60", 'ETag: "a"'], "hello");
  cache.proxy.pass(61_000);
  cache.ask("/a");
  const background = cache.proxy.exchange;
  let drained = false;
  cache.proxy.server.drain(1_000, () => {
    drained = true;
  });
  for (const client of cache.clients) client.close(null);
  t.equal(drained, true);
  t.equal(background.aborted, true);
});
