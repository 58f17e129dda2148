import { failure, type Outcome, success } from "#base/outcome.ts";
import type { BareItem, Dictionary, InnerList, Item, List, Member, Parameters } from "./structured-field.ts";

/**
 * The parser of structured field values (RFC 9651 section 4.2), as strict as its algorithms: a value
 * with any fault fails as a whole. Sizes are bounded by the head that the value came in.
 */

/** Where and why a value is not a structured field. */
export interface SyntaxFault {
  /** The offset in the value. */
  readonly at: number;
  readonly expected: string;
}

/** Parses an item; a field of several lines is joined by ", " first. */
export const parseItem = (value: string): Outcome<Item, SyntaxFault> =>
  parse(value, (reader) => reader.item());

/** Parses a list; an empty value is an empty list. */
export const parseList = (value: string): Outcome<List, SyntaxFault> =>
  parse(value, (reader) => reader.list());

/** Parses a dictionary; an empty value is an empty dictionary. */
export const parseDictionary = (value: string): Outcome<Dictionary, SyntaxFault> =>
  parse(value, (reader) => reader.dictionary());

/** Thrown within this file only, so that the grammar reads as the RFC has it. */
class Unexpected extends Error {
  readonly fault: SyntaxFault;

  constructor(at: number, expected: string) {
    super(expected);
    this.fault = { at, expected };
  }
}

function parse<T>(value: string, rule: (reader: Reader) => T): Outcome<T, SyntaxFault> {
  const reader = new Reader(value);
  try {
    return success(reader.whole(rule));
  } catch (error) {
    if (error instanceof Unexpected) return failure(error.fault);
    throw error;
  }
}

// Sticky patterns: each matches at the reader's place or not at all.
const SPACES = / */y;
const BLANKS = /[ \t]*/y;
const KEY = /[a-z*][a-z0-9_.*-]*/y;
const NUMBER = /-?([0-9]+)(?:\.([0-9]*))?/y;
const STRING = /"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y;
const TOKEN = /[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*/y;
const BYTES = /:([A-Za-z0-9+/=]*):/y;
const DISPLAY_STRING = /%"((?:[\x20\x21\x23\x24\x26-\x7e]|%[0-9a-f]{2})*)"/y;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

const TRUE: BareItem = { kind: "boolean", value: true };

class Reader {
  readonly #value: string;
  #at = 0;

  constructor(value: string) {
    this.#value = value;
  }

  whole<T>(rule: (reader: Reader) => T): T {
    this.#match(SPACES);
    const result = rule(this);
    this.#match(SPACES);
    if (this.#at < this.#value.length) this.#fail("the end");
    return result;
  }

  list(): List {
    const members: Member[] = [];
    this.#members(() => members.push(this.#member()));
    return members;
  }

  dictionary(): Dictionary {
    const members = new Map<string, Member>();
    this.#members(() => {
      const key = this.#key();
      const member = this.#take("=")
        ? this.#member()
        : ({ kind: "item", value: TRUE, parameters: this.#parameters() } as const);
      members.set(key, member);
    });
    return members;
  }

  item(): Item {
    const value = this.#bareItem();
    return { kind: "item", value, parameters: this.#parameters() };
  }

  /** Section 4.2.1: members between commas, with blanks around them but no comma at the end. */
  #members(member: () => void): void {
    while (this.#at < this.#value.length) {
      member();
      this.#match(BLANKS);
      if (this.#at === this.#value.length) return;
      if (!this.#take(",")) this.#fail("a comma");
      this.#match(BLANKS);
      if (this.#at === this.#value.length) this.#fail("a member after the comma");
    }
  }

  #member(): Member {
    return this.#value[this.#at] === "(" ? this.#innerList() : this.item();
  }

  #innerList(): InnerList {
    this.#at += 1;
    const items: Item[] = [];
    for (;;) {
      this.#match(SPACES);
      if (this.#take(")")) return { kind: "inner-list", items, parameters: this.#parameters() };
      items.push(this.item());
      const next = this.#value[this.#at];
      if (next !== " " && next !== ")") this.#fail("a space or a closing parenthesis");
    }
  }

  #parameters(): Parameters {
    const parameters = new Map<string, BareItem>();
    while (this.#take(";")) {
      this.#match(SPACES);
      const key = this.#key();
      parameters.set(key, this.#take("=") ? this.#bareItem() : TRUE);
    }
    return parameters;
  }

  #key(): string {
    return (this.#match(KEY) ?? this.#fail("a key"))[0];
  }

  #bareItem(): BareItem {
    const first = this.#value[this.#at] ?? "";
    if (/[-0-9]/.test(first)) return this.#number();
    if (/[A-Za-z*]/.test(first))
      return { kind: "token", value: (this.#match(TOKEN) ?? this.#fail("a token"))[0] };
    switch (first) {
      case '"':
        return { kind: "string", value: this.#inner(STRING, "a string").replace(/\\(.)/g, "$1") };
      case ":":
        return this.#bytes();
      case "?":
        return this.#boolean();
      case "@":
        return this.#date();
      case "%":
        return this.#displayString();
      default:
        return this.#fail("an item");
    }
  }

  #number(): BareItem {
    const match = this.#match(NUMBER) ?? this.#fail("a number");
    const [text, whole = "", fraction] = match;
    // Minus zero is zero: there is but one in the data model.
    const value = Number(text) + 0;
    if (fraction === undefined)
      return whole.length <= 15 ? { kind: "integer", value } : this.#fail("at most 15 digits");
    if (whole.length > 12 || fraction.length < 1 || fraction.length > 3)
      this.#fail("at most 12 digits, a point and 1 to 3 digits");
    return { kind: "decimal", value };
  }

  #bytes(): BareItem {
    const text = this.#inner(BYTES, "base64 between colons");
    if (!BASE64.test(text)) this.#fail("base64");
    return { kind: "bytes", value: Buffer.from(text, "base64") };
  }

  #boolean(): BareItem {
    this.#at += 1;
    if (this.#take("1")) return TRUE;
    return this.#take("0") ? { kind: "boolean", value: false } : this.#fail("0 or 1");
  }

  #date(): BareItem {
    this.#at += 1;
    const seconds = this.#number();
    return seconds.kind === "integer"
      ? { kind: "date", value: seconds.value }
      : this.#fail("a whole number of seconds");
  }

  #displayString(): BareItem {
    const text = this.#inner(DISPLAY_STRING, "a display string");
    const bytes = text.replace(/%([0-9a-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    try {
      const value = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
        Buffer.from(bytes, "latin1"),
      );
      return { kind: "display-string", value };
    } catch {
      return this.#fail("UTF-8");
    }
  }

  #inner(pattern: RegExp, expected: string): string {
    return (this.#match(pattern) ?? this.#fail(expected))[1] as string;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#value);
    if (match !== null) this.#at = pattern.lastIndex;
    return match;
  }

  #take(char: string): boolean {
    if (this.#value[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  #fail(expected: string): never {
    throw new Unexpected(this.#at, expected);
  }
}
