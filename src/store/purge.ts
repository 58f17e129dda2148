/**
 * Purges: one key by its hash, everything else by a walk over the index in small steps between which others
 * run. Tags are found by the walk too: an index of them would cost every write for what is asked for seldom.
 */
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import type { PurgeMode, PurgeResult, PurgeSelector } from "#caching/cache-store.ts";
import { CHANGE, ChangeRing } from "./change-ring.ts";
import type { IndexDb } from "./index-db.ts";
import { CLOSE_TIMEOUT_MS, PURGE_CHANGES_MAX, PURGE_STEP_ENTRIES } from "./limits.ts";
import type { PendingChanges } from "./pending-changes.ts";
import { purgeMatch } from "./purge-selector.ts";
import { decodeRecord, isIntact } from "./record.ts";

export interface PurgeOptions {
  readonly db: IndexDb;
  readonly rings: readonly SharedArrayBuffer[];
  readonly pending: PendingChanges;
  readonly hashOf: (key: string) => number;
  readonly isClosed: () => boolean;
  readonly selector: PurgeSelector;
  readonly mode: PurgeMode;
  readonly wallMs: number;
}

/** Waits until the index has what any worker sent before: it must not come in behind the purge. */
async function settleRings(options: PurgeOptions): Promise<void> {
  const rings = options.rings.map((memory) => new ChangeRing(memory));
  const heads = rings.map((ring) => ring.head);
  const isSettled = (): boolean => rings.every((ring, index) => ring.isDone(heads[index] as number));
  for (let waitedMs = 0; !isSettled() && waitedMs < CLOSE_TIMEOUT_MS; waitedMs += 1) await pause(1);
}

/** Runs the purge; resolves when its changes are committed. */
export async function purgeEntries(options: PurgeOptions): Promise<PurgeResult> {
  const { db, selector, pending } = options;
  await settleRings(options);
  const total = { entries: 0, bytes: 0 };
  if (selector.by === "url") {
    db.refresh();
    await purgeIds(options, db.ids(options.hashOf(selector.url)), total);
  } else {
    db.refresh();
    const lastId = db.lastId();
    for (let after = 0; after < lastId && !options.isClosed(); ) {
      db.refresh();
      const ids = db.idsAfter(after, PURGE_STEP_ENTRIES);
      if (ids.length === 0) break;
      await purgeIds(options, ids, total);
      after = ids.at(-1) as number;
      await nextTurn();
    }
  }
  await pending.whenIdle(CLOSE_TIMEOUT_MS);
  return total;
}

async function purgeIds(
  options: PurgeOptions,
  ids: readonly number[],
  total: { entries: number; bytes: number },
): Promise<void> {
  const isMeant = purgeMatch(options.selector, options.wallMs);
  for (const id of ids) {
    const bytes = options.isClosed() ? undefined : options.db.record(id);
    if (bytes === undefined) continue;
    const record = isIntact(bytes) ? decodeRecord(bytes) : null;
    if (record === null || !isMeant(record)) continue;
    total.entries += 1;
    total.bytes += record.bodyBytes;
    if (options.mode !== "count") await change(options, id, record.hash);
  }
}

async function change(options: PurgeOptions, id: number, hash: number): Promise<void> {
  const { pending, mode } = options;
  const kind = mode === "stale" ? CHANGE.invalidate : CHANGE.remove;
  while (pending.size >= PURGE_CHANGES_MAX || !pending.push({ kind, id, hash, fileBytes: 0 }, [], () => {})) {
    await pending.whenIdle(CLOSE_TIMEOUT_MS);
    if (options.isClosed()) return;
  }
}
