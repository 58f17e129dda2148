/** A mixed load: many more objects than the cache may hold, some asked for much more often than others. */
import type { CacheTarget, LoadResult, LoadRun } from "./cache-sample.ts";
import { runObjects } from "./load/objects.ts";

/** Zipf over so many objects, of 1 to 64 KiB. */
export const MIXED_OBJECTS = 100_000;
export const MIXED_OBJECT_BYTES_MEAN = 32.5 * 1_024;
export const MIXED_CONNECTIONS = 64;
const WARM_UP_REQUESTS = 60_000;
/** A number of requests, not a time: every cache gets the same ones. */
const REQUESTS_PER_SECOND_OF_RUN = 10_000;

const drawOf = (seed: number, requests: number) => ({ mode: "zipf", requests, seed }) as const;

/** Fills the cache several times over. */
export async function warmMixed(
  { origin, proxyPort: port }: CacheTarget,
  signal: AbortSignal,
): Promise<void> {
  const where = { port, authority: origin.authority, connections: MIXED_CONNECTIONS };
  await runObjects({ ...where, objects: MIXED_OBJECTS, draw: drawOf(1, WARM_UP_REQUESTS) }, signal);
}

/** Asks for the same objects whoever is measured, and for others in each round: what was just asked for is stored. What reaches the origin is what was not a hit. */
export async function loadMixed(
  { origin, proxyPort: port }: CacheTarget,
  { seconds, round }: LoadRun,
  signal: AbortSignal,
): Promise<LoadResult> {
  const where = { port, authority: origin.authority, connections: MIXED_CONNECTIONS };
  const draw = drawOf(2 + round, REQUESTS_PER_SECOND_OF_RUN * seconds);
  const before = await origin.count();
  const result = await runObjects({ ...where, objects: MIXED_OBJECTS, draw }, signal);
  const after = await origin.count();
  return {
    value: result.requests / result.seconds,
    failures: result.failures,
    operations: result.requests,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    hitRatio: 1 - (after.requests - before.requests) / result.requests,
    byteHitRatio: 1 - (after.bodyBytes - before.bodyBytes) / result.bytes,
  };
}
