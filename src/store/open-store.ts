/**
 * Opening the store. The supervisor opens it first and writes the index for all; then each worker opens it
 * with the same shared memory and its own place.
 */
import { randomInt } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readSync, rmSync } from "node:fs";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import type { CacheStore } from "#caching/cache-store.ts";
import { makeBodyFolders } from "./body-path.ts";
import { clearClaimsOf } from "./claims.ts";
import { faultReporter, faultText, type ReportFault } from "./faults.ts";
import { IndexDb } from "./index-db.ts";
import { IndexWriter } from "./index-writer.ts";
import { sweepOrphans } from "./orphans.ts";
import { COUNTER, SharedState, type StoreMemory } from "./shared-memory.ts";
import { Store } from "./store.ts";

/** Ids of one run: the next run begins behind them, whatever was committed. */
const RUN_IDS = 2 ** 32;

export interface StoreOptions {
  /** Where index and files lie; made where it is missing. Only one process at a time may use it. */
  readonly folder: string;
  readonly memory: StoreMemory;
  /** The place of a worker, from 0; null for the supervisor, which opens the store first and closes it last. */
  readonly workerIndex: number | null;
  /** For this thread's entries in memory. */
  readonly memoryBytesMax: number;
  /** For index and files together, over all workers. */
  readonly diskBytesMax: number;
  /** Larger bodies are not stored. */
  readonly objectBytesMax: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The supervisor's store. */
export interface SupervisorStore extends CacheStore {
  /** A worker is dead: what it claimed and was writing is free again. */
  clearClaims(workerIndex: number): void;
}

/** Twice the budget: the index must never fail for address space while it is within it. */
const mapBytesFor = (diskBytesMax: number): number => 2 * diskBytesMax + 64 * 1024 * 1024;

/** The first page of an LMDB file, behind its page header: what the library itself would die of is found here. */
const MAGIC_OFFSET = 24;
const MAGIC = 0xbeefc0de;

function hasIndexMagic(path: string): boolean {
  if (!existsSync(path)) return true;
  const fd = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(4);
    const length = readSync(fd, bytes, 0, 4, MAGIC_OFFSET);
    // An empty file is one that was never written to.
    return length === 0 || bytes.readUInt32LE(0) === MAGIC;
  } finally {
    closeSync(fd);
  }
}

/** Opens the index to write; one that cannot be opened is thrown away, it is only a cache. */
function openIndex(options: StoreOptions): IndexDb {
  const dbOptions = {
    folder: options.folder,
    isWriter: true,
    mapBytes: mapBytesFor(options.diskBytesMax),
  };
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  try {
    if (!hasIndexMagic(`${options.folder}/index/data.mdb`)) throw new Error("not an index");
    return new IndexDb(dbOptions);
  } catch (error) {
    options.logger("error", "store-index-discarded", { error: faultText(error) });
    rmSync(`${options.folder}/index`, { recursive: true, force: true });
    return new IndexDb(dbOptions);
  }
}

/** The first id of this run, and the seed of the hashes, which lives as long as the index. */
function beginRun(db: IndexDb, shared: SharedState): number {
  const run = Math.max(db.number("run"), Math.floor(db.lastId() / RUN_IDS)) + 1;
  db.setNumber("run", run);
  let seed = db.number("seed");
  if (seed === 0) {
    seed = randomInt(1, 2 ** 31);
    db.setNumber("seed", seed);
  }
  Atomics.store(shared.counters, COUNTER.seed, seed);
  shared.startIds(run * RUN_IDS);
  return run * RUN_IDS;
}

function sweepInBackground(options: StoreOptions, db: IndexDb, firstId: number, signal: AbortSignal): void {
  const isKnown = (id: number): boolean => signal.aborted || db.has(id);
  sweepOrphans({ folder: options.folder, firstId, isKnown, signal }).then(
    (removed) => {
      if (removed > 0) options.logger("info", "store-orphans-removed", { files: removed });
    },
    (error: unknown) => options.logger("warning", "store-sweep-failed", { error: faultText(error) }),
  );
}

function storeOf(
  options: StoreOptions,
  parts: {
    readonly shared: SharedState;
    readonly db: IndexDb;
    readonly report: ReportFault;
    readonly closeOwned: () => Promise<void>;
  },
): Store {
  const { folder, memory, workerIndex, memoryBytesMax, diskBytesMax, objectBytesMax, clock } = options;
  return new Store({
    ...parts,
    folder,
    memoryBytesMax,
    diskBytesMax,
    objectBytesMax,
    index: workerIndex ?? memory.workers,
    rings: memory.rings,
    wallMs: clock.wallMs,
  });
}

function openAsSupervisor(options: StoreOptions): SupervisorStore {
  const { folder, diskBytesMax, memory, clock, logger } = options;
  const shared = new SharedState(memory);
  const report = faultReporter(shared, clock, logger);
  const db = openIndex(options);
  makeBodyFolders(folder);
  const firstId = beginRun(db, shared);
  const writer = new IndexWriter({ folder, diskBytesMax, db, shared, rings: memory.rings, report });
  Atomics.store(shared.counters, COUNTER.isReady, 1);
  const sweep = new AbortController();
  sweepInBackground(options, db, firstId, sweep.signal);
  const store = storeOf(options, {
    shared,
    db,
    report,
    closeOwned: async () => {
      sweep.abort();
      Atomics.store(shared.counters, COUNTER.isReady, 0);
      await writer.close();
    },
  });
  return Object.assign(store, {
    clearClaims: (workerIndex: number): void => {
      clearClaimsOf(shared.claims, workerIndex);
      shared.setInFlightBytes(workerIndex, 0);
      shared.setMemoryBytes(workerIndex, 0);
    },
  });
}

/** Opens the store for the supervisor. Throws where the folder cannot be used. */
export function openSupervisorStore(options: Omit<StoreOptions, "workerIndex">): SupervisorStore {
  return openAsSupervisor({ ...options, workerIndex: null });
}

/** Opens the store for a thread. Throws where the folder cannot be used, or the supervisor has not opened it. */
export function openStore(options: StoreOptions): CacheStore {
  if (options.workerIndex === null) return openAsSupervisor(options);
  const shared = new SharedState(options.memory);
  if (shared.get(COUNTER.isReady) !== 1) throw new Error("the supervisor opens the store first");
  const report = faultReporter(shared, options.clock, options.logger);
  const mapBytes = mapBytesFor(options.diskBytesMax);
  const db = new IndexDb({ folder: options.folder, isWriter: false, mapBytes });
  return storeOf(options, { shared, db, report, closeOwned: async () => {} });
}
