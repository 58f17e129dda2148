import t from "tap";
import { isSelected, varyKey, varyNames } from "#caching/vary.ts";
import { fieldsOf, stored } from "#test/support/stored-response.ts";

type Pairs = Parameters<typeof fieldsOf>[0];

/** Whether a response to the first request is selected by the second. */
function selects(vary: string, first: Pairs, second: Pairs, response: Pairs = []): boolean {
  const names = varyNames(fieldsOf([["Vary", vary]]));
  if (names === "*") return false;
  return isSelected(stored(response, { varyOn: varyKey(names, fieldsOf(first)) }), fieldsOf(second));
}

t.test("names are in lower case, each once; a star anywhere matches nothing", async (t) => {
  t.strictSame(varyNames(fieldsOf([])), []);
  t.strictSame(varyNames(fieldsOf([["Vary", "Foo, bar,FOO ,,"]])), ["foo", "bar"]);
  for (const value of ["*", "*, *", ", *", "Foo, *", "*, Foo"])
    t.equal(varyNames(fieldsOf([["Vary", value]])), "*", value);
  t.equal(
    varyNames(
      fieldsOf([
        ["Vary", ""],
        ["Vary", "*"],
      ]),
    ),
    "*",
  );
});

const SELECTED: readonly (readonly [string, string, Pairs, Pairs, boolean])[] = [
  ["the same value", "Foo", [["Foo", "1"]], [["foo", "1"]], true],
  ["another value", "Foo", [["Foo", "1"]], [["Foo", "2"]], false],
  ["absent then", "Foo", [], [["Foo", "1"]], false],
  ["absent now", "Foo", [["Foo", "1"]], [], false],
  ["absent in both", "Foo", [], [], true],
  ["empty is not absent", "Foo", [["Foo", ""]], [], false],
  [
    "one of several differs",
    "Foo, Bar",
    [
      ["Foo", "1"],
      ["Bar", "2"],
    ],
    [
      ["Foo", "1"],
      ["Bar", "3"],
    ],
    false,
  ],
  ["blanks around commas", "Foo", [["Foo", "1,2"]], [["Foo", " 1 , 2 "]], true],
  [
    "lines combined",
    "Foo",
    [["Foo", "1, 2"]],
    [
      ["Foo", "1"],
      ["Foo", "2"],
    ],
    true,
  ],
  ["blanks within quotes", "Foo", [["Foo", '"a, b"']], [["Foo", '"a,b"']], false],
  ["the order of an unknown list", "Foo", [["Foo", "1,2"]], [["Foo", "2,1"]], false],
  [
    "codings in another order and case",
    "Accept-Encoding",
    [["Accept-Encoding", "gzip, br"]],
    [["Accept-Encoding", "BR,gzip;q=1.0"]],
    true,
  ],
  [
    "codings of another weight",
    "Accept-Encoding",
    [["Accept-Encoding", "gzip, br"]],
    [["Accept-Encoding", "gzip;q=0.5, br"]],
    false,
  ],
  [
    "a coding that is refused",
    "Accept-Encoding",
    [["Accept-Encoding", "gzip"]],
    [["Accept-Encoding", "gzip;q=0"]],
    false,
  ],
  [
    "languages in another order",
    "Accept-Language",
    [["Accept-Language", "en, de"]],
    [["Accept-Language", "de , EN"]],
    true,
  ],
  [
    "a list that cannot be read is itself",
    "Accept-Language",
    [["Accept-Language", "en;x=1, de"]],
    [["Accept-Language", "de, en;x=1"]],
    false,
  ],
];

for (const [behaviour, vary, first, second, selected] of SELECTED) {
  t.test(`selecting: ${behaviour}`, async (t) => {
    t.equal(selects(vary, first, second), selected);
  });
}

t.test("the language that is wanted most is as good as the same preferences", async (t) => {
  const stored = [["Accept-Language", "en, de"]] as const;
  const german = [["Content-Language", "de"]] as const;
  const select = (value: string, response: Pairs = german): boolean =>
    selects("Accept-Language", stored, [["Accept-Language", value]], response);
  t.equal(select("fr;q=0.5, de;q=1.0"), true);
  t.equal(select("fr, de"), false, "two that are wanted equally");
  t.equal(select("fr, de;q=0.9"), false);
  t.equal(select("de;q=0"), false);
  t.equal(select("fr;q=0.5, de", [["Content-Language", "de, fr"]]), false);
  t.equal(select("fr;q=0.5, de", []), false);
});
