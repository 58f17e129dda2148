import t from "tap";
import { HitRatios } from "#appliance/service/hit-ratios.ts";
import { StoreAlert } from "#appliance/service/store-alert.ts";

const MINUTE_MS = 60_000;
const counted = (worker: number, hits: number, misses: number) => ({
  worker,
  values: { cache_hits: hits, cache_misses: misses, cache_bytes_saved: 100 * hits },
});

t.test("ratios cover 1, 5 and 60 minutes, of each worker and of all", async (t) => {
  const ratios = new HitRatios(0);
  t.match(ratios.ofAll(1, []), [
    { minutes: 1, requests: 0, hitRatio: null },
    { minutes: 5 },
    { minutes: 60 },
  ]);
  // One hit and three misses a minute in the first half hour, then only hits.
  let workers = [counted(0, 0, 0)];
  for (let minute = 1; minute <= 60; minute += 1) {
    const late = Math.max(0, minute - 30);
    workers = [counted(0, minute + 3 * late, 3 * Math.min(30, minute))];
    if (minute > 58) workers.push(counted(1, 0, 8));
    ratios.sample(minute * MINUTE_MS, workers);
  }
  const nowMs = 60 * MINUTE_MS;
  const [worker] = workers;
  if (worker === undefined) throw new Error("no worker");
  t.match(ratios.ofWorker(nowMs, worker), [
    { minutes: 1, requests: 4, hits: 4, hitRatio: 1, bytesSaved: 400 },
    { minutes: 5, requests: 20, hitRatio: 1 },
    { minutes: 60, requests: 240, hits: 150, hitRatio: 150 / 240 },
  ]);
  t.match(ratios.ofAll(nowMs, workers), [
    { minutes: 1, requests: 4, hitRatio: 1 },
    { minutes: 5, requests: 28, hitRatio: 20 / 28 },
    { minutes: 60, requests: 248, hitRatio: 150 / 248 },
  ]);
});

t.test("the alert stands for an hour after the last error", async (t) => {
  const alert = new StoreAlert(0);
  t.equal(alert.read(0, 0, null), null);
  t.match(alert.read(5_000, 1, "store-read-failed: EIO"), {
    code: "cache-store-errors",
    message: /had 1 error within .*: store-read-failed: EIO$/,
    parameters: { errors: 1, last: "store-read-failed: EIO" },
  });
  for (let atMs = 10_000; atMs <= 59 * MINUTE_MS; atMs += 10_000) alert.sample(atMs, 3);
  t.match(alert.read(59 * MINUTE_MS, 3, "x")?.message, /had 3 errors/);
  t.match(alert.read(59 * MINUTE_MS, 4, "y")?.message, /had 4 errors .*; the last: y$/);
  for (let atMs = 60 * MINUTE_MS; atMs <= 61 * MINUTE_MS; atMs += 10_000) alert.sample(atMs, 3);
  t.equal(alert.read(61 * MINUTE_MS, 3, "x"), null);
});
