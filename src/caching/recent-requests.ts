import type { CacheKey } from "./cache-store.ts";
import type { LastRequest } from "./last-request.ts";

/** Keys that are surely remembered, twice as many at most … */
const KEYS_MIN = 2_048;
/** … and the longest of them: together they bound what clients can make a worker hold. */
const KEY_CHARS_MAX = 2_048;

/** A place that is written again for every request of its key: most are hits, and there are many. */
export type NotedRequest = { -readonly [Key in keyof LastRequest]: LastRequest[Key] };

const NOTHING: LastRequest = {
  wallMs: 0,
  method: "",
  status: 0,
  result: "NONE",
  fwd: "uri-miss",
  isBypassed: false,
  notStored: null,
};

/**
 * The last request of each key, for `inspect`. In two halves, so that forgetting costs nothing: the older one
 * goes when the newer one is full. What is told is always the last request that this worker had for a key.
 */
export class RecentRequests {
  readonly #keysMin: number;
  #newer = new Map<CacheKey, NotedRequest>();
  #older = new Map<CacheKey, NotedRequest>();

  constructor(keysMin = KEYS_MIN) {
    this.#keysMin = keysMin;
  }

  /** Where the request for the key that has just ended is to be written; null where none is remembered. */
  noteAt(key: CacheKey): NotedRequest | null {
    const known = this.#newer.get(key);
    if (known !== undefined) return known;
    if (key.length > KEY_CHARS_MAX) return null;
    if (this.#newer.size >= this.#keysMin) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    const noted: NotedRequest = { ...NOTHING };
    this.#newer.set(key, noted);
    return noted;
  }

  /** Null: none that is remembered. */
  find(key: CacheKey): LastRequest | null {
    return this.#newer.get(key) ?? this.#older.get(key) ?? null;
  }
}
