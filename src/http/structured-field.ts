import { failure, type Outcome, success } from "#base/outcome.ts";

/**
 * Structured field values (RFC 9651): their types, and the serializer of section 4.1. The parser is in
 * structured-field-parser.ts.
 */

/** A bare item (section 3.3). A number is two kinds, because 1 and 1.0 are different items. */
export type BareItem =
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "decimal"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "token"; readonly value: string }
  | { readonly kind: "bytes"; readonly value: Uint8Array }
  | { readonly kind: "boolean"; readonly value: boolean }
  /** Seconds since the epoch. */
  | { readonly kind: "date"; readonly value: number }
  /** Any Unicode text. */
  | { readonly kind: "display-string"; readonly value: string };

/** In the order they were written; the last of equal keys counts, at the place of the first. */
export type Parameters = ReadonlyMap<string, BareItem>;

export interface Item {
  readonly kind: "item";
  readonly value: BareItem;
  readonly parameters: Parameters;
}

export interface InnerList {
  readonly kind: "inner-list";
  readonly items: readonly Item[];
  readonly parameters: Parameters;
}

export type Member = Item | InnerList;
export type List = readonly Member[];
export type Dictionary = ReadonlyMap<string, Member>;

/** The largest magnitude of an integer: 15 digits (section 3.3.1). */
const INTEGER_MAX = 999_999_999_999_999;
/** Decimals have up to 12 digits before the point and 3 after it (section 3.3.2). */
const DECIMAL_MAX = 999_999_999_999.999;

const KEY_PATTERN = /^[a-z*][a-z0-9_.*-]*$/;
export const TOKEN_PATTERN = /^[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*$/;

const NO_PARAMETERS: Parameters = new Map();

/** An item without parameters, or with those given. */
export const item = (value: BareItem, parameters: Parameters = NO_PARAMETERS): Item => ({
  kind: "item",
  value,
  parameters,
});

/** Thrown within this file only; the exported functions turn it into a failure. */
class NotSerializable extends Error {}

/** An item as field text; the error says which value the format cannot carry. */
export const serializeItem = (value: Item): Outcome<string, string> => guarded(() => itemText(value));

/** A list as field text; an empty list is an empty text, which must not be sent. */
export const serializeList = (list: List): Outcome<string, string> =>
  guarded(() => list.map(memberText).join(", "));

/** A dictionary as field text; an empty one is an empty text, which must not be sent. */
export const serializeDictionary = (dictionary: Dictionary): Outcome<string, string> =>
  guarded(() => [...dictionary].map(([key, member]) => dictionaryMemberText(key, member)).join(", "));

function guarded(text: () => string): Outcome<string, string> {
  try {
    return success(text());
  } catch (error) {
    if (error instanceof NotSerializable) return failure(error.message);
    throw error;
  }
}

const memberText = (member: Member): string =>
  member.kind === "item"
    ? itemText(member)
    : `(${member.items.map(itemText).join(" ")})${parametersText(member.parameters)}`;

const itemText = (value: Item): string => bareItemText(value.value) + parametersText(value.parameters);

function dictionaryMemberText(key: string, member: Member): string {
  // Section 4.1.2: a member that is true is written as its key alone.
  if (member.kind === "item" && member.value.kind === "boolean" && member.value.value)
    return keyText(key) + parametersText(member.parameters);
  return `${keyText(key)}=${memberText(member)}`;
}

function parametersText(parameters: Parameters): string {
  let text = "";
  for (const [key, value] of parameters) {
    text += `;${keyText(key)}`;
    if (value.kind !== "boolean" || !value.value) text += `=${bareItemText(value)}`;
  }
  return text;
}

function keyText(key: string): string {
  if (!KEY_PATTERN.test(key)) throw new NotSerializable(`not a key: ${JSON.stringify(key)}`);
  return key;
}

function bareItemText(bare: BareItem): string {
  switch (bare.kind) {
    case "integer":
      return integerText(bare.value);
    case "decimal":
      return decimalText(bare.value);
    case "string":
      return stringText(bare.value);
    case "token":
      if (!TOKEN_PATTERN.test(bare.value))
        throw new NotSerializable(`not a token: ${JSON.stringify(bare.value)}`);
      return bare.value;
    case "bytes":
      return `:${Buffer.from(bare.value).toString("base64")}:`;
    case "boolean":
      return bare.value ? "?1" : "?0";
    case "date":
      return `@${integerText(bare.value)}`;
    case "display-string":
      return displayStringText(bare.value);
  }
}

function integerText(value: number): string {
  if (!Number.isInteger(value) || Math.abs(value) > INTEGER_MAX)
    throw new NotSerializable(`not an integer of 15 digits: ${value}`);
  return String(value === 0 ? 0 : value);
}

/** Section 4.1.5: rounded to three digits, half to even, with at least one digit after the point. */
function decimalText(value: number): string {
  const rounded = roundHalfToEven(value * 1_000) / 1_000;
  if (!(Math.abs(rounded) <= DECIMAL_MAX)) throw new NotSerializable(`not a decimal of 12 digits: ${value}`);
  const text = (rounded === 0 ? 0 : rounded).toFixed(3).replace(/0{1,2}$/, "");
  return text;
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

function stringText(value: string): string {
  if (!/^[\x20-\x7e]*$/.test(value)) throw new NotSerializable(`not ASCII: ${JSON.stringify(value)}`);
  return `"${value.replace(/["\\]/g, "\\$&")}"`;
}

/** Section 4.1.11: UTF-8, with `%`, `"` and all but printable ASCII percent-encoded in lower case. */
function displayStringText(value: string): string {
  if (!value.isWellFormed()) throw new NotSerializable(`not Unicode text: ${JSON.stringify(value)}`);
  let text = '%"';
  for (const byte of Buffer.from(value, "utf8")) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x22 && byte !== 0x25;
    text += plain ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, "0")}`;
  }
  return `${text}"`;
}
