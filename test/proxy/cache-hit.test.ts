/** Answers from the store, played without network or time. */
import t from "tap";
import { bodyOf, CacheDialogue, fieldOf, settled, statusOf } from "#test/support/cache-dialogue.ts";

const FRESH = ["Cache-Control: max-age=60", 'ETag: "a"', "Content-Type: text/plain"];

t.test("a stored response answers the next request, in one write", async (t) => {
  const cache = new CacheDialogue();
  const first = cache.ask("/a");
  cache.answer(200, [...FRESH, "Connection: x-hop", "X-Hop: 1"], "hello");
  t.equal(fieldOf(first.sent, "cache-status"), "futago; fwd=uri-miss; stored");
  t.equal(cache.result, "TCP_MISS");
  cache.proxy.pass(10_000);
  const second = cache.ask("/a");
  t.equal(cache.exchanges.length, 1);
  t.equal(statusOf(second.sent), 200);
  t.equal(bodyOf(second.sent), "hello");
  t.equal(second.writes, 1);
  t.equal(fieldOf(second.sent, "age"), "10");
  t.equal(fieldOf(second.sent, "cache-status"), "futago; hit; ttl=50");
  t.equal(fieldOf(second.sent, "content-length"), "5");
  t.equal(fieldOf(second.sent, "via"), "1.1 futago-0badcafe");
  t.equal(fieldOf(second.sent, "x-hop"), undefined);
  t.match(cache.proxy.record, {
    cacheResult: "TCP_MEM_HIT",
    status: 200,
    contentType: "text/plain",
    hierarchy: "HIER_NONE",
    responseBytes: second.sent.length,
  });
  cache.proxy.pass(1_000);
  cache.send(second, "/a");
  t.match(second.sent, /Age: 11\r\nCache-Status: futago; hit; ttl=49/, "the same connection, a second later");
  t.equal(cache.proxy.counters.value("cache_hits_memory"), 2);
  t.equal(cache.proxy.counters.value("cache_misses"), 1);
});

t.test("Age starts from the origin's, and is told once", async (t) => {
  const cache = new CacheDialogue();
  cache.fill("/a", [...FRESH, "Age: 20"], "hello");
  cache.proxy.pass(5_000);
  const { sent } = cache.ask("/a");
  t.strictSame(sent.match(/^Age: .*$/gm), ["Age: 25"]);
});

t.test("HEAD is answered from a stored GET, and closes where the client wants it", async (t) => {
  const cache = new CacheDialogue();
  cache.fill("/a", FRESH, "hello");
  const head = cache.ask("/a", ["Connection: close"], "HEAD");
  t.equal(statusOf(head.sent), 200);
  t.equal(fieldOf(head.sent, "content-length"), "5");
  t.equal(fieldOf(head.sent, "connection"), "close");
  t.equal(bodyOf(head.sent), "");
  t.equal(head.ended, true);
  t.equal(cache.exchanges.length, 1);
});

t.test("a body that is not in memory streams, as fast as the client takes it", async (t) => {
  const cache = new CacheDialogue({}, { bodiesInMemory: false, pieceBytes: 40_000 });
  const body = "x".repeat(100_000);
  cache.fill("/a", FRESH, body);
  const client = cache.proxy.client();
  client.stalled = true;
  cache.send(client, "/a");
  await settled();
  t.ok(client.sent.length < 50_000, "one piece is held");
  client.drain();
  await settled();
  t.equal(bodyOf(client.sent), body);
  t.equal(cache.result, "TCP_HIT");
  cache.send(client, "/a");
  await settled();
  t.equal(cache.proxy.records.length, 3);
});

t.test("a client's condition is answered 304 with what a 304 says", async (t) => {
  const cache = new CacheDialogue();
  cache.fill("/a", [...FRESH, "Vary: Foo", "X-Other: 1"], "hello");
  const { sent } = cache.ask("/a", ['If-None-Match: "b", W/"a"']);
  t.equal(statusOf(sent), 304);
  t.equal(fieldOf(sent, "etag"), '"a"');
  t.equal(fieldOf(sent, "vary"), "Foo");
  t.equal(fieldOf(sent, "x-other"), undefined);
  t.equal(fieldOf(sent, "content-length"), undefined);
  t.equal(bodyOf(sent), "");
  t.equal(cache.result, "TCP_IMS_HIT");
  t.equal(statusOf(cache.ask("/a", ['If-None-Match: "b"']).sent), 200);
});

t.test("ranges are cut from the stored whole", async (t) => {
  const cache = new CacheDialogue();
  cache.fill("/a", FRESH, "0123456789");
  const one = cache.ask("/a", ["Range: bytes=2-4"]).sent;
  t.equal(statusOf(one), 206);
  t.equal(fieldOf(one, "content-range"), "bytes 2-4/10");
  t.equal(fieldOf(one, "content-length"), "3");
  t.equal(bodyOf(one), "234");
  const none = cache.ask("/a", ["Range: bytes=10-"]).sent;
  t.equal(statusOf(none), 416);
  t.equal(fieldOf(none, "content-range"), "bytes */10");
  t.equal(bodyOf(cache.ask("/a", ["Range: bytes=2-4", 'If-Range: "b"']).sent), "0123456789");
  t.equal(bodyOf(cache.ask("/a", ["Range: bytes=2-4", 'If-Range: "a"']).sent), "234");
  t.equal(bodyOf(cache.ask("/a", ["Range: lines=2-4"]).sent), "0123456789");
  t.equal(statusOf(cache.ask("/a", ["Range: bytes=2-4", 'If-None-Match: "a"']).sent), 304);
  t.equal(cache.exchanges.length, 1);
});

for (const bodiesInMemory of [true, false]) {
  t.test(`several ranges are parts of one body${bodiesInMemory ? "" : ", from the disk too"}`, async (t) => {
    const cache = new CacheDialogue({}, { bodiesInMemory });
    cache.fill("/a", FRESH, "0123456789");
    const client = cache.ask("/a", ["Range: bytes=0-1,-2"]);
    await settled();
    const { sent } = client;
    t.equal(statusOf(sent), 206);
    const [, boundary] =
      /^multipart\/byteranges; boundary=(.+)$/.exec(fieldOf(sent, "content-type") ?? "") ?? [];
    t.equal(
      bodyOf(sent),
      `--${boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/10\r\n\r\n01\r\n--${boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes 8-9/10\r\n\r\n89\r\n--${boundary}--\r\n`,
    );
    t.equal(fieldOf(sent, "content-length"), String(bodyOf(sent).length));
    t.equal(fieldOf(sent, "content-range"), undefined);
    t.equal(cache.proxy.records.length, 2);
  });
}

t.test("variants are told apart, up to a number", async (t) => {
  const cache = new CacheDialogue({ variantsMax: 2 });
  for (const foo of ["1", "2", "3"]) cache.fill("/a", [...FRESH, "Vary: Foo"], `foo${foo}`, [`Foo: ${foo}`]);
  t.equal(cache.exchanges.length, 3);
  t.equal(bodyOf(cache.ask("/a", ["Foo: 3"]).sent), "foo3");
  t.equal(bodyOf(cache.ask("/a", ["Foo: 2"]).sent), "foo2");
  t.equal(cache.exchanges.length, 3);
  cache.ask("/a", ["Foo: 1"]);
  t.equal(cache.exchanges.length, 4, "the oldest had to go");
  cache.answer(200, FRESH, "");
  t.match(cache.proxy.record, { cacheResult: "TCP_MISS" });
});

t.test("only-if-cached gets 504 where nothing is stored", async (t) => {
  const cache = new CacheDialogue();
  const { sent } = cache.ask("/a", ["Cache-Control: only-if-cached"]);
  t.equal(statusOf(sent), 504);
  t.equal(fieldOf(sent, "cache-status"), "futago; fwd=uri-miss");
  t.equal(cache.exchanges.length, 0);
  cache.fill("/a", FRESH, "hello");
  t.equal(bodyOf(cache.ask("/a", ["Cache-Control: only-if-cached"]).sent), "hello");
});

t.test("what an override says never is not looked up", async (t) => {
  const cache = new CacheDialogue({ overrides: [{ pattern: "http://origin.example/never*", never: true }] });
  for (let round = 0; round < 2; round += 1) {
    const client = cache.ask("/never");
    cache.answer(200, FRESH, "hello");
    t.equal(fieldOf(client.sent, "cache-status"), "futago; fwd=bypass; detail=override");
  }
  t.equal(cache.exchanges.length, 2);
});

t.test("with the cache off nothing is stored, and nothing said", async (t) => {
  const cache = new CacheDialogue({ enabled: false });
  const client = cache.ask("/a");
  cache.answer(200, FRESH, "hello");
  t.equal(fieldOf(client.sent, "cache-status"), undefined);
  cache.ask("/a");
  t.equal(cache.exchanges.length, 2);
});

t.test("a damaged body cuts the client's connection", async (t) => {
  const cache = new CacheDialogue({}, { bodiesInMemory: false });
  cache.fill("/a", FRESH, "hello");
  cache.store.damage();
  const client = cache.ask("/a");
  await settled();
  t.equal(client.closed, true);
  t.match(cache.proxy.record, { reason: "store-failed" });
});
