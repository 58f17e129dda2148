import t from "tap";
import { freshened, isSameAsHead } from "#caching/freshening.ts";
import { evaluated, fieldsOf, RECEIVED_MS } from "#test/support/stored-response.ts";

const TIMES = { requestWallMs: RECEIVED_MS + 60_000, responseWallMs: RECEIVED_MS + 60_000 };

t.test("a 304 replaces what it brings, and keeps what describes the stored bytes", async (t) => {
  const before = evaluated(
    [
      ["ETag", '"a"'],
      ["Content-Encoding", "gzip"],
      ["Content-Type", "text/plain"],
      ["Age", "100"],
      ["X-Old", "1"],
      ["X-Two", "1"],
      ["X-Two", "2"],
      ["Cache-Control", "max-age=1"],
      ["Surrogate-Key", "old"],
    ],
    { invalidated: true, tags: ["old"] },
  );
  const update = fieldsOf([
    ["ETag", '"a-gzip"'],
    ["Content-Encoding", "br"],
    ["Content-Type", "text/html"],
    ["X-Two", "3"],
    ["Cache-Control", "max-age=60"],
    ["Surrogate-Key", "new other"],
    ["Connection", "X-Hop"],
    ["X-Hop", "1"],
    ["Date", 60],
  ]);
  const after = freshened(before, update, TIMES);
  t.strictSame(after.fields.pairs(), [
    ["ETag", '"a"'],
    ["Content-Encoding", "gzip"],
    ["X-Old", "1"],
    ["Content-Type", "text/html"],
    ["X-Two", "3"],
    ["Cache-Control", "max-age=60"],
    ["Surrogate-Key", "new other"],
    ["Date", "Sun, 06 Nov 1994 08:50:37 GMT"],
  ]);
  t.match(after, { ...TIMES, invalidated: false, tags: ["new", "other"], status: 200 });
  t.equal(before.response.fields.get("content-type"), "text/plain", "the stored one is as it was");
});

t.test("a HEAD is the same as long as no validator and no length differs", async (t) => {
  const stored = evaluated([
    ["ETag", '"a"'],
    ["Last-Modified", -100],
  ]);
  t.equal(isSameAsHead(stored, fieldsOf([]), 10), true);
  t.equal(
    isSameAsHead(
      stored,
      fieldsOf([
        ["ETag", '"a"'],
        ["Content-Length", "10"],
      ]),
      10,
    ),
    true,
  );
  t.equal(isSameAsHead(stored, fieldsOf([["ETag", '"b"']]), 10), false);
  t.equal(isSameAsHead(stored, fieldsOf([["Last-Modified", -50]]), 10), false);
  t.equal(isSameAsHead(stored, fieldsOf([["Content-Length", "11"]]), 10), false);
});
