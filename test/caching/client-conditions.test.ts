import t from "tap";
import { isNotModified, isRangeWanted } from "#caching/client-conditions.ts";
import { listedTags } from "#caching/entity-tag.ts";
import { evaluated, traitsOf } from "#test/support/stored-response.ts";

type Pairs = Parameters<typeof traitsOf>[0];

const CASES: readonly (readonly [string, Pairs, Pairs, boolean])[] = [
  ["the same tag", [["ETag", '"a"']], [["If-None-Match", '"a"']], true],
  ["one of several", [["ETag", '"b"']], [["If-None-Match", '"a", "b","c"']], true],
  ["none of several", [["ETag", '"d"']], [["If-None-Match", '"a", "b", "c"']], false],
  ["weak and strong", [["ETag", 'W/"a"']], [["If-None-Match", '"a"']], true],
  ["a tag with a comma", [["ETag", '"a,b"']], [["If-None-Match", '"x", "a,b"']], true],
  ["any", [], [["If-None-Match", "*"]], true],
  ["no tag stored", [], [["If-None-Match", '"a"']], false],
  [
    "the tag wins over the date",
    [
      ["ETag", '"a"'],
      ["Last-Modified", -100],
    ],
    [
      ["If-None-Match", '"b"'],
      ["If-Modified-Since", 0],
    ],
    false,
  ],
  ["unquoted in both", [["ETag", "a"]], [["If-None-Match", "a"]], true],
  ["the same date", [["Last-Modified", -100]], [["If-Modified-Since", -100]], true],
  ["a later date", [["Last-Modified", -100]], [["If-Modified-Since", -50]], true],
  ["an earlier date", [["Last-Modified", -100]], [["If-Modified-Since", -101]], false],
  ["Date where there is no Last-Modified", [["Date", 0]], [["If-Modified-Since", -3000]], false],
  ["Date where there is no Last-Modified, later", [["Date", 0]], [["If-Modified-Since", 1]], true],
  [
    "an RFC 850 date",
    [["Last-Modified", -100]],
    [["If-Modified-Since", "Sunday, 06-Nov-94 08:48:00 GMT"]],
    true,
  ],
  ["a date that is none", [["Last-Modified", -100]], [["If-Modified-Since", "now"]], false],
];

for (const [behaviour, response, request, expected] of CASES) {
  t.test(`not modified: ${behaviour}`, async (t) => {
    t.equal(isNotModified(evaluated(response), traitsOf(request)), expected);
  });
}

t.test("dates concern only a 200", async (t) => {
  const traits = traitsOf([["If-Modified-Since", 0]]);
  t.equal(isNotModified(evaluated([["Last-Modified", -100]], { status: 404 }), traits), false);
});

t.test("If-Range wants a strong match", async (t) => {
  t.equal(isRangeWanted(evaluated([["ETag", '"a"']]), undefined), true);
  t.equal(isRangeWanted(evaluated([["ETag", '"a"']]), '"a"'), true);
  t.equal(isRangeWanted(evaluated([["ETag", '"a"']]), '"b"'), false);
  t.equal(isRangeWanted(evaluated([["ETag", 'W/"a"']]), 'W/"a"'), false);
  const dated = evaluated([
    ["Last-Modified", "Sun, 06 Nov 1994 08:49:00 GMT"],
    ["Date", 0],
  ]);
  t.equal(isRangeWanted(dated, "Sun, 06 Nov 1994 08:49:00 GMT"), true);
  t.equal(isRangeWanted(dated, "Sun, 06 Nov 1994 08:49:01 GMT"), false);
  const justNow = evaluated([
    ["Last-Modified", 0],
    ["Date", 0],
  ]);
  t.equal(
    isRangeWanted(justNow, "Sun, 06 Nov 1994 08:49:37 GMT"),
    false,
    "it may have changed within the second",
  );
});

t.test("a list of tags is read whatever stands between them", async (t) => {
  t.strictSame(listedTags('"a", ,W/"b",c d, "unclosed'), ['"a"', 'W/"b"']);
  t.equal(listedTags(" * "), null);
});
