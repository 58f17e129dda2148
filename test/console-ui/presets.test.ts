import t from "tap";
import { PRESETS } from "#console/ui/pages/redundancy/presets.ts";
import { REDUNDANCY_PRESETS } from "#settings/redundancy-presets.ts";

t.test("the page offers the presets of the command line, in their order", async (t) => {
  const timers = (presets: readonly { readonly intervalMs: number; readonly count: number }[]) =>
    presets.map(({ intervalMs, count }) => [intervalMs, count]);
  t.strictSame(timers(PRESETS), timers(REDUNDANCY_PRESETS));
});
