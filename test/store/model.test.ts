/** Random operations against the store and a plain Map, with reopening; a failure names its seed. */
import t, { type Test } from "tap";
import type { StoredEntry } from "#caching/cache-store.ts";
import type { SupervisorStore } from "#store/open-store.ts";
import { Rng } from "#test/fuzz/rng.ts";
import { until } from "#test/support/until.ts";
import { bodyOf, put, readAll, readRange, response } from "./samples.ts";
import { openScratch, scratchFolder } from "./scratch-store.ts";

interface Expected {
  status: number;
  invalidated: boolean;
  readonly seed: number;
  readonly bytes: number;
}

const KEYS = 12;
const STEPS = 250;
const keyOf = (number: number): string => `http://${number % 3}.example/${number}`;

class Model {
  readonly #expected = new Map<string, Expected[]>();
  readonly #rng: Rng;
  #serial = 0;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  of(key: string): Expected[] {
    return this.#expected.get(key) ?? [];
  }

  async put(store: SupervisorStore, key: string): Promise<void> {
    this.#serial += 1;
    const bytes = this.#rng.oneIn(4) ? this.#rng.below(400_000) : this.#rng.below(20_000);
    const seed = this.#serial;
    const status = 200 + this.#rng.below(300);
    const isReplacing = this.#rng.oneIn(2);
    const replaces = isReplacing ? store.find(key) : [];
    await put(store, key, bodyOf(seed, bytes), { response: response({ status }), replaces });
    const kept = isReplacing ? [] : this.of(key);
    this.#expected.set(key, [{ status, invalidated: false, seed, bytes }, ...kept]);
  }

  update(store: SupervisorStore, key: string): void {
    const entries = store.find(key);
    if (entries.length === 0) return;
    const place = this.#rng.below(entries.length);
    const status = 200 + this.#rng.below(300);
    store.update(entries[place] as StoredEntry, response({ status }));
    const expected = this.of(key)[place];
    if (expected !== undefined) Object.assign(expected, { status, invalidated: false });
  }

  remove(store: SupervisorStore, key: string): void {
    const entries = store.find(key);
    if (entries.length === 0) return;
    const place = this.#rng.below(entries.length);
    store.remove(entries[place] as StoredEntry);
    this.of(key).splice(place, 1);
  }

  async purge(store: SupervisorStore): Promise<void> {
    const host = this.#rng.below(3);
    const mode = this.#rng.pick(["count", "stale", "remove"] as const);
    await store.purge({ by: "host", host: `${host}.example` }, mode);
    for (const [key, all] of this.#expected) {
      if (!key.startsWith(`http://${host}.`)) continue;
      if (mode === "remove") this.#expected.set(key, []);
      if (mode === "stale") for (const expected of all) expected.invalidated = true;
    }
  }

  count(): number {
    let count = 0;
    for (const all of this.#expected.values()) count += all.length;
    return count;
  }
}

interface Run {
  readonly t: Test;
  readonly model: Model;
  readonly rng: Rng;
}

async function check({ t, model, rng }: Run, store: SupervisorStore, key: string): Promise<void> {
  const entries = store.find(key);
  const expected = [...model.of(key)];
  t.strictSame(
    entries.map(({ response: { status, invalidated }, bodyBytes }) => ({ status, invalidated, bodyBytes })),
    expected.map(({ status, invalidated, bytes }) => ({ status, invalidated, bodyBytes: bytes })),
    key,
  );
  for (const [place, entry] of entries.entries()) {
    if (rng.oneIn(2)) store.touch(entry);
    const { seed, bytes } = expected[place] as Expected;
    const whole = bodyOf(seed, bytes);
    const from = rng.below(bytes + 1);
    const to = from + rng.below(bytes - from + 1);
    const range = rng.oneIn(3) ? await readRange(store, entry, from, to) : await readAll(store, entry);
    const wanted = range.body.length === bytes ? whole : whole.subarray(from, to);
    if (range.error !== null || !range.body.equals(wanted)) t.fail(`${key}, entry ${place}: ${range.error}`);
  }
}

for (const seed of [1, 2, 3, 4]) {
  t.test(`random operations give what a Map gives, seed ${seed}`, { timeout: 60_000 }, async (t) => {
    const folder = scratchFolder(t);
    const rng = new Rng(seed, 5);
    const model = new Model(rng);
    const run = { t, model, rng };
    let store = openScratch(folder);
    for (let step = 0; step < STEPS; step += 1) {
      const key = keyOf(rng.below(KEYS));
      const what = rng.below(100);
      if (what < 35) await model.put(store, key);
      else if (what < 45) model.update(store, key);
      else if (what < 55) model.remove(store, key);
      else if (what < 58) await model.purge(store);
      else if (what < 61) {
        await store.close();
        store = openScratch(folder);
      } else await check(run, store, key);
      if (rng.oneIn(5)) await new Promise(setImmediate);
    }
    for (let number = 0; number < KEYS; number += 1) await check(run, store, keyOf(number));
    await until(() => (store.stats().entries === model.count() ? true : undefined), 10_000);
    t.equal(store.stats().lastError, null);
    await store.close();
  });
}
