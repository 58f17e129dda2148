import t from "tap";
import { initialAgeMs } from "#caching/age.ts";
import { evaluated, RECEIVED_MS, stored } from "#test/support/stored-response.ts";

const UNKNOWN = Number.POSITIVE_INFINITY;

const AGES: readonly (readonly [string, readonly (readonly [string, string | number])[], number])[] = [
  ["none", [], 0],
  ["a number", [["Age", "30"]], 30],
  ["larger than any number", [["Age", "99999999999999999999"]], 2_147_483_648],
  ["the first of a list", [["Age", "0,7200"]], 0],
  ["the first of a list, old", [["Age", "7200,0"]], 7_200],
  [
    "two lines",
    [
      ["Age", "0"],
      ["Age", "7200"],
    ],
    UNKNOWN,
  ],
  ["two lines that somebody joined", [["Age", "0, 0"]], UNKNOWN],
  ["a word", [["Age", "abc"]], UNKNOWN],
  ["negative", [["Age", "-7200"]], UNKNOWN],
  ["a fraction", [["Age", "7200.0"]], UNKNOWN],
  ["a parameter", [["Age", "7200;foo=1"]], UNKNOWN],
  ["empty", [["Age", ""]], UNKNOWN],
  ["a Date in the past", [["Date", -100]], 100],
  ["a Date in the future", [["Date", 100]], 0],
  [
    "the greater of both",
    [
      ["Date", -100],
      ["Age", "30"],
    ],
    100,
  ],
  [
    "the greater of both, the other way",
    [
      ["Date", -10],
      ["Age", "30"],
    ],
    30,
  ],
  ["a Date that is none", [["Date", "yesterday"]], 0],
];

for (const [behaviour, fields, seconds] of AGES) {
  t.test(`the age at the receipt: ${behaviour}`, async (t) => {
    t.equal(initialAgeMs(stored(fields)), seconds * 1_000);
  });
}

t.test("the time that the response took counts into Age", async (t) => {
  t.equal(initialAgeMs(stored([["Age", "30"]], { requestWallMs: RECEIVED_MS - 4_000 })), 34_000);
  t.equal(
    initialAgeMs(stored([], { requestWallMs: RECEIVED_MS + 4_000 })),
    0,
    "the clock was set back meanwhile",
  );
});

t.test("the age grows with the wall clock, and never below that of the receipt", async (t) => {
  const response = evaluated([
    ["Age", "30"],
    ["Cache-Control", "max-age=60"],
  ]);
  t.equal(response.ageMs(RECEIVED_MS + 5_000), 35_000);
  t.equal(response.ageMs(RECEIVED_MS - 5_000), 30_000);
  t.equal(response.freshnessLeftMs(RECEIVED_MS + 29_000), 1_000);
  t.equal(response.freshnessLeftMs(RECEIVED_MS + 31_000), -1_000);
});
