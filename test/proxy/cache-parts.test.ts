/** Parts of a response: stored, put together and completed, played without network or time. */
import t from "tap";
import { bodyOf, CacheDialogue, fieldOf, settled, statusOf } from "#test/support/cache-dialogue.ts";

const FRESH = ["Cache-Control: max-age=60", 'ETag: "a"'];

t.test("parts are stored, put together and completed", async (t) => {
  const cache = new CacheDialogue();
  cache.ask("/a", ["Range: bytes=0-3"]);
  cache.answer(206, [...FRESH, "Content-Range: bytes 0-3/10"], "0123");
  t.equal(statusOf(cache.ask("/a", ["Range: bytes=1-2"]).sent), 206);
  t.equal(cache.exchanges.length, 1);
  const more = cache.ask("/a", ["Range: bytes=2-5"]);
  cache.answer(206, [...FRESH, "Content-Range: bytes 2-5/10"], "2345");
  await settled();
  t.equal(bodyOf(more.sent), "2345");
  t.equal(bodyOf(cache.ask("/a", ["Range: bytes=0-5"]).sent), "012345");
  const whole = cache.ask("/a");
  t.equal(cache.proxy.exchange.request.fields.get("range"), "bytes=6-");
  t.equal(cache.proxy.exchange.request.fields.get("if-range"), '"a"');
  cache.answer(206, [...FRESH, "Content-Range: bytes 6-9/10"], "6789");
  await settled();
  cache.proxy.exchange.handler.onEnd(null);
  await settled();
  t.equal(statusOf(whole.sent), 200);
  t.equal(bodyOf(whole.sent), "0123456789");
  t.equal(fieldOf(whole.sent, "content-range"), undefined);
  t.equal(fieldOf(whole.sent, "cache-status"), "futago; fwd=partial; fwd-status=206; stored");
  t.equal(bodyOf(cache.ask("/a").sent), "0123456789");
  t.equal(cache.exchanges.length, 3);
});

t.test("a whole that may not be stored is put together for the client all the same", async (t) => {
  const cache = new CacheDialogue();
  cache.ask("/a", ["Range: bytes=0-4"]);
  cache.answer(206, [...FRESH, "Content-Range: bytes 0-4/10"], "01234");
  const whole = cache.ask("/a");
  cache.head(206, ["Cache-Control: no-store", 'ETag: "a"', "Content-Range: bytes 5-9/10"], 5);
  t.equal(cache.proxy.exchange.handler.onBody(Buffer.from("56789")), false, "the stored bytes come first");
  await settled();
  cache.proxy.exchange.handler.onEnd(null);
  await settled();
  t.equal(statusOf(whole.sent), 200);
  t.equal(bodyOf(whole.sent), "0123456789");
});

t.test("parts of another representation are not put together", async (t) => {
  const cache = new CacheDialogue();
  cache.ask("/a", ["Range: bytes=0-4"]);
  cache.answer(206, [...FRESH, "Content-Range: bytes 0-4/10"], "01234");
  const whole = cache.ask("/a");
  const before = cache.proxy.exchange;
  cache.head(206, ["Cache-Control: max-age=60", 'ETag: "b"', "Content-Range: bytes 5-9/10"], 5);
  t.equal(before.aborted, true);
  t.equal(cache.proxy.exchange.request.fields.get("range"), undefined, "the whole is asked for after all");
  cache.answer(200, ["Cache-Control: max-age=60", 'ETag: "b"'], "abcdefghij");
  t.equal(bodyOf(whole.sent), "abcdefghij");
  t.equal(bodyOf(cache.ask("/a").sent), "abcdefghij");
});

t.test("an origin that answers parts whatever it is asked is not asked for ever", async (t) => {
  const cache = new CacheDialogue();
  cache.ask("/a", ["Range: bytes=0-4"]);
  cache.answer(206, [...FRESH, "Content-Range: bytes 0-4/10"], "01234");
  const whole = cache.ask("/a");
  for (const _ of [1, 2]) cache.head(206, ["Cache-Control: max-age=60", "Content-Range: bytes 5-9/10"], 5);
  t.equal(cache.exchanges.length, 3);
  await settled();
  t.equal(statusOf(whole.sent), 206);
});

t.test("the whole of a small response is fetched after a range of it", async (t) => {
  const cache = new CacheDialogue({ rangeFillBytesMax: 10 });
  cache.ask("/a", ["Range: bytes=0-1"]);
  cache.answer(206, [...FRESH, "Content-Range: bytes 0-1/10"], "01");
  t.equal(cache.exchanges.length, 2);
  t.equal(cache.proxy.exchange.request.fields.get("range"), "bytes=2-");
  cache.answer(206, [...FRESH, "Content-Range: bytes 2-9/10"], "23456789");
  await settled();
  cache.proxy.exchange.handler.onEnd(null);
  await settled();
  t.equal(bodyOf(cache.ask("/a").sent), "0123456789");
  cache.ask("/b", ["Range: bytes=0-1"]);
  cache.answer(206, [...FRESH, "Content-Range: bytes 0-1/11"], "01");
  t.equal(cache.exchanges.length, 3);
});

t.test("stored parts that cannot be read cost the store, not the client", async (t) => {
  for (const [range, contentRange, body] of [
    ["bytes=4-7", "bytes 4-7/10", "4567"],
    ["bytes=0-1", "bytes 0-1/10", "01"],
  ] as const) {
    const cache = new CacheDialogue({}, { bodiesInMemory: false });
    cache.ask("/a", ["Range: bytes=2-3"]);
    cache.answer(206, [...FRESH, "Content-Range: bytes 2-3/10"], "23");
    cache.store.damage();
    const client = cache.ask("/a", [`Range: ${range}`]);
    cache.head(206, [...FRESH, `Content-Range: ${contentRange}`], body.length);
    cache.proxy.exchange.handler.onBody(Buffer.from(body));
    await settled();
    cache.proxy.exchange.handler.onEnd(null);
    await settled();
    t.equal(bodyOf(client.sent), body);
    t.match(cache.proxy.record, { reason: "complete" });
  }
});

t.test("stored parts that cannot be read cut a client that wanted the whole", async (t) => {
  const cache = new CacheDialogue({}, { bodiesInMemory: false });
  cache.ask("/a", ["Range: bytes=0-4"]);
  cache.answer(206, [...FRESH, "Content-Range: bytes 0-4/10"], "01234");
  cache.store.damage();
  const client = cache.ask("/a");
  cache.head(206, [...FRESH, "Content-Range: bytes 5-9/10"], 5);
  await settled();
  t.equal(client.closed, true);
  t.equal(cache.proxy.exchange.aborted, true);
  t.match(cache.proxy.record, { reason: "store-failed" });
});
