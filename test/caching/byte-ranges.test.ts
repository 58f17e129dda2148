import t from "tap";
import { contentRangeText, parseContentRange, parseRange, selectedRanges } from "#caching/byte-ranges.ts";
import { combineParts, heldAt, missingRange, receivedPart } from "#caching/parts.ts";
import { stored } from "#test/support/stored-response.ts";

const select = (value: string, bytes = 10): unknown => {
  const specs = parseRange(value);
  return specs === null ? null : selectedRanges(specs, bytes);
};

t.test("a Range selects bytes", async (t) => {
  t.strictSame(select("bytes=0-1"), [{ first: 0, last: 1 }]);
  t.strictSame(select("Bytes=1-"), [{ first: 1, last: 9 }]);
  t.strictSame(select("bytes=-3"), [{ first: 7, last: 9 }]);
  t.strictSame(select("bytes=-30"), [{ first: 0, last: 9 }]);
  t.strictSame(select("bytes=8-99"), [{ first: 8, last: 9 }]);
  t.strictSame(select("bytes=5-6, 0-1,, -1"), [
    { first: 5, last: 6 },
    { first: 0, last: 1 },
    { first: 9, last: 9 },
  ]);
  t.strictSame(select("bytes=20-,0-0"), [{ first: 0, last: 0 }], "what cannot be satisfied is left out");
});

t.test("a Range that selects nothing is unsatisfiable", async (t) => {
  for (const value of ["bytes=10-", "bytes=10-11,99-", "bytes=-0"])
    t.equal(select(value), "unsatisfiable", value);
  t.equal(select("bytes=-1", 0), "unsatisfiable");
});

t.test("a Range that is none is ignored, and so is one that asks for too much", async (t) => {
  for (const value of [
    "bytes",
    "bytes=",
    "bytes=a-b",
    "bytes=5-4",
    "bytes=1",
    "lines=1-2",
    "bytes=--1",
    "bytes=1-2-3",
  ])
    t.equal(select(value), null, value);
  t.equal(select(`bytes=${"0-0,".repeat(17)}`), null, "too many ranges");
  t.equal(select("bytes=0-9,0-9"), "whole");
  t.equal(select("bytes=9999999999999999-"), null, "a number beyond all lengths");
});

t.test("Content-Range is read strictly", async (t) => {
  t.strictSame(parseContentRange("bytes 0-4/10"), { range: { first: 0, last: 4 }, completeBytes: 10 });
  t.strictSame(parseContentRange("bytes 0-4/*"), { range: { first: 0, last: 4 }, completeBytes: null });
  for (const value of [
    undefined,
    "",
    "bytes */10",
    "bytes 4-0/10",
    "bytes 0-10/10",
    "bytes 0-4",
    "items 0-4/10",
  ])
    t.equal(parseContentRange(value), null, value ?? "none");
  t.equal(contentRangeText({ first: 0, last: 4 }, null), "bytes 0-4/*");
});

t.test(
  "a 206 whose length contradicts its range is no part, but for a last byte counted exclusively",
  async (t) => {
    t.match(receivedPart("bytes 0-4/10", 5), { range: { first: 0, last: 4 } });
    t.match(receivedPart("bytes 0-4/10", null), { range: { first: 0, last: 4 } });
    t.equal(receivedPart("bytes 0-4/10", 4), null);
    t.equal(receivedPart("bytes 0-4/10", 6), null);
    t.strictSame(receivedPart("bytes 4-9/10", 5), { range: { first: 4, last: 8 }, completeBytes: 9 });
    t.equal(receivedPart("bytes 4-9/10", 4), null);
    t.equal(receivedPart("bytes 9-9/10", 0), null);
  },
);

t.test("held bytes are found in what is held", async (t) => {
  const parts = stored([], {
    parts: [
      { first: 2, last: 4 },
      { first: 8, last: 9 },
    ],
  });
  t.equal(heldAt(parts, { first: 3, last: 4 }), 1);
  t.equal(heldAt(parts, { first: 8, last: 9 }), 3);
  t.equal(heldAt(parts, { first: 4, last: 8 }), null);
  t.equal(heldAt(stored([]), { first: 4, last: 8 }), 4);
});

t.test("parts are combined with what arrives in their order", async (t) => {
  t.strictSame(combineParts([{ first: 0, last: 4 }], { first: 5, last: 9 }, 10), {
    before: [{ from: 0, to: 5 }],
    after: [],
    parts: null,
  });
  t.strictSame(combineParts([{ first: 5, last: 9 }], { first: 0, last: 6 }, 10), {
    before: [],
    after: [{ from: 2, to: 5 }],
    parts: null,
  });
  t.strictSame(
    combineParts(
      [
        { first: 0, last: 1 },
        { first: 8, last: 9 },
      ],
      { first: 4, last: 5 },
      10,
    ),
    {
      before: [{ from: 0, to: 2 }],
      after: [{ from: 2, to: 4 }],
      parts: [
        { first: 0, last: 1 },
        { first: 4, last: 5 },
        { first: 8, last: 9 },
      ],
    },
  );
  t.strictSame(combineParts([{ first: 0, last: 9 }], { first: 4, last: 5 }, null), {
    before: [{ from: 0, to: 4 }],
    after: [{ from: 6, to: 10 }],
    parts: [{ first: 0, last: 9 }],
  });
});

t.test("the one range that is missing is told", async (t) => {
  const missing = (parts: readonly { first: number; last: number }[]): unknown =>
    missingRange(stored([], { parts, completeBytes: 10 }));
  t.strictSame(missing([{ first: 0, last: 4 }]), { first: 5, last: null });
  t.strictSame(missing([{ first: 5, last: 9 }]), { first: 0, last: 4 });
  t.strictSame(
    missing([
      { first: 0, last: 1 },
      { first: 8, last: 9 },
    ]),
    { first: 2, last: 7 },
  );
  t.equal(missing([{ first: 2, last: 4 }]), null);
  t.equal(missingRange(stored([], { parts: [{ first: 0, last: 4 }], completeBytes: null })), null);
});

/** Every way of putting three parts together gives the bytes of the whole. */
t.test("combined bytes are those of the representation", async (t) => {
  const whole = "0123456789";
  for (let first = 0; first < 10; first += 1) {
    for (let last = first; last < 10; last += 1) {
      const held = [
        { first: 1, last: 3 },
        { first: 6, last: 7 },
      ];
      const heldBytes = held.map((part) => whole.slice(part.first, part.last + 1)).join("");
      const { before, after, parts } = combineParts(held, { first, last }, 10);
      const body = [
        ...before.map(({ from, to }) => heldBytes.slice(from, to)),
        whole.slice(first, last + 1),
        ...after.map(({ from, to }) => heldBytes.slice(from, to)),
      ].join("");
      const expected = (parts ?? [{ first: 0, last: 9 }])
        .map((part) => whole.slice(part.first, part.last + 1))
        .join("");
      t.equal(body, expected, `${first}-${last}`);
    }
  }
});
