import { readFileSync } from "node:fs";
import t from "tap";
import { FINDINGS_PER_RULE_MAX, SCRIPT_BYTES_MAX } from "#pac/limits.ts";
import { lintScript } from "#pac/lint-script.ts";
import { scriptTokens } from "#pac/script-tokens.ts";

interface Case {
  readonly behaviour: string;
  readonly script: string;
  /** "line rule" of each finding. */
  readonly findings: readonly string[];
}

const CASES = JSON.parse(
  readFileSync(new URL("./lint-script.json", import.meta.url), "utf8"),
) as readonly Case[];

t.test("each trap is found where it is, and nothing else", async (t) => {
  for (const { behaviour, script, findings } of CASES)
    t.strictSame(
      lintScript(script).map(({ line, rule }) => `${line} ${rule}`),
      findings,
      behaviour,
    );
});

t.test("every finding tells its reason", async (t) => {
  for (const { script } of CASES) for (const { text } of lintScript(script)) t.match(text, /.{20}/);
});

t.test("a script that browsers would ignore for its length", async (t) => {
  const script = `function FindProxyForURL() { return "DIRECT"; }\n${"// x\n".repeat(SCRIPT_BYTES_MAX / 5)}`;
  t.match(lintScript(script), [{ rule: "too-long", line: 0 }]);
});

t.test("the same finding again and again is told some times", async (t) => {
  const script = `function FindProxyForURL() { ${"let x;\n".repeat(100)} }`;
  t.equal(lintScript(script).length, FINDINGS_PER_RULE_MAX);
});

t.test("tokens have their kind, their text and their line", async (t) => {
  const tokens = scriptTokens("a /* x\n */ = 'b\\'c' / 1.5;\nreturn /d[/]/g");
  t.match(tokens, {
    ok: true,
    value: [
      { kind: "word", text: "a", line: 1 },
      { kind: "sign", text: "=", line: 2 },
      { kind: "string", text: "b\\'c", line: 2 },
      { kind: "sign", text: "/" },
      { kind: "number", text: "1.5" },
      { kind: "sign", text: ";" },
      { kind: "word", text: "return", line: 3 },
      { kind: "regexp", text: "/d[/]/g" },
    ],
  });
  t.match(scriptTokens("a\n'b"), { ok: false, error: { line: 2 } });
});
