/** A worker thread for the tests: stores and reads what is told by (key, seed, bytes), and checks every byte. */
import { parentPort, workerData } from "node:worker_threads";
import type { StoredEntry } from "#caching/cache-store.ts";
import { openStore, type StoreOptions } from "#store/open-store.ts";
import { Rng } from "#test/fuzz/rng.ts";
import { bodyOf, put, readAll } from "./samples.ts";
import { clock } from "./scratch-store.ts";

export interface ThreadData {
  readonly options: Omit<StoreOptions, "clock" | "logger">;
  readonly keys: number;
  readonly rounds: number;
}

export const sizeOf = (number: number): number =>
  number % 9 === 0 ? 200_000 + number : (number * 977) % 30_000;
export const keyOf = (number: number): string => `http://example.com/${number}`;

const { options, keys, rounds } = workerData as ThreadData;

async function run(): Promise<{ readonly stored: number; readonly hits: number; readonly wrong: number }> {
  const store = openStore({ ...options, clock, logger: () => {} });
  const rng = new Rng(options.workerIndex ?? 0, 1);
  const total = { stored: 0, hits: 0, wrong: 0 };
  const check = async (entry: StoredEntry, number: number): Promise<void> => {
    const { body, error } = await readAll(store, entry);
    // Evicted or replaced by the other thread in the meantime: an error is honest, other bytes are not.
    if (error !== null) return;
    total.hits += 1;
    if (!body.equals(bodyOf(number, sizeOf(number)))) total.wrong += 1;
  };
  for (let round = 0; round < rounds; round += 1) {
    const number = rng.below(keys);
    const [entry] = store.find(keyOf(number));
    if (entry === undefined) {
      await put(store, keyOf(number), bodyOf(number, sizeOf(number)), { isLengthKnown: rng.oneIn(2) });
      total.stored += 1;
    } else {
      store.touch(entry);
      await check(entry, number);
      if (rng.oneIn(20)) store.remove(entry);
      if (rng.oneIn(20)) store.update(entry, { ...entry.response, responseWallMs: round });
    }
    if (round % 8 === 0) await new Promise(setImmediate);
    if (round === 20) parentPort?.postMessage("running");
  }
  await store.close();
  return total;
}

parentPort?.postMessage(await run());
