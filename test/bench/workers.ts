/**
 * What workers of one unit share on a hit: node test/bench/workers.ts [--rounds N] [--seconds N] (`make` first)
 * Two workers beside two units of one worker each, which share nothing, under the same load on the same cores. What
 * those cost more than one worker alone is the machine's and the generators' part; the rest would be the unit's.
 */
import { existsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { loadHits, warmHits } from "./cache-hits.ts";
import { type CacheOrigin, startCacheOrigin } from "./cache-origin.ts";
import { CACHE_PEERS } from "./cache-peers.ts";
import type { CacheTarget } from "./cache-sample.ts";
import { processorSeconds } from "./core-use.ts";
import { describeMachine, LOAD_CORE, PROXY_CORE, pinSelf } from "./machine.ts";
import { type BenchOptions, runMain, writeResults } from "./options.ts";
import { startPeer } from "./peers.ts";
import { median, quantile } from "./stats.ts";
import { createWorkspace, freePort, type Workspace } from "./workspace.ts";

const DEFAULTS = { rounds: 20, seconds: 1 };
const MEMORY_BYTES = 128 * 1_024 * 1_024;
/** Each of the two generators has half of the connections, of whatever listens. */
const GENERATORS = 2;
const HITS = { bytes: 1_024, objects: 1, connections: 32 };
/** Other programs only make a hit dearer: what a quarter of the rounds are below is nearest to its own cost. */
const QUIET = 0.25;
/** What the workers of one unit may cost beyond those of two. */
const SHARING_MAX = 1.05;
const TWO_OF_ONE_MIN = 1.7;

const LAYOUTS = [
  { name: "one worker", units: 1, workers: 1 },
  { name: "two workers", units: 1, workers: 2 },
  { name: "two units of one worker", units: 2, workers: 1 },
] as const;

type Layout = (typeof LAYOUTS)[number];

interface Running {
  readonly layout: Layout;
  readonly targets: readonly CacheTarget[];
  /** Processor time of one hit, µs, a figure a round. */
  readonly hitCosts: number[];
}

interface Place {
  readonly workspace: Workspace;
  readonly memory: Workspace;
  readonly origin: CacheOrigin;
  /** Ends what was started. */
  readonly stack: AsyncDisposableStack;
}

/**
 * Linux shares the processors out by sessions (autogroup, sched(7)), and each unit is one: on a busy machine two units
 * would get twice as much. A nice value of -3 is twice the weight. Without the right to it, measure on a quiet one.
 */
function weighDouble(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, "-3");
  } catch (error) {
    console.log(`two workers have the share of one unit: ${String(error)}`);
  }
}

async function startUnit(
  name: string,
  workers: number,
  { workspace, memory, origin, stack }: Place,
  signal: AbortSignal,
): Promise<CacheTarget> {
  const peer = CACHE_PEERS.find((one) => one.name === "futago");
  if (peer === undefined) throw new Error("futago is not among the caches");
  const place = {
    name,
    folder: workspace.folder(name),
    memoryFolder: memory.folder(name),
    port: await freePort(),
    originPort: origin.port,
    tunnelPort: origin.port,
    cores: [PROXY_CORE, LOAD_CORE],
    memoryBytes: MEMORY_BYTES,
    diskBytes: 0,
    objectBytes: HITS.bytes,
    overflows: false,
    workers,
  };
  const start = await startPeer(peer, place, signal);
  if (!start.ok) throw new Error(start.why);
  stack.use(start.running);
  if (workers === 2) weighDouble(start.running.child.pid);
  const target = { proxyPort: start.running.port, pid: start.running.child.pid, origin };
  await warmHits(target, { ...HITS, workers }, signal);
  return target;
}

async function measure({ targets, hitCosts }: Running, seconds: number, signal: AbortSignal): Promise<void> {
  const spent = (): number => targets.reduce((sum, { pid }) => sum + processorSeconds(pid), 0);
  const before = spent();
  const loads = Array.from({ length: GENERATORS }, (_, index) => {
    const target = targets[index % targets.length] as CacheTarget;
    return loadHits(target, { ...HITS, seconds }, signal);
  });
  const results = await Promise.all(loads);
  const hits = results.reduce((sum, { operations }) => sum + operations, 0);
  hitCosts.push(((spent() - before) / hits) * 1e6);
}

function report(running: readonly Running[]): boolean {
  const [one, two, apart] = running.map(({ layout, hitCosts }) => {
    const cost = quantile(hitCosts, QUIET);
    console.log(
      `${layout.name.padEnd(26)}${cost.toFixed(1)} µs a hit in quiet rounds, ${median(hitCosts).toFixed(1)} in the middle`,
    );
    return cost;
  }) as [number, number, number];
  const claims = [
    { text: "two workers cost what two units cost", ratio: two / apart, holds: two / apart <= SHARING_MAX },
    {
      text: "two workers serve 1.7 times what one does, with a core each",
      ratio: (2 * one) / two,
      holds: (2 * one) / two >= TWO_OF_ONE_MIN,
    },
  ];
  for (const { text, ratio, holds } of claims)
    console.log(`${holds ? "PASS" : "FAIL"}  ${text} (${ratio.toFixed(2)})`);
  const figures = running.map(({ layout, hitCosts }) => ({ ...layout, hitCosts }));
  writeResults("workers", { machine: describeMachine(), figures, claims });
  return claims.every(({ holds }) => holds);
}

async function main(options: BenchOptions, signal: AbortSignal): Promise<boolean> {
  pinSelf();
  using workspace = createWorkspace();
  using memory = createWorkspace(existsSync("/dev/shm") ? "/dev/shm" : tmpdir());
  await using origin = await startCacheOrigin(workspace, signal);
  await using stack = new AsyncDisposableStack();
  const place = { workspace, memory, origin, stack };
  const running: Running[] = [];
  for (const layout of LAYOUTS) {
    const targets: CacheTarget[] = [];
    for (let unit = 0; unit < layout.units; unit += 1)
      targets.push(
        await startUnit(`${layout.units}-${layout.workers}-${unit}`, layout.workers, place, signal),
      );
    running.push({ layout, targets, hitCosts: [] });
  }
  for (let round = 0; round < options.rounds; round += 1) {
    const order = round % 2 === 0 ? running : [...running].reverse();
    for (const one of order) await measure(one, options.secondsEach, signal);
  }
  return report(running);
}

await runMain(main, DEFAULTS);
