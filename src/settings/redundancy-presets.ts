/** Pairs of interval and count that go well together: from the manual's to the fastest that was tested. */
export interface RedundancyPreset {
  readonly name: string;
  readonly intervalMs: number;
  readonly count: number;
  readonly summary: string;
}

export const REDUNDANCY_PRESETS: readonly RedundancyPreset[] = [
  {
    name: "manual",
    intervalMs: 2_000,
    count: 5,
    summary: "As in the manual, and the default: for networks that stand still for seconds.",
  },
  {
    name: "fast",
    intervalMs: 100,
    count: 3,
    summary: "Browsers and downloads notice little; for ordinary switches.",
  },
  {
    name: "fastest",
    intervalMs: 20,
    count: 3,
    summary: "Clients notice next to nothing; for two units on one switch, or joined by a cable.",
  },
];
