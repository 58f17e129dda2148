/** What a reload has to act on. */
import { Value } from "typebox/value";
import type { Settings } from "./schema.ts";

/** The top-level sections in which two generations of the settings differ, in the schema's order. */
export function changedSections(a: Settings, b: Settings): readonly (keyof Settings)[] {
  const sections = Object.keys(a) as readonly (keyof Settings)[];
  return sections.filter((section) => !Value.Equal(a[section], b[section]));
}
