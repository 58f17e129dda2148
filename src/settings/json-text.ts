/**
 * JSON (RFC 8259) for texts that people write: a fault has a line and a column, and a key that stands
 * twice in one object is a fault (RFC 8259 section 4 leaves it open; `JSON.parse` keeps the last in
 * silence, which is how a limit that somebody believes in is not there).
 */
import { failure, type Outcome, success } from "#base/outcome.ts";
import { itemPath, memberPath, type SettingsFault } from "./settings-fault.ts";

/** Levels of lists and objects; the settings need four. */
const DEPTH_MAX = 32;

/** Reported keys that stand twice; each costs a walk over the text for its line. */
const DUPLICATES_MAX = 20;

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** Up to the closing quote; control characters must be escaped (RFC 8259 section 7). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that JSON forbids
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const WORD = /[A-Za-z_$'][\w$']{0,20}/y;
const WHITESPACE = /[ \t\n\r]*/y;

const LITERALS: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };

interface JsonText {
  readonly value: unknown;
  /** Keys that stand more than once in one object. */
  readonly duplicates: readonly SettingsFault[];
}

/** Thrown within this file only: it ends the descent. */
class SyntaxStop {
  readonly at: number;
  readonly expected: string;

  constructor(at: number, expected: string) {
    this.at = at;
    this.expected = expected;
  }
}

/** Parses the whole text, or says where it stops being JSON; lines and columns count from 1. */
export function parseJsonText(text: string): Outcome<JsonText, SettingsFault> {
  const reader = new JsonReader(text);
  try {
    return success({ value: reader.readAll(), duplicates: reader.duplicates });
  } catch (stop) {
    if (!(stop instanceof SyntaxStop)) throw stop;
    return failure({
      path: "",
      found: `${foundAt(text, stop.at)} at ${place(text, stop.at)}`,
      expected: stop.expected,
    });
  }
}

/** Line and column in characters, both from 1. */
function place(text: string, at: number): string {
  const before = text.slice(0, at);
  const lineStart = before.lastIndexOf("\n") + 1;
  const line = before.split("\n").length;
  return `line ${line}, column ${[...before.slice(lineStart)].length + 1}`;
}

/** One word or one character: never more of the text than that. */
function foundAt(text: string, at: number): string {
  if (at >= text.length) return text.trim() === "" ? "nothing" : "the end of the text";
  WORD.lastIndex = at;
  const word = WORD.exec(text)?.[0];
  if (word !== undefined) return word;
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (character === "\ufeff") return "a byte order mark";
  if (character === "\n" || character === "\r") return "the end of the line";
  return character === '"' ? "'\"'" : JSON.stringify(character);
}

function valueExpectation(found: string): string {
  if (found === "/" || found === "#") return "a value; JSON has no comments";
  if (found === "\ufeff") return "UTF-8 without a byte order mark";
  return 'a value: a number, true, false, "text", [ … ] or { … }';
}

class JsonReader {
  readonly duplicates: SettingsFault[] = [];
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readAll(): unknown {
    this.#skipWhitespace();
    const value = this.#readValue("");
    if (this.#at < this.#text.length) throw new SyntaxStop(this.#at, "the end of the text");
    return value;
  }

  /** Reads a value and the whitespace after it. */
  #readValue(path: string): unknown {
    const first = this.#text[this.#at];
    let value: unknown;
    if (first === "{") value = this.#nested(() => this.#readObject(path));
    else if (first === "[") value = this.#nested(() => this.#readList(path));
    else if (first === '"') value = this.#readString();
    else value = this.#readScalar();
    this.#skipWhitespace();
    return value;
  }

  #nested<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw new SyntaxStop(this.#at, `at most ${DEPTH_MAX} levels of nesting`);
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #readObject(path: string): Record<string, unknown> {
    const members: Record<string, unknown> = {};
    const firstAt = new Map<string, number>();
    this.#take("{");
    if (this.#takeIf("}")) return members;
    do {
      const keyAt = this.#at;
      if (this.#text[keyAt] !== '"')
        throw new SyntaxStop(keyAt, this.#text[keyAt] === "}" ? "no comma before it" : 'a key in "quotes"');
      const key = this.#readString();
      this.#skipWhitespace();
      if (!this.#takeIf(":")) throw new SyntaxStop(this.#at, `a colon after the key`);
      const earlier = firstAt.get(key);
      if (earlier === undefined) firstAt.set(key, keyAt);
      else if (this.duplicates.length < DUPLICATES_MAX)
        this.duplicates.push({
          path: memberPath(path, key),
          found: `the same key again at ${place(this.#text, keyAt)}`,
          expected: `each key once; the first is at ${place(this.#text, earlier)}`,
        });
      const value = this.#readValue(memberPath(path, key));
      // An assignment would take __proto__ for the prototype.
      Object.defineProperty(members, key, { value, enumerable: true, configurable: true, writable: true });
    } while (this.#takeIf(","));
    if (!this.#takeIf("}")) throw new SyntaxStop(this.#at, 'a comma or "}"');
    return members;
  }

  #readList(path: string): unknown[] {
    const items: unknown[] = [];
    this.#take("[");
    if (this.#takeIf("]")) return items;
    do {
      if (this.#text[this.#at] === "]") throw new SyntaxStop(this.#at, "no comma before it");
      items.push(this.#readValue(itemPath(path, items.length)));
    } while (this.#takeIf(","));
    if (!this.#takeIf("]")) throw new SyntaxStop(this.#at, 'a comma or "]"');
    return items;
  }

  #readString(): string {
    const literal = this.#match(STRING);
    if (literal === null) throw new SyntaxStop(this.#at, "a text that ends with a quote on the same line");
    return JSON.parse(literal) as string;
  }

  #readScalar(): unknown {
    const start = this.#at;
    const number = this.#match(NUMBER);
    if (number !== null) {
      if (/[\w.+]/.test(this.#text[this.#at] ?? "")) throw new SyntaxStop(start, "a plain decimal number");
      return Number(number);
    }
    const word = this.#match(WORD);
    if (word !== null && Object.hasOwn(LITERALS, word)) return LITERALS[word];
    throw new SyntaxStop(start, valueExpectation(this.#text[start] ?? ""));
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? null;
    if (found !== null) this.#at += found.length;
    return found;
  }

  #take(character: string): void {
    if (!this.#takeIf(character)) throw new SyntaxStop(this.#at, JSON.stringify(character));
  }

  /** Takes the character and the whitespace after it, if it stands here. */
  #takeIf(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    this.#skipWhitespace();
    return true;
  }

  #skipWhitespace(): void {
    this.#match(WHITESPACE);
  }
}
