/** The schema as rows for people: the reference in the README, later the forms of the console. */
import { expectationOf, showAmount, unitOf } from "./expectation.ts";
import { type SchemaNode, SETTINGS_NODE } from "./schema-node.ts";
import { memberPath } from "./settings-fault.ts";

export interface SettingRow {
  /** Such as `limits.headBytesMax`, or `listen[].port` for every item of a list. */
  readonly path: string;
  readonly type: NonNullable<SchemaNode["type"]> | "choice";
  /** Milliseconds, bytes or bytes per second; null where there is none. */
  readonly unit: string | null;
  /** The range, the choices or the form, with the unit. */
  readonly allowed: string;
  /** The default as JSON; null where there is none. */
  readonly fallback: string | null;
  /** The default for people, such as `64 KiB`; null where the number says it as well. */
  readonly fallbackSpoken: string | null;
  readonly description: string;
}

export interface SettingSection {
  readonly name: string;
  readonly description: string;
  readonly rows: readonly SettingRow[];
}

/** Every setting, in the schema's order, by top-level section. */
export function describeSettings(): readonly SettingSection[] {
  return Object.entries(SETTINGS_NODE.properties ?? {}).map(([name, node]) => ({
    name,
    description: node.description ?? "",
    rows: rowsOf(node, name, name),
  }));
}

function rowsOf(node: SchemaNode, path: string, key: string): readonly SettingRow[] {
  if (node.type === "object") return memberRows(node, path);
  const own = rowOf(node, path, key);
  return node.items?.type === "object" ? [own, ...memberRows(node.items, `${path}[]`)] : [own];
}

const memberRows = (node: SchemaNode, path: string): readonly SettingRow[] =>
  Object.entries(node.properties ?? {}).flatMap(([key, member]) =>
    rowsOf(member, memberPath(path, key), key),
  );

function rowOf(node: SchemaNode, path: string, key: string): SettingRow {
  return {
    path,
    type: node.type ?? "choice",
    unit: unitOf(key),
    allowed: expectationOf(node, key),
    fallback: node.default === undefined ? null : showJson(node.default),
    fallbackSpoken: speak(node.default, key),
    description: node.description ?? "",
  };
}

function speak(value: unknown, key: string): string | null {
  const unit = unitOf(key);
  if (typeof value !== "number" || unit === null) return null;
  const spoken = showAmount(value, unit);
  return spoken.startsWith(`${value} `) ? null : spoken;
}

/** JSON on one line, with spaces where people put them. */
function showJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(showJson).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${showJson(member)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}
