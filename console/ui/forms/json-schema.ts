/** The settings' schema as the forms read it: plain JSON Schema that the server sends. */
export interface SchemaNode {
  readonly type?: "object" | "array" | "string" | "integer" | "number" | "boolean";
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly format?: string;
  readonly form?: string;
  /** A new item of a list begins with the lowest number that no other has. */
  readonly serial?: boolean;
}

/** The node of a setting such as `listen[].port`; null where the schema has none. */
export function nodeAt(schema: SchemaNode, path: string): SchemaNode | null {
  let node: SchemaNode | undefined = schema;
  for (const [, name, list] of path.matchAll(/([A-Za-z_$][\w$-]*)|(\[\d*\])/g)) {
    node = list === undefined ? node?.properties?.[name ?? ""] : node?.items;
    if (node === undefined) return null;
  }
  return node;
}

/** The last name in a path: it carries the unit. */
export const lastName = (path: string): string => /([A-Za-z_$][\w$-]*)(?:\[\d*\])*$/.exec(path)?.[1] ?? "";

/** The words that stand for choice; null where it is no choice. */
export function choicesOf(node: SchemaNode): readonly string[] | null {
  if (node.enum !== undefined) return node.enum;
  const words = node.anyOf?.map((one) => one.const) ?? [null];
  return words.every((word) => typeof word === "string") ? words : null;
}

/** The value that a new item of a list begins with. */
export function freshValue(node: SchemaNode): unknown {
  if (node.default !== undefined) return structuredClone(node.default);
  if (node.type !== "object") return node.type === "array" ? [] : "";
  const required = new Set(node.required ?? []);
  return Object.fromEntries(
    Object.entries(node.properties ?? {})
      .filter(([key, member]) => required.has(key) || member.default !== undefined)
      .map(([key, member]) => [key, freshValue(member)]),
  );
}

/** The value that one more item of a list begins with. */
export function freshItem(node: SchemaNode, items: readonly unknown[]): unknown {
  const fresh = freshValue(node);
  if (fresh === null || typeof fresh !== "object") return fresh;
  const serials = Object.entries(node.properties ?? {}).filter(([, { serial }]) => serial === true);
  return { ...fresh, ...Object.fromEntries(serials.map(([key]) => [key, lowestFree(items, key)])) };
}

function lowestFree(items: readonly unknown[], key: string): number {
  const taken = new Set(items.map((item) => (item as Readonly<Record<string, unknown>>)[key]));
  let free = 1;
  while (taken.has(free)) free += 1;
  return free;
}

/** The kind of control that a setting is edited with. */
export type Control = "switch" | "choice" | "quantity" | "number" | "text" | "lines" | "items";

export function controlOf(node: SchemaNode, key: string): Control {
  if (choicesOf(node) !== null) return "choice";
  if (node.type === "boolean") return "switch";
  if (node.type === "integer" || node.type === "number") return unitsOf(key) === null ? "number" : "quantity";
  if (node.type === "array") return node.items?.type === "object" ? "items" : "lines";
  return "text";
}

export interface UnitStep {
  /** In the base unit: milliseconds, bytes, bytes per second. */
  readonly size: number;
  readonly name: string;
}

const TIMES: readonly UnitStep[] = [
  { size: 1, name: "ms" },
  { size: 1_000, name: "s" },
  { size: 60_000, name: "min" },
  { size: 3_600_000, name: "h" },
  { size: 86_400_000, name: "d" },
];
const SIZES: readonly UnitStep[] = [
  { size: 1, name: "B" },
  { size: 1024, name: "KiB" },
  { size: 1024 ** 2, name: "MiB" },
  { size: 1024 ** 3, name: "GiB" },
  { size: 1024 ** 4, name: "TiB" },
];
const RATES: readonly UnitStep[] = [
  { size: 1, name: "B/s" },
  { size: 1024, name: "KiB/s" },
  { size: 1024 ** 2, name: "MiB/s" },
];

/** The units that a setting may be given in: its name carries the base unit, as everywhere in the settings. */
export function unitsOf(key: string): readonly UnitStep[] | null {
  if (/Ms(?:Min|Max)?$/.test(key)) return TIMES;
  if (/BytesPerSecond(?:Min|Max)?$/.test(key)) return RATES;
  return /Bytes(?:Min|Max)?$/.test(key) ? SIZES : null;
}

/** The largest unit in which the amount is whole. */
export function fittingUnit(amount: number, units: readonly UnitStep[]): UnitStep {
  const whole = units.filter(({ size }) => amount >= size && amount % size === 0);
  return whole.at(-1) ?? units[0] ?? { size: 1, name: "" };
}

/** A line of a list as its value: whole numbers are numbers where the list may have them. */
export function lineValue(text: string, items: SchemaNode | undefined): string | number {
  const kinds = items?.anyOf ?? (items === undefined ? [] : [items]);
  const mayBeNumber = kinds.some(({ type }) => type === "integer");
  return mayBeNumber && /^\d{1,15}$/.test(text) ? Number(text) : text;
}
