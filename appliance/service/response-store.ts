/** The store of responses as a unit has it: opened by the main thread, which keeps its index for all workers. */
import { isAbsolute, join } from "node:path";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { Settings } from "#settings/schema.ts";
import { openStore, openSupervisorStore, type SupervisorStore } from "#store/open-store.ts";
import { createStoreMemory, type StoreMemory } from "#store/shared-memory.ts";

/** What a worker needs to open the store: structured-cloneable, and the same for all of them. */
export interface StorePlace {
  readonly folder: string;
  readonly memory: StoreMemory;
  readonly memoryBytesMax: number;
  readonly diskBytesMax: number;
  readonly objectBytesMax: number;
}

export interface ResponseStore extends AsyncDisposable {
  readonly place: StorePlace;
  readonly store: SupervisorStore;
}

interface Surroundings {
  readonly stateDir: string;
  /** The most workers that will use it. */
  readonly workersMax: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Opens the store for the main thread; before any worker starts. */
export function openResponseStore(
  { folder, memoryBytesMax, diskBytesMax, objectBytesMax }: Settings["cache"],
  { stateDir, workersMax, clock, logger }: Surroundings,
): Outcome<ResponseStore, string> {
  const place: StorePlace = {
    folder: isAbsolute(folder) ? folder : join(stateDir, folder),
    memory: createStoreMemory(workersMax),
    memoryBytesMax,
    diskBytesMax,
    objectBytesMax,
  };
  try {
    // The main thread answers nobody from its memory.
    const store = openSupervisorStore({ ...place, memoryBytesMax: 0, clock, logger });
    return success({ place, store, [Symbol.asyncDispose]: () => store.close() });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return failure(
      `cannot keep responses in ${place.folder}: ${why}; choose another cache.folder, or set cache.enabled to false`,
    );
  }
}

/** Opens the store for one worker; null where there is no place for it. */
export const openWorkerStore = (
  place: StorePlace | null,
  workerIndex: number,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): ReturnType<typeof openStore> | null =>
  place === null || workerIndex >= place.memory.workers
    ? null
    : openStore({ ...place, workerIndex, clock, logger });
