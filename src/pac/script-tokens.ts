/** A script as tokens, as far as a lint needs them: ECMAScript of any edition, without a grammar. */
import { failure, type Outcome, success } from "#base/outcome.ts";

export interface Token {
  readonly kind: "word" | "number" | "string" | "template" | "regexp" | "sign";
  /** As written; of a string without its quotes, escapes left alone. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

export interface TokenFault {
  readonly line: number;
  readonly text: string;
}

const SPACE = /[\s\ufeff]+/y;
const COMMENT = /\/\/[^\n\r\u2028\u2029]*|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//y;
const WORD = /[$_\p{ID_Start}][$\p{ID_Continue}]*/uy;
const NUMBER = /(?:0[xXbBoO][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)n?/y;
const STRING = /"(?:[^"\\\n\r]|\\(?:\r\n|[\s\S]))*"|'(?:[^'\\\n\r]|\\(?:\r\n|[\s\S]))*'/y;
const TEMPLATE = /`(?:[^`\\]|\\[\s\S])*`/y;
const REGEXP = /\/(?![*/])(?:[^\\/[\n\r]|\\[^\n\r]|\[(?:[^\]\\\n\r]|\\[^\n\r])*\])+\/[a-z]*/y;
const SIGN =
  /=>|\.\.\.|\*\*=?|\?\?=?|\?\.(?![0-9])|>>>=?|<<=?|>>=?|[=!]==?|[<>]=?|&&=?|\|\|=?|\+\+|--|[-+*/%&|^]=?|[{}()[\];,~?:.#@]|[=!]/y;

/** After these a slash begins a regular expression; after every other word, number or bracket it divides. */
const BEFORE_REGEXP = new Set(
  "return typeof instanceof in new delete void throw case do else of await yield".split(" "),
);

function mayBeRegexp(before: Token | undefined): boolean {
  if (before === undefined) return true;
  if (before.kind === "word") return BEFORE_REGEXP.has(before.text);
  return before.kind === "sign" && before.text !== ")" && before.text !== "]" && before.text !== "}";
}

/** The tokens in order, or the first place that is none. */
export function scriptTokens(text: string): Outcome<readonly Token[], TokenFault> {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? null;
    if (found !== null) at += found.length;
    return found;
  };
  const add = (kind: Token["kind"], found: string | null): boolean => {
    if (found === null) return false;
    tokens.push({ kind, text: kind === "string" ? found.slice(1, -1) : found, line });
    line += lineEnds(found);
    return true;
  };
  while (at < text.length) {
    const skipped = take(SPACE) ?? take(COMMENT);
    if (skipped !== null) {
      line += lineEnds(skipped);
      continue;
    }
    const isToken =
      add("word", take(WORD)) ||
      add("number", take(NUMBER)) ||
      add("string", take(STRING)) ||
      add("template", take(TEMPLATE)) ||
      (mayBeRegexp(tokens.at(-1)) && add("regexp", take(REGEXP))) ||
      add("sign", take(SIGN));
    if (!isToken) return failure({ line, text: JSON.stringify(text.slice(at, at + 20)) });
  }
  return success(tokens);
}

const lineEnds = (text: string): number => text.split("\n").length - 1;
