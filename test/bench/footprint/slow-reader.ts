/** Large bodies to a slow client, through GET and through a tunnel at once: nothing may pile up in the proxy. */
import { setTimeout as sleep } from "node:timers/promises";
import { runTool } from "#test/bench/child.ts";
import { MemoryWatch } from "#test/bench/memory.ts";
import { inMib, MIB, type Part, type PartContext, warmUpLightly } from "./part.ts";

const BODY_BYTES = 2_048 * MIB;
const QUICK_BODY_BYTES = 256 * MIB;
const BYTES_PER_SECOND = 10_000_000;
const GROWTH_BYTES_MAX = 48 * MIB;
const SAMPLE_EVERY_MS = 250;
const SETTLE_MS = 2_000;
const FILE = "huge";

/** The bytes that arrived. */
async function fetchSlowly(
  context: PartContext,
  mode: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const text = await runTool(
    [
      "curl",
      ...["--silent", "--show-error", "--output", "/dev/null", "--limit-rate", String(BYTES_PER_SECOND)],
      ...mode,
      ...["--proxy", `http://127.0.0.1:${context.proxyPort}`, "--write-out", "%{size_download}"],
      `http://${context.origin.authority}/${FILE}`,
    ],
    signal,
  );
  return Number(text);
}

export const slowReader: Part = {
  name: "slow-reader",
  claim: `2 GiB through GET and 2 GiB through a tunnel at 10 MB/s: memory grows by less than ${inMib(GROWTH_BYTES_MAX)}`,
  async run(context, signal) {
    const bytes = context.quick ? QUICK_BODY_BYTES : BODY_BYTES;
    context.origin.addFile(FILE, bytes);
    await warmUpLightly(context, signal);
    using before = new MemoryWatch(context.pid, SAMPLE_EVERY_MS);
    await sleep(SETTLE_MS, undefined, { signal });
    before[Symbol.dispose]();
    context.say(`${inMib(bytes)} each way, about ${Math.round(bytes / BYTES_PER_SECOND)} s …`);
    using during = new MemoryWatch(context.pid, SAMPLE_EVERY_MS);
    const arrived = await Promise.all([
      fetchSlowly(context, [], signal),
      fetchSlowly(context, ["--proxytunnel"], signal),
    ]);
    const residentGrowth = during.peak.residentBytes - before.middle.residentBytes;
    const anonymousGrowth = during.peak.anonymousBytes - before.middle.anonymousBytes;
    const whole = arrived.every((count) => count === bytes);
    return {
      holds: whole && residentGrowth < GROWTH_BYTES_MAX && anonymousGrowth < GROWTH_BYTES_MAX,
      text:
        `grew by ${inMib(residentGrowth)} resident, ${inMib(anonymousGrowth)} anonymous, ` +
        `from ${inMib(before.middle.residentBytes)}${whole ? "" : "; A BODY ARRIVED SHORT"}`,
      figures: { bytes, residentGrowth, anonymousGrowth, baseline: before.middle.residentBytes },
    };
  },
};
