/** Records: what is encoded comes back, and nothing else is taken for a record. */
import { crc32 } from "node:zlib";
import t from "tap";
import { decodeRecord, encodeHead, invalidate, isIntact, sealWithBody } from "#store/record.ts";
import { Rng } from "#test/fuzz/rng.ts";
import { plain, response } from "./samples.ts";

const FACTS = { key: "http://example.com/ä?b", hash: 123_456_789_012_345, bodyBytes: 5, isBodyInFile: false };
const BODY = Buffer.from("hello");

const RESPONSES = {
  plain: response(),
  "no fields": response({ lines: [] }),
  latin1: response({ lines: ["X: \u00e9\u00ff\u0080"] }),
  wide: response({ tags: ["日本", "😀"] }),
  everything: response({
    status: 599,
    invalidated: true,
    varyOn: [
      ["accept", ""],
      ["x", "y".repeat(300)],
    ],
    completeBytes: Number.MAX_SAFE_INTEGER,
    parts: [
      { first: 0, last: 0 },
      { first: 2, last: 2 ** 40 },
    ],
    tags: ["a", ""],
    lines: Array.from({ length: 200 }, (_, index) => `X-${index}: ${"v".repeat(index * 7)}`),
  }),
};

t.test("every kind of response comes back as it was", async (t) => {
  for (const [name, stored] of Object.entries(RESPONSES)) {
    const head = encodeHead(FACTS, stored);
    sealWithBody(head, BODY);
    const bytes = Buffer.concat([head, BODY]);
    t.ok(isIntact(bytes), name);
    const record = decodeRecord(bytes);
    if (record === null) throw new Error(name);
    t.strictSame(plain(record.response), plain(stored), name);
    t.equal(record.key, FACTS.key);
    t.equal(record.hash, FACTS.hash);
    t.equal(bytes.subarray(record.bodyOffset).toString(), "hello");
  }
});

t.test("marking as invalidated changes nothing else", async (t) => {
  const bytes = encodeHead({ ...FACTS, isBodyInFile: true }, RESPONSES.everything);
  const stored = { ...RESPONSES.everything, invalidated: false };
  const fresh = encodeHead({ ...FACTS, isBodyInFile: true }, stored);
  invalidate(fresh);
  t.ok(fresh.equals(bytes));
});

t.test("one flipped bit anywhere is damage", async (t) => {
  const head = encodeHead(FACTS, RESPONSES.wide);
  sealWithBody(head, BODY);
  const bytes = Buffer.concat([head, BODY]);
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const at = bit >> 3;
    bytes[at] = (bytes[at] as number) ^ (1 << (bit & 7));
    if (isIntact(bytes)) t.fail(`bit ${bit} was not missed`);
    bytes[at] = (bytes[at] as number) ^ (1 << (bit & 7));
  }
  t.ok(isIntact(bytes));
});

t.test("bytes cut off or added are no record", async (t) => {
  const head = encodeHead({ ...FACTS, isBodyInFile: true }, RESPONSES.everything);
  for (let length = 0; length < head.length; length += 1) {
    if (decodeRecord(head.subarray(0, length)) !== null) t.fail(`${length} bytes were taken`);
  }
  t.equal(decodeRecord(Buffer.concat([head, Buffer.of(0)])), null);
  t.not(decodeRecord(head), null);
});

t.test("the decoder bears anything behind a right checksum", async (t) => {
  const rng = new Rng(20_261_124, 1);
  const samples = Object.values(RESPONSES).map((stored) =>
    encodeHead({ ...FACTS, isBodyInFile: true }, stored),
  );
  let taken = 0;
  for (let round = 0; round < 20_000; round += 1) {
    const bytes = Buffer.from(rng.pick(samples));
    for (let left = 1 + rng.below(4); left > 0; left -= 1) {
      // Mostly where the lengths stand: text may be anything.
      const at = rng.oneIn(3) ? rng.below(bytes.length) : rng.below(Math.min(bytes.length, 120));
      bytes[at] = rng.oneIn(2) ? rng.below(256) : rng.pick([0, 1, 0x7f, 0x80, 0xff]);
    }
    bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
    const record = decodeRecord(bytes);
    if (record === null) continue;
    taken += 1;
    // What it takes it could have written: it reads the same again.
    const again = decodeRecord(encodeHead(record, record.response));
    if (again === null) throw new Error(`round ${round}: taken, but not written so`);
    if (JSON.stringify(plain(again.response)) !== JSON.stringify(plain(record.response))) {
      throw new Error(`round ${round}: it reads differently`);
    }
  }
  t.ok(taken > 1_000, `${taken} were taken`);
});
