/** The cache in the administrator's hands: purges, figures and explanations, from the main thread. */
import type { Clock } from "#base/clock.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { PurgeResult, StoreStats } from "#caching/cache-store.ts";
import { compileCachingRules } from "#caching/caching-rules.ts";
import { explain } from "#caching/explanation.ts";
import { lastRequestReason } from "#caching/last-request.ts";
import type {
  CacheStatsAnswer,
  InspectAnswer,
  InspectQuestion,
  PurgeOrder,
} from "#control/cache-contract.ts";
import type { StatusAnswer, UnitAlert } from "#control/contract.ts";
import type { MetricsSource } from "#control/open-metrics.ts";
import { FieldList } from "#http/field-list.ts";
import type { Settings } from "#settings/schema.ts";
import { HitRatios, SAMPLE_INTERVAL_MS } from "./hit-ratios.ts";
import type { ResponseStore } from "./response-store.ts";
import { StoreAlert } from "./store-alert.ts";
import type { Supervisor, WorkerCounters } from "./supervisor.ts";

const OFF = "nothing is stored on this unit: cache.enabled is false";
/** The row of the ratios that the status shows. */
const STATUS_MINUTES = 5;

export class CacheDesk implements Disposable {
  readonly #store: ResponseStore;
  readonly #supervisor: Supervisor;
  readonly #clock: Clock;
  readonly #ratios: HitRatios;
  readonly #alert: StoreAlert;
  readonly #timer: NodeJS.Timeout;
  #isClosed = false;

  constructor(store: ResponseStore, supervisor: Supervisor, clock: Clock) {
    this.#store = store;
    this.#supervisor = supervisor;
    this.#clock = clock;
    this.#ratios = new HitRatios(clock.nowMs());
    this.#alert = new StoreAlert(clock.nowMs());
    this.#timer = setInterval(() => this.#sample(), SAMPLE_INTERVAL_MS);
    this.#timer.unref();
  }

  /** Resolves when the purge is committed: every worker sees it. */
  async purge({ selector, mode }: PurgeOrder): Promise<Outcome<PurgeResult, string>> {
    try {
      const result = await this.#store.store.purge(selector, mode);
      return this.#isClosed ? failure("this unit ended before the purge did: purge again") : success(result);
    } catch (error) {
      return failure(`the purge did not end: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  stats(): CacheStatsAnswer {
    const nowMs = this.#clock.nowMs();
    const workers = this.#supervisor.counters();
    return {
      store: this.#stats(),
      ratios: this.#ratios.ofAll(nowMs, workers),
      counters: cacheCounters(this.#supervisor.sums()),
      workers: workers.map((one) => ({
        worker: one.worker,
        memoryBytes: this.#store.store.memoryBytesOf(one.worker),
        counters: cacheCounters(one.values),
        ratios: this.#ratios.ofWorker(nowMs, one),
      })),
    };
  }

  /** Explains what `settings` make of a GET now, and what became of the last request. */
  async inspect(
    { url, fields }: InspectQuestion,
    settings: Settings,
  ): Promise<Outcome<InspectAnswer, string>> {
    if (!settings.cache.enabled) return failure(OFF);
    const request = new FieldList();
    for (const [name, value] of fields) request.add(name, value);
    const last = await this.#supervisor.lastRequest(url);
    const responses = this.#store.store.find(url).map(({ response }) => response);
    const now = { rules: compileCachingRules(settings.cache), wallMs: this.#clock.wallMs() };
    return success({
      ...explain(url, responses, request, now),
      last: last === null ? null : { ...last, reason: lastRequestReason(last) },
    });
  }

  /** For the unit's status. */
  summary(): NonNullable<StatusAnswer["cache"]> {
    const { entries, memoryBytes, diskBytes, diskBytesMax } = this.#stats();
    const ratios = this.#ratios.ofAll(this.#clock.nowMs(), this.#supervisor.counters());
    const { hitRatio = null } = ratios.find(({ minutes }) => minutes === STATUS_MINUTES) ?? {};
    return { entries, memoryBytes, diskBytes, diskBytesMax, hitRatio };
  }

  /** What the administrator should look at. */
  alerts(): readonly UnitAlert[] {
    const { errors, lastError } = this.#stats();
    const alert = this.#alert.read(this.#clock.nowMs(), errors, lastError);
    return alert === null ? [] : [alert];
  }

  /** The store's figures, and the ratios of each worker and of all. */
  metrics(): readonly MetricsSource[] {
    const { store, ratios, workers } = this.stats();
    return [
      { worker: "main", values: storeMetrics(store) },
      ...workers.map((one) => ({
        worker: String(one.worker),
        values: { cache_memory_bytes: one.memoryBytes, ...ratioMetrics(one.ratios) },
      })),
      { worker: "all", values: ratioMetrics(ratios) },
    ];
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  /** The main thread has no memory of its own: the budget is that of the workers which serve. */
  #stats(): StoreStats {
    const { place, store } = this.#store;
    return { ...store.stats(), memoryBytesMax: place.memoryBytesMax * this.#supervisor.status.length };
  }

  #sample(): void {
    const nowMs = this.#clock.nowMs();
    this.#ratios.sample(nowMs, this.#supervisor.counters());
    this.#alert.sample(nowMs, this.#store.store.stats().errors);
  }
}

const cacheCounters = (values: WorkerCounters["values"]): WorkerCounters["values"] =>
  Object.fromEntries(Object.entries(values).filter(([name]) => name.startsWith("cache_")));

const storeMetrics = (store: StoreStats): MetricsSource["values"] => ({
  cache_entries: store.entries,
  cache_memory_bytes_max: store.memoryBytesMax,
  cache_disk_bytes: store.diskBytes,
  cache_disk_bytes_max: store.diskBytesMax,
  cache_evictions: store.evictions,
  cache_store_errors: store.errors,
});

/** A stretch of time without requests has no ratio, and no sample. */
const ratioMetrics = (ratios: CacheStatsAnswer["ratios"]): MetricsSource["values"] =>
  Object.fromEntries(
    ratios.flatMap(({ minutes, hitRatio }) =>
      hitRatio === null ? [] : [[`cache_hit_ratio_${minutes}min`, hitRatio] as const],
    ),
  );

/** What a unit without a store answers to every cache command. */
export const withoutStore = (): Outcome<never, string> => failure(OFF);
