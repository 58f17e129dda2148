/**
 * What is known of names, with time as a parameter. An answer is fresh until its time is over (RFC 1035
 * section 3.2.1, within bounds of our own), then stale: a look-up asks again, and may fall back on it
 * while the resolver is down (RFC 8767). That a name does not exist is remembered too (RFC 2308), and
 * a failure for a moment, so that a dead resolver is not asked by every client (RFC 9520 section 3.2).
 */
import type { Outcome } from "#base/outcome.ts";
import { failure, success } from "#base/outcome.ts";
import type { Addresses, TransportFailure } from "#transport/resolve.ts";

export interface CacheLimits {
  readonly cacheEntriesMax: number;
  readonly ttlMinMs: number;
  readonly ttlMaxMs: number;
  readonly negativeTtlMs: number;
  readonly staleMaxMs: number;
}

/** How long a failure is answered from memory: RFC 9520 asks for at least one second. */
export const FAILURE_TTL_MS = 1_000;

/** How long a stale answer serves without another question, after one that failed (RFC 8767 section 5). */
export const STALE_RETRY_MS = 5_000;

export type Answer = Outcome<Addresses, TransportFailure>;

export type Found =
  /** To be used without asking. `stale` tells that it is beyond its time. */
  | { readonly kind: "answer"; readonly answer: Answer; readonly stale: boolean }
  /** To be asked for; `fallback` may serve if that fails. */
  | { readonly kind: "ask"; readonly fallback: Answer | null };

interface Entry {
  readonly answer: Answer;
  readonly freshUntilMs: number;
  /** Until when it may serve in place of a failed question; no later than `freshUntilMs` for failures. */
  readonly usableUntilMs: number;
  /** A question failed: the stale answer serves unasked until then. */
  restUntilMs: number;
}

const NOTHING: Found = { kind: "ask", fallback: null };

const clamp = (value: number, min: number, max: number): number => Math.min(Math.max(value, min), max);

export class AnswerCache {
  readonly #limits: CacheLimits;
  /** In order of use: the first is the one that was not used for the longest time. */
  readonly #entries = new Map<string, Entry>();

  constructor(limits: CacheLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What is known of a name at that time. */
  find(name: string, nowMs: number): Found {
    const entry = this.#entries.get(name);
    if (entry === undefined) return NOTHING;
    if (nowMs >= Math.max(entry.freshUntilMs, entry.usableUntilMs)) {
      this.#entries.delete(name);
      return NOTHING;
    }
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    const stale = nowMs >= entry.freshUntilMs;
    if (stale && nowMs >= entry.restUntilMs) return { kind: "ask", fallback: entry.answer };
    return { kind: "answer", answer: entry.answer, stale };
  }

  /** Remembers the addresses of a name for its time to live, bounded by the settings. */
  storeAddresses(name: string, addresses: Addresses, ttlMs: number, nowMs: number): Answer {
    const answer = success(addresses);
    const freshUntilMs = nowMs + clamp(ttlMs, this.#limits.ttlMinMs, this.#limits.ttlMaxMs);
    this.#store(name, answer, freshUntilMs, freshUntilMs + this.#limits.staleMaxMs);
    return answer;
  }

  /** Remembers that a name has no addresses. */
  storeAbsence(name: string, why: TransportFailure, nowMs: number): Answer {
    const answer = failure(why);
    const freshUntilMs = nowMs + this.#limits.negativeTtlMs;
    this.#store(name, answer, freshUntilMs, freshUntilMs);
    return answer;
  }

  /**
   * A question failed (SERVFAIL, timeout). The old answer is returned, and serves unasked for a while,
   * if it is not too old; otherwise the failure itself is remembered for a moment.
   */
  storeFailure(name: string, why: TransportFailure, nowMs: number): Answer {
    const entry = this.#entries.get(name);
    if (entry?.answer.ok && nowMs < entry.usableUntilMs) {
      entry.restUntilMs = nowMs + STALE_RETRY_MS;
      return entry.answer;
    }
    const answer = failure(why);
    this.#store(name, answer, nowMs + FAILURE_TTL_MS, nowMs + FAILURE_TTL_MS);
    return answer;
  }

  #store(name: string, answer: Answer, freshUntilMs: number, usableUntilMs: number): void {
    this.#entries.delete(name);
    this.#entries.set(name, { answer, freshUntilMs, usableUntilMs, restUntilMs: 0 });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#limits.cacheEntriesMax) break;
      this.#entries.delete(oldest);
    }
  }
}
