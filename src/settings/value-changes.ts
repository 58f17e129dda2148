/** What two versions of the settings differ in, value by value: for people, and to know who set what. */
import { Value } from "typebox/value";
import { itemPath, memberPath } from "./settings-fault.ts";

export type ValueChange =
  | { readonly kind: "added"; readonly path: string; readonly after: unknown }
  | { readonly kind: "removed"; readonly path: string; readonly before: unknown }
  | { readonly kind: "changed"; readonly path: string; readonly before: unknown; readonly after: unknown };

/** The differences in the order of `after`'s members; a value that is in both is never shown. */
export function valueChanges(before: unknown, after: unknown, path = ""): readonly ValueChange[] {
  if (Value.Equal(before, after)) return [];
  if (before === undefined) return [{ kind: "added", path, after }];
  if (after === undefined) return [{ kind: "removed", path, before }];
  if (Array.isArray(before) && Array.isArray(after)) return listChanges(before, after, path);
  if (!isRecord(before) || !isRecord(after)) return [{ kind: "changed", path, before, after }];
  const keys = new Set([...Object.keys(after), ...Object.keys(before)]);
  return [...keys].flatMap((key) => valueChanges(before[key], after[key], memberPath(path, key)));
}

function listChanges(
  before: readonly unknown[],
  after: readonly unknown[],
  path: string,
): readonly ValueChange[] {
  const arePlain = [...before, ...after].every((item) => !isRecord(item));
  if (arePlain) return [{ kind: "changed", path, before, after }];
  // Items of the same length are most likely edited in place.
  if (before.length === after.length)
    return after.flatMap((item, index) => valueChanges(before[index], item, itemPath(path, index)));
  const isIn = (list: readonly unknown[], item: unknown): boolean =>
    list.some((other) => Value.Equal(other, item));
  const removed = before.flatMap((item, index): readonly ValueChange[] =>
    isIn(after, item) ? [] : [{ kind: "removed", path: itemPath(path, index), before: item }],
  );
  const added = after.flatMap((item, index): readonly ValueChange[] =>
    isIn(before, item) ? [] : [{ kind: "added", path: itemPath(path, index), after: item }],
  );
  // The same items in other numbers: only the whole tells it.
  return removed.length + added.length === 0
    ? [{ kind: "changed", path, before, after }]
    : [...removed, ...added];
}

/** Every value of a document with its path; lists count as one value. */
export function leafValues(value: unknown, path = ""): readonly (readonly [path: string, value: unknown])[] {
  if (!isRecord(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, member]) => leafValues(member, memberPath(path, key)));
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
