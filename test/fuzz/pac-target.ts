/**
 * Scripts into the lint: whatever comes in, it ends, tells places that are there, and tokens are found again where
 * they were. "Accepted" is what has no fault of its tokens.
 */
import { lintScript } from "#pac/lint-script.ts";
import { scriptTokens } from "#pac/script-tokens.ts";
import { mutate } from "./mutate.ts";
import type { Rng } from "./rng.ts";
import { broken, type FuzzTarget, holds, type Verdict } from "./target.ts";

const PIECES = [
  ...[
    "function FindProxyForURL(url, host) {",
    "}",
    'return "PROXY a:1; DIRECT";',
    "return 'DIRECT'",
    ";",
    "\n",
    " ",
  ],
  ...[
    "/* x\n */",
    "// y\n",
    "/a[/]b/g.test(host)",
    "var n = 1.5e3 / 2 / x;",
    "if (a && !b || c == d)",
    "`t`",
    "=>",
  ],
  ...[
    "dnsDomainIs(host, 'x')",
    'shExpMatch(url, "*/x/*")',
    "host.endsWith(x)",
    "myIpAddress()",
    "let",
    "0x1f",
    "\\u0061",
  ],
];

const generate = (rng: Rng): Buffer =>
  Buffer.from(
    mutate(
      rng.some(20, () => rng.pick(PIECES)),
      rng,
    ),
    "latin1",
  );

function check(input: Buffer): Verdict {
  const text = input.toString("latin1");
  const lines = text.split("\n").length;
  for (const { line, text: told } of lintScript(text)) {
    if (line < 0 || line > lines) return broken(`a finding in line ${line} of ${lines}`);
    if (told.length === 0) return broken("a finding that says nothing");
  }
  const tokens = scriptTokens(text);
  if (!tokens.ok) return holds(false);
  let at = 0;
  for (const token of tokens.value) {
    const found = text.indexOf(token.text, at);
    if (found < 0) return broken(`token ${JSON.stringify(token.text)} is not in the text after ${at}`);
    at = found + token.text.length;
  }
  const again = scriptTokens(tokens.value.map(written).join("\n"));
  const isSame = again.ok && again.value.map(written).join("\n") === tokens.value.map(written).join("\n");
  return isSame ? holds(true) : broken("the tokens, one a line, are other tokens");
}

const written = ({ kind, text }: { readonly kind: string; readonly text: string }): string => {
  if (kind !== "string") return text;
  return /(?:^|[^\\])(?:\\\\)*"/.test(text) ? `'${text}'` : `"${text}"`;
};

export const pacTarget: FuzzTarget = { name: "pac", generate, check };
