/** What is measured of caches, as a table. Every scenario runs against proxies that were started for its setup. */
import type { CacheOrigin } from "./cache-origin.ts";
import { processorSeconds, watchCores } from "./core-use.ts";
import { runObjects } from "./load/objects.ts";
import { ratePerSecond, runWrk } from "./load/wrk.ts";

const KIB = 1_024;
const MIB = 1_024 * KIB;
/** The mixed load: Zipf over so many objects, of 32.5 KiB on average; a tenth of their bytes may be stored. */
const MIXED_OBJECTS = 100_000;
const MIXED_OBJECT_BYTES = 32.5 * KIB;
const MIXED_CACHE_BYTES = Math.round((MIXED_OBJECTS * MIXED_OBJECT_BYTES) / 10);
const MIXED_CONNECTIONS = 64;
const MIXED_WARM_UP_REQUESTS = 60_000;
const MIXED_REQUESTS_PER_SECOND_OF_RUN = 20_000;
/** So often every object is fetched until the cache has to have it: some store at the second request only. */
const WARM_UP_PASSES_MAX = 6;
const WARM_UP_CONNECTIONS = 8;
/** More than this share of the requests at the origin, and a "hit" was none. */
const LEAK_MAX = 0.001;

/** How the proxies are started: one set of processes serves all scenarios of a setup. */
export interface CacheSetup {
  readonly name: string;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  /** The mean size that the cache is laid out for. */
  readonly objectBytes: number;
  /** The load is larger than the cache. */
  readonly overflows: boolean;
  readonly workers: number;
}

const setup = (name: string, budgets: Partial<CacheSetup>): CacheSetup => ({
  name,
  memoryBytes: 128 * MIB,
  diskBytes: 0,
  objectBytes: KIB,
  overflows: false,
  workers: 1,
  ...budgets,
});

const MEMORY = setup("memory", {});
const MEMORY_2 = setup("memory-2", { workers: 2 });
/** The objects of a disk scenario are many times what this memory holds. */
const DISK = setup("disk", { memoryBytes: 2 * MIB, diskBytes: 512 * MIB });
const DISK_2 = setup("disk-2", { memoryBytes: 2 * MIB, diskBytes: 512 * MIB, workers: 2 });
const MIXED = setup("mixed", {
  memoryBytes: MIXED_CACHE_BYTES,
  objectBytes: MIXED_OBJECT_BYTES,
  overflows: true,
});

export interface CacheTarget {
  readonly proxyPort: number;
  readonly pid: number;
  readonly origin: CacheOrigin;
}

interface Measured {
  readonly value: number;
  readonly failures: number;
  readonly operations: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** 0 to 1, of requests and of body bytes, measured at the origin. */
  readonly hitRatio: number;
  readonly byteHitRatio: number;
}

export interface CacheSample extends Measured {
  /** Processor time of the proxy for each request. */
  readonly cpuMicrosecondsEach: number;
  /** How much of the two cores the proxy took, and everything else: the generator, the origin, and others. */
  readonly proxyCores: number;
  readonly otherCores: number;
  /** Requests a second that the workers would serve with a core each: their number by the processor time of one. */
  readonly capacity: number;
}

export interface CacheScenario {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly setup: CacheSetup;
  /** Runs when no scenario is asked for by name. */
  readonly standard: boolean;
  /** Brings the objects into the cache. */
  readonly warmUp: (target: CacheTarget, signal: AbortSignal) => Promise<void>;
  readonly measure: (target: CacheTarget, seconds: number, signal: AbortSignal) => Promise<Measured>;
}

interface HitSize {
  readonly name: string;
  readonly title: string;
  readonly bytes: number;
  /** How many objects a disk scenario asks for, one after the other. */
  readonly objectsOnDisk: number;
}

const SIZES: readonly HitSize[] = [
  { name: "1k", title: "1 KiB", bytes: KIB, objectsOnDisk: 16_384 },
  { name: "10k", title: "10 KiB", bytes: 10 * KIB, objectsOnDisk: 2_048 },
  { name: "1m", title: "1 MiB", bytes: MIB, objectsOnDisk: 64 },
];

/** All combinations would take half an hour. */
const isStandard = (size: HitSize, where: CacheSetup, connections: number): boolean =>
  connections === 64
    ? where === MEMORY || where === DISK || (where === MEMORY_2 && size.name !== "10k")
    : where === MEMORY && size.name === "1k";

function hitScenario(size: HitSize, where: CacheSetup, connections: number): CacheScenario {
  const objects = where.diskBytes > 0 ? size.objectsOnDisk : 1;
  const isLarge = size.bytes >= MIB;
  const workers = where.workers > 1 ? ", 2 workers" : "";
  return {
    name: `${size.name}-${where.name}-${connections}`,
    title: `hits of ${size.title}, ${where.diskBytes > 0 ? "disk" : "memory"}${workers}, ${connections} connections`,
    unit: isLarge ? "MB/s" : "requests/s",
    setup: where,
    standard: isStandard(size, where, connections),
    warmUp: (target, signal) => warmHits(target, { objects, bytes: size.bytes }, signal),
    measure: async (target, seconds, signal) => {
      const { origin } = target;
      const before = await origin.answers();
      const result = await runWrk(
        {
          port: target.proxyPort,
          method: "GET",
          target: `http://${origin.authority}/object/${objects > 1 ? "{n}" : 0}/${size.bytes}`,
          targets: objects,
          host: origin.authority,
          connections,
          seconds,
        },
        signal,
      );
      const leaked = (await origin.answers()) - before;
      const broken = result.statusErrors + result.timeouts + result.connectErrors + result.writeErrors;
      const missed = leaked > result.requests * LEAK_MAX ? leaked : 0;
      return {
        value: isLarge ? result.bytes / result.durationUs : ratePerSecond(result),
        failures: broken + missed,
        operations: result.requests,
        p50Ms: result.p50Us / 1_000,
        p99Ms: result.p99Us / 1_000,
        hitRatio: 1 - leaked / result.requests,
        byteHitRatio: 1 - leaked / result.requests,
      };
    },
  };
}

/** Fetches every object until the origin sees none of it any more; throws when that does not come about. */
async function warmHits(
  target: CacheTarget,
  wanted: { readonly objects: number; readonly bytes: number },
  signal: AbortSignal,
): Promise<void> {
  const { origin, proxyPort: port } = target;
  const draw = { mode: "each", bytes: wanted.bytes } as const;
  for (let pass = 0; pass < WARM_UP_PASSES_MAX; pass += 1) {
    const before = await origin.answers();
    const load = {
      port,
      authority: origin.authority,
      connections: WARM_UP_CONNECTIONS,
      objects: wanted.objects,
      draw,
    };
    const { failures } = await runObjects(load, signal);
    if (failures === 0 && (await origin.answers()) === before) return;
  }
  throw new Error("it does not answer from its cache");
}

const MIXED_SCENARIO: CacheScenario = {
  name: "mixed",
  title: `mixed load: Zipf 0.8 over ${MIXED_OBJECTS} objects of 1 to 64 KiB, a tenth of their bytes stored, ${MIXED_CONNECTIONS} connections`,
  unit: "requests/s",
  setup: MIXED,
  standard: true,
  warmUp: async ({ proxyPort: port, origin }, signal) => {
    const draw = { mode: "zipf", requests: MIXED_WARM_UP_REQUESTS, seed: 1 } as const;
    const where = { port, authority: origin.authority, connections: MIXED_CONNECTIONS };
    await runObjects({ ...where, objects: MIXED_OBJECTS, draw }, signal);
  },
  measure: async ({ proxyPort: port, origin }, seconds, signal) => {
    const before = await origin.count();
    const requests = MIXED_REQUESTS_PER_SECOND_OF_RUN * seconds;
    const draw = { mode: "zipf", requests, seed: 2 } as const;
    const where = { port, authority: origin.authority, connections: MIXED_CONNECTIONS };
    const result = await runObjects({ ...where, objects: MIXED_OBJECTS, draw }, signal);
    const after = await origin.count();
    return {
      value: result.requests / result.seconds,
      failures: result.failures,
      operations: result.requests,
      p50Ms: result.p50Ms,
      p99Ms: result.p99Ms,
      hitRatio: 1 - (after.requests - before.requests) / result.requests,
      byteHitRatio: 1 - (after.bodyBytes - before.bodyBytes) / result.bytes,
    };
  },
};

export const CACHE_SCENARIOS: readonly CacheScenario[] = [
  ...[MEMORY, MEMORY_2, DISK, DISK_2].flatMap((where) =>
    SIZES.flatMap((size) => [64, 1_000].map((connections) => hitScenario(size, where, connections))),
  ),
  MIXED_SCENARIO,
];

/** Measures once, and who took the cores meanwhile. */
export async function measureCache(
  scenario: CacheScenario,
  target: CacheTarget,
  seconds: number,
  signal: AbortSignal,
): Promise<CacheSample> {
  const cores = watchCores();
  const startedMs = performance.now();
  const cpuBefore = processorSeconds(target.pid);
  const measured = await scenario.measure(target, seconds, signal);
  const cpuSeconds = processorSeconds(target.pid) - cpuBefore;
  const { proxyCore, loadCore } = cores();
  const proxyCores = (cpuSeconds * 1_000) / (performance.now() - startedMs);
  const cpuMicrosecondsEach = (cpuSeconds / Math.max(1, measured.operations)) * 1e6;
  return {
    ...measured,
    cpuMicrosecondsEach,
    proxyCores,
    otherCores: proxyCore + loadCore - proxyCores,
    capacity: (scenario.setup.workers * 1e6) / cpuMicrosecondsEach,
  };
}
