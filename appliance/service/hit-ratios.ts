/** The hit ratios of the last 1, 5 and 60 minutes, for each worker's place and for all of them. */
import type { HitRatioAnswer } from "#control/cache-contract.ts";
import { CounterHistory } from "#http/counter-history.ts";
import type { WorkerCounters } from "./supervisor.ts";

const MINUTES = [1, 5, 60] as const;
const MINUTE_MS = 60_000;
/** How often the counters are sampled: a ratio covers at most this much more than it says. */
export const SAMPLE_INTERVAL_MS = 10_000;
const SAMPLES_MAX = (60 * MINUTE_MS) / SAMPLE_INTERVAL_MS + 2;

/** What is sampled of each worker, in this order. */
const SAMPLED = ["cache_hits", "cache_revalidated", "cache_misses", "cache_bytes_saved"] as const;

const sampledOf = (values: Readonly<Record<string, number>>): readonly number[] =>
  SAMPLED.map((name) => values[name] ?? 0);

const sumOf = (workers: readonly WorkerCounters[]): readonly number[] =>
  SAMPLED.map((name) => workers.reduce((sum, { values }) => sum + (values[name] ?? 0), 0));

function ratioOf(minutes: number, growth: readonly number[]): HitRatioAnswer {
  const [hits = 0, revalidated = 0, misses = 0, bytesSaved = 0] = growth;
  const requests = hits + revalidated + misses;
  return { minutes, requests, hits, hitRatio: requests === 0 ? null : hits / requests, bytesSaved };
}

export class HitRatios {
  readonly #startMs: number;
  readonly #places: CounterHistory[] = [];
  readonly #all: CounterHistory;

  constructor(startMs: number) {
    this.#startMs = startMs;
    this.#all = new CounterHistory(SAMPLED.length, SAMPLES_MAX, startMs);
  }

  /** Takes a sample of what the workers have counted until now. */
  sample(nowMs: number, workers: readonly WorkerCounters[]): void {
    for (const { worker, values } of workers) this.#place(worker).add(nowMs, sampledOf(values));
    this.#all.add(nowMs, sumOf(workers));
  }

  /** One row for each stretch of time, of all workers. */
  ofAll(nowMs: number, workers: readonly WorkerCounters[]): readonly HitRatioAnswer[] {
    const now = sumOf(workers);
    return MINUTES.map((minutes) => ratioOf(minutes, this.#all.growth(nowMs, minutes * MINUTE_MS, now)));
  }

  /** The same of one worker's place. */
  ofWorker(nowMs: number, { worker, values }: WorkerCounters): readonly HitRatioAnswer[] {
    const now = sampledOf(values);
    const place = this.#place(worker);
    return MINUTES.map((minutes) => ratioOf(minutes, place.growth(nowMs, minutes * MINUTE_MS, now)));
  }

  /** A place's counters are 0 before its first worker starts, and it is seen by the next sample. */
  #place(worker: number): CounterHistory {
    let place = this.#places[worker];
    if (place === undefined) {
      place = new CounterHistory(SAMPLED.length, SAMPLES_MAX, this.#startMs);
      this.#places[worker] = place;
    }
    return place;
  }
}
