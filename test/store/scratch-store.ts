/** A store in a folder of its own, which goes with the test. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Test } from "tap";
import type { LogValues } from "#base/logger.ts";
import {
  openStore,
  openSupervisorStore,
  type StoreOptions,
  type SupervisorStore,
} from "#store/open-store.ts";
import { createStoreMemory } from "#store/shared-memory.ts";

export const clock = { nowMs: () => performance.now(), wallMs: () => Date.now() };

export function scratchFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), "futago-store-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The options of a small store; `events` collects what it logs. */
export function storeOptions(
  folder: string,
  changes: Partial<StoreOptions> = {},
  events: { readonly event: string; readonly values: LogValues | undefined }[] = [],
): Omit<StoreOptions, "workerIndex"> {
  return {
    folder,
    memory: createStoreMemory(2),
    memoryBytesMax: 16 * 1024 * 1024,
    diskBytesMax: 256 * 1024 * 1024,
    objectBytesMax: 64 * 1024 * 1024,
    clock,
    logger: (_level, event, values) => events.push({ event, values }),
    ...changes,
  };
}

export const openScratch = (folder: string, changes: Partial<StoreOptions> = {}): SupervisorStore =>
  openSupervisorStore(storeOptions(folder, changes));

/** The supervisor's view and a worker's, of one store. */
export function openTwo(folder: string, changes: Partial<StoreOptions> = {}) {
  const options = storeOptions(folder, changes);
  const one = openSupervisorStore(options);
  const other = openStore({ ...options, workerIndex: 0 });
  return {
    one,
    other,
    close: async () => {
      await other.close();
      await one.close();
    },
  };
}
