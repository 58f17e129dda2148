/** Inputs made from a JSON Schema: some that fit, most that nearly do, seeded so that a failure can be repeated. */

/** A small generator of numbers (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema | readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
}

/** What has broken servers before. */
const HOSTILE: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1e308,
  2 ** 53,
  0.5,
  "",
  "\u0000",
  "'; DROP TABLE users; --",
  "../../../../etc/passwd",
  "%2e%2e%2f",
  "{{7*7}}#{7*7}",
  "<script>alert(1)</script>",
  "\ud800",
  "ａｄｍｉｎ",
  "a".repeat(5_000),
  "-1",
  "1e9",
  "__proto__",
  "constructor",
  [],
  {},
  [[[[[[]]]]]],
  { __proto__: { polluted: true } },
  { toString: 1, length: -1 },
  "http://127.0.0.1:22/",
  "http://[::1]/",
  "\r\nSet-Cookie: x=y",
];

const TEXTS = [
  "admin",
  "a",
  "example.com",
  "http://example.com/",
  "192.0.2.1",
  "GET",
  "2026-01-01T00:00:00Z",
  "hour",
  "7",
];

export class SchemaInputs {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** A value for the schema; each part of it may be a hostile one instead. */
  value(schema: Schema, hostility = 0.15): unknown {
    if (this.#random() < hostility) return this.pick(HOSTILE);
    if (schema.const !== undefined) return schema.const;
    if (schema.enum !== undefined) return this.pick(schema.enum);
    if (schema.anyOf !== undefined) return this.value(this.pick(schema.anyOf), hostility);
    switch (schema.type ?? "string") {
      case "object":
        return this.#object(schema, hostility);
      case "array":
        return this.#list(schema, hostility);
      case "integer":
      case "number":
        return this.pick([schema.minimum ?? 0, schema.maximum ?? 100, this.below(1_000), -1]);
      case "boolean":
        return this.#random() < 0.5;
      case "null":
        return null;
      default:
        return this.pick(TEXTS);
    }
  }

  #object(schema: Schema, hostility: number): unknown {
    const members = Object.entries(schema.properties ?? {})
      .filter(([name]) => schema.required?.includes(name) === true || this.#random() < 0.5)
      .map(([name, member]) => [name, this.value(member, hostility)] as const);
    const more =
      this.#random() < hostility ? [[this.pick(["x", "role", "constructor", "admin"]), true] as const] : [];
    return Object.fromEntries([...members, ...more]);
  }

  #list(schema: Schema, hostility: number): unknown {
    const items = schema.items;
    if (Array.isArray(items)) return items.map((item: Schema) => this.value(item, hostility));
    return Array.from({ length: this.below(3) }, () =>
      this.value((items as Schema | undefined) ?? {}, hostility),
    );
  }
}
