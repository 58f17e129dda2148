/** Places within a settings document, written as the server writes them: `listen[0].port`. */
export type Document = Readonly<Record<string, unknown>>;

type Key = string | number;

/** The keys of a path; throws on one that the settings cannot have. */
export function keysOf(path: string): readonly Key[] {
  const keys = [...path.matchAll(/([A-Za-z_$][\w$-]*)|\[(\d+)\]/g)].map((match) =>
    match[2] === undefined ? (match[1] ?? "") : Number(match[2]),
  );
  if (keys.length === 0) throw new Error(`${path} is no path`);
  return keys;
}

/** What stands there; undefined where nothing does. */
export function valueAt(document: unknown, path: string): unknown {
  let value = document;
  for (const key of keysOf(path)) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<Key, unknown>)[key];
  }
  return value;
}

/** A copy with another value there; undefined takes the member away. */
export function withValueAt(document: Document, path: string, value: unknown): Document {
  return replace(document, keysOf(path), value) as Document;
}

function replace(within: unknown, keys: readonly Key[], value: unknown): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  if (typeof key === "number") {
    const list = Array.isArray(within) ? [...(within as readonly unknown[])] : [];
    list[key] = replace(list[key], rest, value);
    return list;
  }
  const record: Record<string, unknown> = isRecord(within) ? { ...within } : {};
  const replaced = replace(record[key], rest, value);
  if (replaced === undefined) delete record[key];
  else record[key] = replaced;
  return record;
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether two values of a document are alike, whatever the order of their members. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, at) => isSame(item, b[at]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => isSame(a[key], b[key]));
}
