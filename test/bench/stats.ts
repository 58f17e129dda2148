/** The few statistics that the reports use. */
import { assert } from "#base/assert.ts";

/** The value below which `fraction` (0 to 1) of the samples lie, by nearest rank. */
export function quantile(samples: readonly number[], fraction: number): number {
  assert(samples.length > 0, "a quantile needs samples");
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = Math.min(sorted.length, Math.max(1, Math.ceil(fraction * sorted.length)));
  return sorted[rank - 1] ?? Number.NaN;
}

/** The middle sample; of an even number the mean of the two in the middle. */
export function median(samples: readonly number[]): number {
  assert(samples.length > 0, "a median needs samples");
  const sorted = [...samples].sort((a, b) => a - b);
  const upper = Math.floor(sorted.length / 2);
  const high = sorted[upper] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[upper - 1] ?? Number.NaN) + high) / 2;
}
