/**
 * What this worker holds in memory, ready to serve: the entries of a key, found by the key's string alone.
 * They are good as long as the key's shared generation counter has not moved. Eviction is SIEVE over the
 * map's own order; admission asks for a second use, so that a scan never comes in (see Store.find).
 */
import type { CacheKey } from "#caching/cache-store.ts";
import type { Entry } from "./entry.ts";
import {
  EVICTION_STEPS_MAX,
  HOT_ENTRY_OVERHEAD_BYTES,
  HOT_FIELD_OVERHEAD_BYTES,
  HOT_TEXT_COPIES,
} from "./limits.ts";
import { SieveHand, type SieveOrder, sieveVictim } from "./sieve.ts";

/** No counter ever says this: the entries must be looked up again. */
export const NO_GENERATION = Number.NaN;

export class HotKey {
  readonly key: CacheKey;
  entries: readonly Entry[];
  /** Where the key's counter is, and what it said when the entries were read. */
  readonly slot: number;
  generation: number;
  bytes = 0;

  constructor(key: CacheKey, entries: readonly Entry[], slot: number, generation: number) {
    this.key = key;
    this.entries = entries;
    this.slot = slot;
    this.generation = generation;
  }
}

/** What an entry takes in memory, about: objects, text and body. */
function entryBytes(entry: Entry): number {
  const { fields } = entry.response;
  let bytes = HOT_ENTRY_OVERHEAD_BYTES + entry.key.length + (entry.body?.length ?? 0);
  for (let index = 0; index < fields.length; index += 1) {
    const textBytes = fields.rawNameAt(index).length + fields.valueAt(index).length;
    bytes += HOT_FIELD_OVERHEAD_BYTES + HOT_TEXT_COPIES * textBytes;
  }
  return bytes;
}

function bytesOf(hot: HotKey): number {
  let bytes = 0;
  for (const entry of hot.entries) bytes += entryBytes(entry);
  return bytes;
}

export class HotTier {
  readonly #keys = new Map<CacheKey, HotKey>();
  readonly #bytesMax: number;
  readonly #onBytes: (bytes: number) => void;
  #bytes = 0;
  readonly #hand = new SieveHand<HotKey>(
    () => this.#keys.values(),
    (hot) => this.#keys.get(hot.key) === hot,
  );

  constructor(bytesMax: number, onBytes: (bytes: number) => void) {
    this.#bytesMax = bytesMax;
    this.#onBytes = onBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: CacheKey): HotKey | undefined {
    return this.#keys.get(key);
  }

  /** Holds the entries of a key, in place of those before. */
  set(hot: HotKey): void {
    const before = this.#keys.get(hot.key);
    if (before !== undefined) this.#bytes -= before.bytes;
    hot.bytes = bytesOf(hot);
    // Before it is in: the hand must not meet what just came.
    this.#makeRoom(hot.bytes);
    this.#keys.set(hot.key, hot);
    this.#add(hot.bytes);
  }

  /** A body among the entries of a key came into memory. */
  measure(hot: HotKey): void {
    if (this.#keys.get(hot.key) !== hot) return;
    const more = bytesOf(hot) - hot.bytes;
    hot.bytes += more;
    this.#add(more);
    this.#makeRoom(0);
    this.#add(0);
  }

  delete(key: CacheKey): void {
    const hot = this.#keys.get(key);
    if (hot === undefined) return;
    this.#keys.delete(key);
    this.#bytes -= hot.bytes;
    this.#onBytes(this.#bytes);
  }

  clear(): void {
    this.#keys.clear();
    this.#bytes = 0;
    this.#onBytes(0);
  }

  #add(bytes: number): void {
    this.#bytes += bytes;
    this.#onBytes(this.#bytes);
  }

  #makeRoom(more: number): void {
    const order: SieveOrder<HotKey> = {
      next: () => this.#hand.next(),
      isMarked: (hot) => hot.entries.some((entry) => entry.isUsed),
      unmark: (hot) => {
        for (const entry of hot.entries) entry.isUsed = false;
      },
    };
    while (this.#bytes + more > this.#bytesMax) {
      const victim = sieveVictim(order, EVICTION_STEPS_MAX);
      if (victim === null) return;
      if (this.#keys.delete(victim.key)) this.#bytes -= victim.bytes;
    }
  }
}
