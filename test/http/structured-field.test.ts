import t from "tap";
import {
  type BareItem,
  item,
  serializeDictionary,
  serializeItem,
  serializeList,
} from "#http/structured-field.ts";
import { corpus, fromNotation, serializeAs } from "#test/support/structured-field-corpus.ts";

t.test("every serialization case of the public test suite comes out, or fails, as it says", async (t) => {
  const cases = corpus("serialisation-tests");
  if (cases.length === 0)
    return t.comment("../shared/corpora/structured-fields is not here: its cases did not run");
  const wrong: string[] = [];
  for (const { name, header_type: kind, expected, must_fail: mustFail, canonical } of cases) {
    const text = serializeAs(kind, fromNotation(kind, expected));
    if (text.ok ? mustFail || text.value !== (canonical ?? []).join(", ") : !mustFail)
      wrong.push(`${name}: ${JSON.stringify(text)}`);
  }
  t.strictSame(wrong, []);
});

t.test("each kind of bare item has its own text", async (t) => {
  const texts: readonly (readonly [BareItem, string])[] = [
    [{ kind: "integer", value: -0 }, "0"],
    [{ kind: "decimal", value: 1 }, "1.0"],
    [{ kind: "decimal", value: 1.0005 }, "1.0"],
    [{ kind: "decimal", value: 0.0015 }, "0.002"],
    [{ kind: "decimal", value: -2.25 }, "-2.25"],
    [{ kind: "string", value: 'a"b\\' }, '"a\\"b\\\\"'],
    [{ kind: "token", value: "*t/1" }, "*t/1"],
    [{ kind: "bytes", value: Buffer.from("hello") }, ":aGVsbG8=:"],
    [{ kind: "boolean", value: false }, "?0"],
    [{ kind: "date", value: 0 }, "@0"],
    [{ kind: "display-string", value: '%"双' }, '%"%25%22%e5%8f%8c"'],
  ];
  for (const [bare, text] of texts)
    t.strictSame(serializeItem(item(bare)), { ok: true, value: text }, JSON.stringify(bare));
});

t.test("what the format cannot carry is an error", async (t) => {
  const impossible: readonly BareItem[] = [
    { kind: "integer", value: 1e15 },
    { kind: "integer", value: 1.5 },
    { kind: "integer", value: Number.NaN },
    { kind: "decimal", value: 1e12 },
    { kind: "decimal", value: Number.NaN },
    { kind: "string", value: "é" },
    { kind: "string", value: "a\nb" },
    { kind: "token", value: "1a" },
    { kind: "token", value: "" },
    { kind: "date", value: 0.5 },
    { kind: "display-string", value: "\ud800" },
  ];
  for (const bare of impossible) t.match(serializeItem(item(bare)), { ok: false }, JSON.stringify(bare));
  const one = item({ kind: "integer", value: 1 });
  t.match(serializeDictionary(new Map([["A", one]])), { ok: false, error: 'not a key: "A"' });
});

t.test("lists and dictionaries are joined, and true is left unsaid", async (t) => {
  const yes = item({ kind: "boolean", value: true }, new Map([["q", { kind: "boolean", value: true }]]));
  const one = item({ kind: "integer", value: 1 });
  const inner = { kind: "inner-list", items: [one, yes], parameters: new Map() } as const;
  t.strictSame(serializeList([inner, one]), { ok: true, value: "(1 ?1;q), 1" });
  t.strictSame(
    serializeDictionary(
      new Map([
        ["a", yes],
        ["b", one],
      ]),
    ),
    { ok: true, value: "a;q, b=1" },
  );
});
