/** The public test suite of structured fields (httpwg/structured-field-tests), read in place. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Outcome } from "#base/outcome.ts";
import {
  type BareItem,
  type Dictionary,
  type Item,
  type List,
  type Member,
  type Parameters,
  serializeDictionary,
  serializeItem,
  serializeList,
} from "#http/structured-field.ts";

const FOLDER = join(import.meta.dirname, "../../../shared/corpora/structured-fields");

export type FieldKind = "item" | "list" | "dictionary";

export interface CorpusCase {
  readonly name: string;
  readonly header_type: FieldKind;
  readonly raw?: readonly string[];
  readonly must_fail?: boolean;
  readonly can_fail?: boolean;
  readonly expected?: unknown;
  readonly canonical?: readonly string[];
}

/** All cases of a folder of the suite; none when the suite is not beside this checkout. */
export function corpus(folder: string): readonly CorpusCase[] {
  let names: readonly string[];
  try {
    names = readdirSync(join(FOLDER, folder));
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => JSON.parse(readFileSync(join(FOLDER, folder, name), "utf8")) as CorpusCase[]);
}

export type Structure = Item | List | Dictionary;

const isDictionary = (structure: Structure): structure is Dictionary => structure instanceof Map;
const isList = (structure: Structure): structure is List => Array.isArray(structure);

/** The structure as field text. */
export function serializeAs(kind: FieldKind, structure: Structure): Outcome<string, string> {
  if (kind === "dictionary" && isDictionary(structure)) return serializeDictionary(structure);
  if (kind === "list" && isList(structure)) return serializeList(structure);
  return serializeItem(structure as Item);
}

/** What differs between a parsed structure and the suite's own notation, as messages. */
export function compareWith(name: string, structure: Structure, expected: unknown): readonly string[] {
  const got = JSON.stringify(notation(structure));
  const wanted = JSON.stringify(expected);
  return got === wanted ? [] : [`${name}: ${got} for ${wanted}`];
}

function notation(structure: Structure): unknown {
  if (isDictionary(structure)) return [...structure].map(([key, member]) => [key, memberNotation(member)]);
  return isList(structure) ? structure.map(memberNotation) : memberNotation(structure as Item);
}

const memberNotation = (member: Member): unknown =>
  member.kind === "item"
    ? [bareNotation(member.value), parametersNotation(member.parameters)]
    : [member.items.map(memberNotation), parametersNotation(member.parameters)];

const parametersNotation = (parameters: Parameters): unknown =>
  [...parameters].map(([key, value]) => [key, bareNotation(value)]);

function bareNotation(bare: BareItem): unknown {
  switch (bare.kind) {
    case "token":
    case "date":
      return { __type: bare.kind, value: bare.value };
    case "display-string":
      return { __type: "displaystring", value: bare.value };
    case "bytes":
      return { __type: "binary", value: base32(bare.value) };
    case "integer":
    case "decimal":
    case "string":
    case "boolean":
      return bare.value;
  }
}

/** The suite writes byte sequences in base32 (RFC 4648). */
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const letters = (bits.match(/.{1,5}/g) ?? []).map(
    (five) => BASE32[Number.parseInt(five.padEnd(5, "0"), 2)],
  );
  return letters.join("").padEnd(Math.ceil(letters.length / 8) * 8, "=");
}

/** The suite's notation of a structure to serialize, as our types. */
export function fromNotation(kind: FieldKind, expected: unknown): Structure {
  if (kind === "item") return itemFrom(expected as Pair);
  if (kind === "list") return (expected as Pair[]).map(memberFrom);
  return new Map((expected as [string, Pair][]).map(([key, member]) => [key, memberFrom(member)]));
}

type Pair = readonly [unknown, readonly (readonly [string, unknown])[]];

function memberFrom(pair: Pair): Member {
  const [value] = pair;
  if (!Array.isArray(value)) return itemFrom(pair);
  return {
    kind: "inner-list",
    items: (value as Pair[]).map(itemFrom),
    parameters: parametersFrom(pair),
  };
}

const itemFrom = (pair: Pair): Item => ({
  kind: "item",
  value: bareFrom(pair[0]),
  parameters: parametersFrom(pair),
});

const parametersFrom = ([, parameters]: Pair): Parameters =>
  new Map(parameters.map(([key, value]) => [key, bareFrom(value)]));

function bareFrom(value: unknown): BareItem {
  if (typeof value === "number") return { kind: Number.isInteger(value) ? "integer" : "decimal", value };
  if (typeof value === "string") return { kind: "string", value };
  if (typeof value === "boolean") return { kind: "boolean", value };
  const typed = value as { readonly __type: string; readonly value: string };
  return { kind: typed.__type === "displaystring" ? "display-string" : "token", value: typed.value };
}
