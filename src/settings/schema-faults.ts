/** Every place where a value does not fit the schema, one fault a place. */
import { Value } from "typebox/value";
import { expectationOf } from "./expectation.ts";
import { nearestName } from "./nearest-name.ts";
import type { SchemaNode } from "./schema-node.ts";
import { itemPath, memberPath, type SettingsFault, showValue } from "./settings-fault.ts";

/** Faults that one text is answered with; a text with more is a wrong file rather than a mistyped one. */
const FAULTS_MAX = 100;

/** The faults of `value` against `node`; keys that have a default may be absent. */
export function schemaFaults(node: SchemaNode, value: unknown): readonly SettingsFault[] {
  const faults: SettingsFault[] = [];
  walk({ node, key: "", path: "" }, value, faults);
  if (faults.length <= FAULTS_MAX) return faults;
  const more = { path: "", found: "more faults than these", expected: `at most ${FAULTS_MAX} to be shown` };
  return [...faults.slice(0, FAULTS_MAX), more];
}

interface Place {
  readonly node: SchemaNode;
  /** The last named key: it carries the unit. */
  readonly key: string;
  readonly path: string;
}

function walk(place: Place, value: unknown, faults: SettingsFault[]): void {
  const { node, path } = place;
  if (faults.length > FAULTS_MAX) return;
  if (node.type === "object" && isRecord(value)) walkObject(place, value, faults);
  else if (node.type === "array" && Array.isArray(value)) walkList(place, value, faults);
  else if (!Value.Check(node, value))
    faults.push({ path, found: showValue(value), expected: expectationOf(node, place.key) });
}

function walkObject({ node, path }: Place, value: Record<string, unknown>, faults: SettingsFault[]): void {
  const properties = node.properties ?? {};
  for (const [key, member] of Object.entries(value)) {
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (known === undefined) faults.push(unknownKey(memberPath(path, key), key, properties));
    else walk({ node: known, key, path: memberPath(path, key) }, member, faults);
  }
  for (const key of node.required ?? []) {
    const missing = Object.hasOwn(value, key) ? undefined : properties[key];
    if (missing === undefined || missing.default !== undefined) continue;
    faults.push({ path: memberPath(path, key), found: "nothing", expected: expectationOf(missing, key) });
  }
}

function walkList({ node, key, path }: Place, value: readonly unknown[], faults: SettingsFault[]): void {
  const isTooShort = value.length < (node.minItems ?? 0);
  const isTooLong = value.length > (node.maxItems ?? Number.POSITIVE_INFINITY);
  if (isTooShort || isTooLong)
    faults.push({ path, found: showValue(value), expected: expectationOf(node, key) });
  if (node.items === undefined) return;
  for (const [index, item] of value.entries())
    walk({ node: node.items, key, path: itemPath(path, index) }, item, faults);
}

/** The value is not shown: a key that is unknown here may be somebody's password. */
function unknownKey(path: string, key: string, properties: Readonly<Record<string, unknown>>): SettingsFault {
  const known = Object.keys(properties);
  const nearest = nearestName(key, known);
  const hint = nearest === null ? "" : `; did you mean "${nearest}"?`;
  return { path, found: "an unknown key", expected: `one of ${known.join(", ")}${hint}` };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
