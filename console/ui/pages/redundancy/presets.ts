import type { Phrase } from "#console/ui/i18n/phrase.ts";

/** Pairs of interval and count that go well together; a test keeps them those of `futago ha presets`. */
export interface Preset {
  readonly intervalMs: number;
  readonly count: number;
  readonly label: Phrase;
}

export const PRESETS: readonly Preset[] = [
  { intervalMs: 2_000, count: 5, label: ["2 秒 × 5 回（マニュアル）", "2 s × 5 (the manual's)"] },
  { intervalMs: 100, count: 3, label: ["100 ミリ秒 × 3 回", "100 ms × 3"] },
  { intervalMs: 20, count: 3, label: ["20 ミリ秒 × 3 回", "20 ms × 3"] },
];
