/** What the schema expects at a place, in words: for faults and for the reference. */
import type { SchemaNode } from "./schema-node.ts";

type Unit = "milliseconds" | "bytes" | "bytes per second";

const MILLIS_STEPS = [
  [24 * 3_600_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"],
] as const;

const BYTE_STEPS = [
  [1024 ** 4, "TiB"],
  [1024 ** 3, "GiB"],
  [1024 ** 2, "MiB"],
  [1024, "KiB"],
] as const;

const FORMATS: Readonly<Record<string, string>> = {
  ipv4: "an IPv4 address such as 192.0.2.1",
  ipv6: "an IPv6 address such as 2001:db8::1",
};

/** The unit that the key's name carries, or null. */
export function unitOf(key: string): Unit | null {
  if (/Ms(?:Min|Max)?$/.test(key)) return "milliseconds";
  if (/BytesPerSecond(?:Min|Max)?$/.test(key)) return "bytes per second";
  return /Bytes(?:Min|Max)?$/.test(key) ? "bytes" : null;
}

/** A number with its unit for people, exact: `90 s`, `64 KiB`, `1500 ms`; plain numbers stay plain. */
export function showAmount(amount: number, unit: Unit | null): string {
  if (unit === null) return String(amount);
  const steps = unit === "milliseconds" ? MILLIS_STEPS : BYTE_STEPS;
  const step = steps.find(([size]) => amount >= size && amount % size === 0);
  const rate = unit === "bytes per second" ? "/s" : "";
  if (step !== undefined) return `${amount / step[0]} ${step[1]}${rate}`;
  return `${amount} ${unit === "milliseconds" ? "ms" : "B"}${rate}`;
}

/** What stands at `key`, with its unit, range or choices. */
export function expectationOf(node: SchemaNode, key: string): string {
  if (node.anyOf !== undefined) return eitherOf(node.anyOf.map((choice) => expectationOf(choice, key)));
  if (node.const !== undefined) return JSON.stringify(node.const);
  switch (node.type ?? "string") {
    case "object":
      return `an object { … } with ${eitherOf(Object.keys(node.properties ?? {}), "and")}`;
    case "array":
      return listExpectation(node, key);
    case "integer":
      return integerExpectation(node, unitOf(key));
    case "boolean":
      return "true or false";
    case "string":
      return node.form ?? FORMATS[node.format ?? ""] ?? "text";
  }
}

function integerExpectation(node: SchemaNode, unit: Unit | null): string {
  const [from, to] = [node.minimum ?? 0, node.maximum ?? Number.MAX_SAFE_INTEGER];
  const noun = unit === null ? "a whole number" : `a whole number of ${unit}`;
  const spoken = unit === null ? "" : ` (${showAmount(from, unit)} to ${showAmount(to, unit)})`;
  return `${noun} from ${from} to ${to}${spoken}`;
}

function listExpectation(node: SchemaNode, key: string): string {
  const [least, most] = [node.minItems ?? 0, node.maxItems];
  const item = node.items === undefined ? "values" : expectationOf(node.items, key);
  const size = most === undefined ? "" : least === 0 ? `at most ${most}, ` : `${least} to ${most}, `;
  return `a list [ … ] (${size}each ${item})`;
}

function eitherOf(words: readonly string[], conjunction = "or"): string {
  const last = words.at(-1) ?? "nothing";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} ${conjunction} ${last}`;
}
