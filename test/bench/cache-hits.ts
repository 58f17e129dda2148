/** Loads of hits: the same few objects again and again, which a cache is to answer all by itself. */
import type { CacheTarget, LoadResult } from "./cache-sample.ts";
import { runObjects } from "./load/objects.ts";
import { ratePerSecond, runWrk } from "./load/wrk.ts";

/** So often every object is fetched until the cache has to have it: some store at the second request only. */
const WARM_UP_PASSES_MAX = 6;
const WARM_UP_CONNECTIONS = 8;
/** After that the load that is measured, so many seconds for each worker: compilers and allocators are as they will be. */
const WARM_UP_SECONDS = 2;
/** More than this share of the requests at the origin, and a "hit" was none. */
const LEAK_MAX = 0.001;
/** From here on bytes are counted, and the generator drops them unread: its copies would be the limit. */
const LARGE_BYTES = 1_024 * 1_024;

export interface Hits {
  readonly bytes: number;
  readonly objects: number;
  readonly connections: number;
}

export const areLarge = ({ bytes }: Pick<Hits, "bytes">): boolean => bytes >= LARGE_BYTES;

/** Fetches every object until the origin sees none of it any more; throws when that does not come about. */
export async function warmHits(
  target: CacheTarget,
  hits: Hits & { readonly workers: number },
  signal: AbortSignal,
): Promise<void> {
  const { origin, proxyPort: port } = target;
  const { objects, bytes } = hits;
  const draw = { mode: "each", bytes } as const;
  const where = { port, authority: origin.authority, connections: WARM_UP_CONNECTIONS };
  for (let pass = 0; pass < WARM_UP_PASSES_MAX; pass += 1) {
    const before = await origin.answers();
    const { failures } = await runObjects({ ...where, objects, draw }, signal);
    if (failures === 0 && (await origin.answers()) === before) {
      await loadHits(target, { ...hits, seconds: WARM_UP_SECONDS * hits.workers }, signal);
      return;
    }
  }
  throw new Error("it does not answer from its cache");
}

type Served = Omit<LoadResult, "hitRatio" | "byteHitRatio">;

async function loadSmall(
  { origin, proxyPort }: CacheTarget,
  hits: Hits & { readonly seconds: number },
  signal: AbortSignal,
): Promise<Served> {
  const number = hits.objects > 1 ? "{n}" : "0";
  const result = await runWrk(
    {
      port: proxyPort,
      method: "GET",
      target: `http://${origin.authority}/object/${number}/${hits.bytes}`,
      targets: hits.objects,
      host: origin.authority,
      connections: hits.connections,
      seconds: hits.seconds,
    },
    signal,
  );
  return {
    value: ratePerSecond(result),
    failures: result.statusErrors + result.timeouts + result.connectErrors + result.writeErrors,
    operations: result.requests,
    p50Ms: result.p50Us / 1_000,
    p99Ms: result.p99Us / 1_000,
  };
}

async function loadLarge(
  { origin, proxyPort: port }: CacheTarget,
  { bytes, objects, connections, seconds }: Hits & { readonly seconds: number },
  signal: AbortSignal,
): Promise<Served> {
  const draw = { mode: "repeat", bytes, seconds } as const;
  const result = await runObjects({ port, authority: origin.authority, connections, objects, draw }, signal);
  return {
    value: result.bytes / result.seconds / 1e6,
    failures: result.failures,
    operations: result.requests,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
  };
}

/** Asks for so many seconds. Requests that reached the origin all the same are failures, but for a few. */
export async function loadHits(
  target: CacheTarget,
  hits: Hits & { readonly seconds: number },
  signal: AbortSignal,
): Promise<LoadResult> {
  const before = await target.origin.answers();
  const served = await (areLarge(hits) ? loadLarge : loadSmall)(target, hits, signal);
  const leaked = (await target.origin.answers()) - before;
  const hitRatio = 1 - leaked / served.operations;
  const failures = served.failures + (leaked > served.operations * LEAK_MAX ? leaked : 0);
  return { ...served, failures, hitRatio, byteHitRatio: hitRatio };
}
