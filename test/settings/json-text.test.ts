import t from "tap";
import { parseJsonText } from "#settings/json-text.ts";

/** Each is JSON or is not; `JSON.parse` is the oracle. */
const TEXTS = [
  "0",
  "-0",
  "1.5e3",
  "1E+2",
  "-1e-2",
  "1.",
  ".5",
  "+1",
  "1e",
  "-",
  "00",
  "1_000",
  "NaN",
  "Infinity",
  "-Infinity",
  "true",
  "false",
  "null",
  "nul",
  "trueish",
  "toString",
  '""',
  '"\\u0041\\n\\/\\ud842\\udfb7"',
  '"\\x41"',
  '"\\u12"',
  '"\u007f\u2028"',
  '"a\tb"',
  '"open',
  '"open\\"',
  "[]",
  "[ ]",
  "[1 , 2]",
  "[,]",
  "[1,]",
  "[1",
  "{}",
  "{ }",
  '{"a" : 1 , "b":[{"c":null}]}',
  '{"":0}',
  "{,}",
  '{"a":1,}',
  '{"a"}',
  '{"a":}',
  "{1:2}",
  '{"a":1]',
  "\t\r\n 1 \n",
  "\u00a01",
  "\u000b1",
  "1 2",
  "",
  " ",
  '{"__proto__":{"a":1},"constructor":2}',
];

t.test("agrees with JSON.parse on what is JSON and on what it means", async (t) => {
  for (const [index, text] of TEXTS.entries()) {
    let expected: { readonly value: unknown } | null = null;
    try {
      expected = { value: JSON.parse(text) };
    } catch {
      // Not JSON.
    }
    const outcome = parseJsonText(text);
    t.equal(outcome.ok, expected !== null, `case ${index}: ${encodeURI(text)}`);
    if (outcome.ok && expected !== null) t.strictSame(outcome.value.value, expected.value);
  }
});

t.test("cut anywhere, it says where the text ends too early and never throws", async (t) => {
  const text = '{"a":[1,true,"x\\u0041"],"b":{"c":-1.5e3}}';
  for (let length = 0; length < text.length; length += 1)
    t.notOk(parseJsonText(text.slice(0, length)).ok, `cut at ${length}`);
});
