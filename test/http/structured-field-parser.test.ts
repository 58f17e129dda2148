import t from "tap";
import { parseDictionary, parseItem, parseList } from "#http/structured-field-parser.ts";
import { compareWith, corpus, serializeAs } from "#test/support/structured-field-corpus.ts";

const PARSERS = { item: parseItem, list: parseList, dictionary: parseDictionary };

t.test("every case of the public test suite parses, or fails, as it says", async (t) => {
  const cases = corpus("");
  if (cases.length === 0)
    return t.comment("../shared/corpora/structured-fields is not here: its cases did not run");
  const wrong: string[] = [];
  for (const { name, raw, header_type: kind, must_fail: mustFail, can_fail: canFail, expected } of cases) {
    const outcome = PARSERS[kind]((raw ?? []).join(", "));
    if (!outcome.ok) {
      if (!mustFail && !canFail) wrong.push(`${name}: ${JSON.stringify(outcome.error)}`);
    } else if (mustFail) wrong.push(`${name}: parsed`);
    else wrong.push(...compareWith(name, outcome.value, expected));
  }
  t.strictSame(wrong, []);
  t.ok(cases.length > 1_000, `${cases.length} cases ran`);
});

t.test("what was parsed is serialized in the canonical form", async (t) => {
  const cases = corpus("");
  if (cases.length === 0)
    return t.comment("../shared/corpora/structured-fields is not here: its cases did not run");
  const wrong: string[] = [];
  for (const { name, raw, header_type: kind, must_fail: mustFail, canonical } of cases) {
    const outcome = PARSERS[kind]((raw ?? []).join(", "));
    if (mustFail || !outcome.ok) continue;
    const wanted = (canonical ?? raw ?? []).join(", ");
    const text = serializeAs(kind, outcome.value);
    if (!text.ok || text.value !== wanted) wrong.push(`${name}: ${JSON.stringify(text)} for ${wanted}`);
  }
  t.strictSame(wrong, []);
});

t.test("the kinds of bare items are told apart", async (t) => {
  const kinds: readonly (readonly [string, string, unknown])[] = [
    ["42", "integer", 42],
    ["-0", "integer", 0],
    ["999999999999999", "integer", 999_999_999_999_999],
    ["1.5", "decimal", 1.5],
    ['"a \\"b\\" \\\\"', "string", 'a "b" \\'],
    ["*a/b:c", "token", "*a/b:c"],
    ["?0", "boolean", false],
    ["@-1659578233", "date", -1_659_578_233],
    ['%"%e5%8f%8c%e5%ad%90"', "display-string", "双子"],
  ];
  for (const [text, kind, value] of kinds) {
    const outcome = parseItem(text);
    t.match(outcome, { ok: true, value: { value: { kind, value } } }, text);
  }
  t.match(parseItem(":aGVsbG8=:"), { ok: true, value: { value: { value: Buffer.from("hello") } } });
});

t.test("a fault anywhere fails the whole value and names its place", async (t) => {
  const faults: readonly (readonly ["item" | "list" | "dictionary", string, number])[] = [
    ["item", "", 0],
    ["item", "a b", 2],
    ["item", "1000000000000000", 16],
    ["item", "1.", 2],
    ["item", "1.1234", 6],
    ["item", '"é"', 0],
    ["item", '"open', 0],
    ["item", "?2", 1],
    ["item", ":a:", 3],
    ["item", "@1.5", 4],
    ["item", '%"%ff"', 6],
    ["item", '%"%FF"', 0],
    ["item", "a;A=1", 2],
    ["list", "a,", 2],
    ["list", "a,,b", 2],
    ["list", "(a", 2],
    ["list", "(a,b)", 2],
    ["dictionary", "a=1,", 4],
    ["dictionary", "A=1", 0],
    ["dictionary", "a=", 2],
  ];
  for (const [kind, text, at] of faults)
    t.match(PARSERS[kind](text), { ok: false, error: { at } }, `${kind} ${text}`);
});

t.test("the last of equal keys counts", async (t) => {
  const outcome = parseDictionary("a=1, b, a=2;x;x=3");
  if (!outcome.ok) throw new Error(outcome.error.expected);
  t.strictSame([...outcome.value.keys()], ["a", "b"]);
  t.match(outcome.value.get("a"), { value: { value: 2 } });
  t.match(outcome.value.get("a")?.parameters.get("x"), { kind: "integer", value: 3 });
});

t.test("an empty field is an empty list, an empty dictionary and no item", async (t) => {
  t.match(parseList("  "), { ok: true, value: [] });
  t.match(parseDictionary(""), { ok: true });
  t.match(parseItem(" "), { ok: false });
});
