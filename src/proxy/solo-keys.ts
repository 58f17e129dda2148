import type { CacheKey } from "#caching/cache-store.ts";

/** Keys that are remembered, and for how long. */
const KEYS_MAX = 1_024;
const REMEMBERED_MS = 60_000;

/**
 * Keys whose last response could not be stored: requests for them do not wait for each other, which would
 * only make them one after the other.
 */
export class SoloKeys {
  readonly #untilMs = new Map<CacheKey, number>();

  add(key: CacheKey, nowMs: number): void {
    this.#untilMs.delete(key);
    this.#untilMs.set(key, nowMs + REMEMBERED_MS);
    if (this.#untilMs.size <= KEYS_MAX) return;
    const oldest = this.#untilMs.keys().next();
    if (!oldest.done) this.#untilMs.delete(oldest.value);
  }

  has(key: CacheKey, nowMs: number): boolean {
    const untilMs = this.#untilMs.get(key);
    if (untilMs === undefined) return false;
    if (nowMs < untilMs) return true;
    this.#untilMs.delete(key);
    return false;
  }
}
