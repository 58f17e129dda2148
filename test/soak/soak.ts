/** A pair at 50 ms × 3 whose proxy works as hard as it can: what the heartbeat costs, and whether it holds. */
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { processSeconds } from "#test/bench/core-use.ts";
import { MemoryWatch } from "#test/bench/memory.ts";
import { AddressWatch } from "#test/support/address-watch.ts";
import type { Owner } from "#test/support/owner.ts";
import { PLAN, PROXY_PORT } from "#test/support/pair-settings.ts";
import { TestPair } from "#test/support/test-pair.ts";
import { until } from "#test/support/until.ts";
import type { LoadCount } from "./proxy-load.ts";

const CONNECTIONS = 64;
const SAMPLE_MS = 1_000;
const STARTED_WITHIN_MS = 30_000;

export interface SoakResult {
  readonly minutes: number;
  readonly answered: number;
  readonly failed: number;
  /** Times that a unit began to hold: each was a false takeover. */
  readonly moves: number;
  /** Of the heartbeat process of each unit: its share of a core, and its largest resident memory. */
  readonly daemons: readonly { readonly cpuShare: number; readonly residentBytes: number }[];
  readonly requestsPerSecond: number;
}

/** Runs the load for so long; `tell` hears once a minute how it goes. */
export async function soak(
  owner: Owner,
  minutes: number,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<SoakResult> {
  const redundancy = { intervalMs: 50, count: 3, services: [{ name: "proxy" }] };
  const pair = await TestPair.start(owner, redundancy, "unit", { built: true });
  const watch = await AddressWatch.start(pair.network, ["a", "b"], [PLAN[4].floating]);
  const pids = await Promise.all(
    (["a", "b"] as const).map(async (name) => {
      const status = await until(async () => (await pair.status(name)) ?? undefined, STARTED_WITHIN_MS);
      return status.pid;
    }),
  );
  const target = [PLAN[4].floating, String(PROXY_PORT), PLAN[4].client, String(CONNECTIONS)];
  const load = pair.network.node("client", ["test/soak/proxy-load.ts", ...target], true);
  load.stderr?.pipe(process.stderr);
  await once(load, "message");
  const count = async (): Promise<LoadCount> => {
    const answer = once(load, "message");
    load.send("count");
    const [counted] = (await answer) as [LoadCount];
    return counted;
  };
  watch.reset();
  const memories = pids.map((pid) => new MemoryWatch(pid, SAMPLE_MS));
  const before = pids.map(processSeconds);
  const startedMs = performance.now();
  const seconds = (): number => (performance.now() - startedMs) / 1_000;
  for (let minute = 1; minute <= Math.ceil(minutes); minute += 1) {
    const leftMs = Math.min(minute, minutes) * 60_000 - (performance.now() - startedMs);
    await pause(leftMs, undefined, { signal });
    const { answered, failed } = await count();
    tell(`${minute} min: ${answered} answered, ${failed} failed, ${watch.moves} moves`);
  }
  const { answered, failed } = await count();
  const daemons = pids.map((pid, index) => ({
    cpuShare: (processSeconds(pid) - (before[index] ?? 0)) / seconds(),
    residentBytes: memories[index]?.peak.residentBytes ?? Number.NaN,
  }));
  for (const memory of memories) memory[Symbol.dispose]();
  return { minutes, answered, failed, moves: watch.moves, daemons, requestsPerSecond: answered / seconds() };
}
