/** One measurement of a cache: what came of a load, and who took the cores meanwhile. */
import type { CacheOrigin } from "./cache-origin.ts";
import { processorSeconds, watchCores } from "./core-use.ts";

export interface CacheTarget {
  readonly proxyPort: number;
  readonly pid: number;
  readonly origin: CacheOrigin;
}

export interface LoadRun {
  readonly seconds: number;
  /** Counted from 0; every proxy gets the same load in the same round. */
  readonly round: number;
}

export interface LoadResult {
  /** Requests or megabytes a second: more is better. */
  readonly value: number;
  readonly failures: number;
  readonly operations: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** 0 to 1, of requests and of body bytes, measured at the origin. */
  readonly hitRatio: number;
  readonly byteHitRatio: number;
}

export interface CacheSample extends LoadResult {
  /** Processor time of the proxy for each request. */
  readonly cpuMicrosecondsEach: number;
  /** How much of the two cores the proxy took, and everything else: the generator, the origin, and others. */
  readonly proxyCores: number;
  readonly otherCores: number;
  /** Requests a second that the workers would serve with a core each: their number by the processor time of one. */
  readonly capacity: number;
}

/** Runs a load against a proxy of so many workers. */
export async function sampleCache(
  target: CacheTarget,
  workers: number,
  load: () => Promise<LoadResult>,
): Promise<CacheSample> {
  const cores = watchCores();
  const startedMs = performance.now();
  const cpuBefore = processorSeconds(target.pid);
  const result = await load();
  const cpuSeconds = processorSeconds(target.pid) - cpuBefore;
  const { proxyCore, loadCore } = cores();
  const proxyCores = (cpuSeconds * 1_000) / (performance.now() - startedMs);
  const cpuMicrosecondsEach = (cpuSeconds / Math.max(1, result.operations)) * 1e6;
  return {
    ...result,
    cpuMicrosecondsEach,
    proxyCores,
    otherCores: proxyCore + loadCore - proxyCores,
    capacity: (workers * 1e6) / cpuMicrosecondsEach,
  };
}
