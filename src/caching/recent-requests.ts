import type { CacheKey } from "./cache-store.ts";
import type { LastRequest } from "./last-request.ts";

/** Keys that are surely remembered, twice as many at most … */
const KEYS_MIN = 2_048;
/** … and the longest of them: together they bound what clients can make a worker hold. */
const KEY_CHARS_MAX = 2_048;

/**
 * The last request of each key, for `inspect`. In two halves, so that forgetting costs nothing: the older one
 * goes when the newer one is full. What is told is always the last request that this worker had for a key.
 */
export class RecentRequests {
  readonly #keysMin: number;
  #newer = new Map<CacheKey, LastRequest>();
  #older = new Map<CacheKey, LastRequest>();

  constructor(keysMin = KEYS_MIN) {
    this.#keysMin = keysMin;
  }

  /** A request for the key has ended. */
  note(key: CacheKey, last: LastRequest): void {
    if (key.length > KEY_CHARS_MAX) return;
    if (this.#newer.size >= this.#keysMin && !this.#newer.has(key)) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(key, last);
  }

  /** Null: none that is remembered. */
  find(key: CacheKey): LastRequest | null {
    return this.#newer.get(key) ?? this.#older.get(key) ?? null;
  }
}
