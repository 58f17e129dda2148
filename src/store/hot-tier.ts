/**
 * What this worker holds in memory, ready to serve: the entries of a key, found by the key's string alone.
 * They are good as long as the key's shared generation counter has not moved. Eviction is SIEVE over the
 * map's own order; admission asks for a second use, so that a scan never comes in (see Store.find).
 */
import type { CacheKey } from "#caching/cache-store.ts";
import type { Entry } from "./entry.ts";
import { EVICTION_STEPS_MAX, HOT_ENTRY_OVERHEAD_BYTES, HOT_FIELD_OVERHEAD_BYTES } from "./limits.ts";
import { type SieveOrder, sieveVictim } from "./sieve.ts";

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
    bytes += HOT_FIELD_OVERHEAD_BYTES + fields.rawNameAt(index).length + fields.valueAt(index).length;
  }
  return bytes;
}

export class HotTier {
  readonly #keys = new Map<CacheKey, HotKey>();
  readonly #bytesMax: number;
  readonly #onBytes: (bytes: number) => void;
  #bytes = 0;
  /** A map's iterator goes on with what is added behind it, and over what is removed: it is the hand. */
  #hand = this.#keys.values();

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
    this.#keys.set(hot.key, hot);
    this.measure(hot);
  }

  /** The entries of a key, or a body among them, have changed. */
  measure(hot: HotKey): void {
    if (this.#keys.get(hot.key) !== hot) return;
    let bytes = 0;
    for (const entry of hot.entries) bytes += entryBytes(entry);
    this.#bytes += bytes - hot.bytes;
    hot.bytes = bytes;
    this.#makeRoom();
    this.#onBytes(this.#bytes);
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

  #makeRoom(): void {
    const order: SieveOrder<HotKey> = {
      next: () => this.#next(),
      isMarked: (hot) => hot.entries.some((entry) => entry.isUsed),
      unmark: (hot) => {
        for (const entry of hot.entries) entry.isUsed = false;
      },
    };
    while (this.#bytes > this.#bytesMax) {
      const victim = sieveVictim(order, EVICTION_STEPS_MAX);
      if (victim === null) return;
      this.#keys.delete(victim.key);
      this.#bytes -= victim.bytes;
    }
  }

  #next(): HotKey | null {
    let step = this.#hand.next();
    if (step.done === true) {
      this.#hand = this.#keys.values();
      step = this.#hand.next();
    }
    return step.done === true ? null : step.value;
  }
}
