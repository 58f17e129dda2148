/** Settings that a reload cannot change while the unit runs. */
import type { Settings } from "./schema.ts";
import { valueChanges } from "./value-changes.ts";

export const AT_NEXT_START = [
  "control.socket",
  "console.enabled",
  "cache.enabled",
  "cache.folder",
  "cache.memoryBytesMax",
  "cache.diskBytesMax",
  "cache.objectBytesMax",
] as const;

/** Of what changed, the paths that take effect only at the next start. */
export function changedAtNextStart(before: Settings, after: Settings): readonly string[] {
  const changed = valueChanges(before, after).map(({ path }) => path);
  return AT_NEXT_START.filter((late) => changed.includes(late));
}
