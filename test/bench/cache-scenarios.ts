/** What is measured of caches, as a table. Every scenario runs against proxies that were started for its setup. */
import { areLarge, loadHits, warmHits } from "./cache-hits.ts";
import {
  loadMixed,
  MIXED_CONNECTIONS,
  MIXED_OBJECT_BYTES_MEAN,
  MIXED_OBJECTS,
  warmMixed,
} from "./cache-mixed.ts";
import type { CacheTarget, LoadResult, LoadRun } from "./cache-sample.ts";

const KIB = 1_024;
const MIB = 1_024 * KIB;

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
/** A tenth of the bytes of the mixed load. */
const MIXED = setup("mixed", {
  memoryBytes: Math.round((MIXED_OBJECTS * MIXED_OBJECT_BYTES_MEAN) / 10),
  objectBytes: MIXED_OBJECT_BYTES_MEAN,
  overflows: true,
});

export interface CacheScenario {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly setup: CacheSetup;
  /** Runs when no scenario is asked for by name. */
  readonly standard: boolean;
  /** Brings the objects into the cache. */
  readonly warmUp: (target: CacheTarget, signal: AbortSignal) => Promise<void>;
  readonly load: (target: CacheTarget, run: LoadRun, signal: AbortSignal) => Promise<LoadResult>;
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
  const isOnDisk = where.diskBytes > 0;
  const hits = { bytes: size.bytes, objects: isOnDisk ? size.objectsOnDisk : 1, connections };
  const tier = `${isOnDisk ? "disk" : "memory"}${where.workers > 1 ? `, ${where.workers} workers` : ""}`;
  return {
    name: `${size.name}-${where.name}-${connections}`,
    title: `hits of ${size.title}, ${tier}, ${connections} connections`,
    unit: areLarge(hits) ? "MB/s" : "requests/s",
    setup: where,
    standard: isStandard(size, where, connections),
    warmUp: (target, signal) => warmHits(target, { ...hits, workers: where.workers }, signal),
    load: (target, { seconds }, signal) => loadHits(target, { ...hits, seconds }, signal),
  };
}

export const CACHE_SCENARIOS: readonly CacheScenario[] = [
  ...[MEMORY, MEMORY_2, DISK, DISK_2].flatMap((where) =>
    SIZES.flatMap((size) => [64, 1_000].map((connections) => hitScenario(size, where, connections))),
  ),
  {
    name: "mixed",
    title: `mixed load: Zipf 0.8 over ${MIXED_OBJECTS} objects of 1 to 64 KiB, a tenth of their bytes stored, ${MIXED_CONNECTIONS} connections`,
    unit: "requests/s",
    setup: MIXED,
    standard: true,
    warmUp: warmMixed,
    load: loadMixed,
  },
];
