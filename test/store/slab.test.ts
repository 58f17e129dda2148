/** The slab: no two bodies share a byte, room comes back, and damage there is a miss. */
import { closeSync, existsSync, openSync, statSync, truncateSync, writeSync } from "node:fs";
import t from "tap";
import { SLAB_CUT_BYTES, SLAB_UNIT_BYTES } from "#store/limits.ts";
import { SlabMap, type SlabPlace, slabBytesOf, slabCostOf } from "#store/slab-map.ts";
import { Rng } from "#test/fuzz/rng.ts";
import { until } from "#test/support/until.ts";
import { bodyOf, put, readAll, response } from "./samples.ts";
import { openScratch, openTwo, scratchFolder } from "./scratch-store.ts";

const MIB = 1024 * 1024;
const URL = "http://example.com/a";
/** Larger than what the index holds, smaller than what has a file. */
const BYTES = 40_000;
const LIMIT_MS = 5_000;

t.test("places never overlap, whatever is taken and freed", async (t) => {
  const bytesMax = 8 * MIB;
  const map = new SlabMap(bytesMax);
  const rng = new Rng(20_261_124, 7);
  const held: SlabPlace[] = [];
  const owner = new Int32Array(bytesMax / SLAB_UNIT_BYTES);
  const own = ({ offset, bytes }: SlabPlace, from: number, to: number): boolean => {
    const units = owner.subarray(offset / SLAB_UNIT_BYTES, (offset + slabBytesOf(bytes)) / SLAB_UNIT_BYTES);
    const isRight = units.every((unit) => unit === from);
    units.fill(to);
    return isRight;
  };
  let refused = 0;
  for (let step = 1; step < 20_000; step += 1) {
    const bytes = 1 + (rng.next() % 130_000);
    const offset = map.take(bytes);
    if (offset === null) refused += 1;
    else {
      held.push({ offset, bytes });
      if (offset + bytes > bytesMax) t.fail(`${offset} is outside`);
      if (!own({ offset, bytes }, 0, 1)) t.fail(`step ${step}: ${offset} was taken`);
    }
    while (offset === null || held.length > 110) {
      const [gone] = held.splice(rng.next() % held.length, 1);
      if (gone === undefined) break;
      if (!own(gone, 1, 0)) t.fail(`step ${step}: ${gone.offset} was lost`);
      map.free(gone);
      if (offset === null) break;
    }
  }
  t.ok(refused < 2_000, `${refused} found no gap`);
});

t.test(
  "what records name at the start is not given out, and the end is told when much is free",
  async (t) => {
    const named = { offset: 5 * SLAB_UNIT_BYTES, bytes: 3 * SLAB_UNIT_BYTES };
    const map = new SlabMap(64 * MIB, [named]);
    const offset = map.take(6 * SLAB_UNIT_BYTES);
    t.equal(offset, 8 * SLAB_UNIT_BYTES, "not in the gap of five, not over it");
    t.equal(map.take(2 * SLAB_UNIT_BYTES), 0, "the gap serves what it fits");
    const large = { offset: map.take(SLAB_CUT_BYTES) ?? 0, bytes: SLAB_CUT_BYTES };
    t.equal(map.freeEnd(), null);
    map.free(large);
    t.equal(map.freeEnd(), 14 * SLAB_UNIT_BYTES);
    t.equal(map.freeEnd(), null, "once");
    t.equal(new SlabMap(MIB).take(2 * MIB), null, "never beyond its limit");
  },
);

t.test("bodies of many sizes fill nine tenths of the room that they count", async (t) => {
  const bytesMax = 64 * MIB;
  const map = new SlabMap(bytesMax);
  const rng = new Rng(20_261_124, 8);
  const held: SlabPlace[] = [];
  let cost = 0;
  let [refused, steps] = [0, 0];
  for (; steps < 30_000; steps += 1) {
    const bytes = 1024 * (1 + (rng.next() % 64));
    while (cost + slabCostOf(bytes) > bytesMax) {
      const at = rng.next() % held.length;
      const gone = held[at] as SlabPlace;
      held[at] = held.at(-1) as SlabPlace;
      held.pop();
      cost -= slabCostOf(gone.bytes);
      map.free(gone);
    }
    const offset = map.take(bytes);
    if (offset === null) refused += 1;
    else {
      held.push({ offset, bytes });
      cost += slabCostOf(bytes);
    }
  }
  t.ok(cost > 0.99 * bytesMax, "the budget is used");
  t.ok(refused < steps / 1000, `${refused} of ${steps} found no gap`);
});

t.test("bodies of middle size survive a restart, for every thread", async (t) => {
  const folder = scratchFolder(t);
  const first = openScratch(folder);
  for (let number = 0; number < 50; number += 1)
    await put(first, `${URL}/${number}`, bodyOf(number, 5_000 + number * 2_400));
  await first.close();
  const { one, other, close } = openTwo(folder);
  // Over what was there nothing is written.
  for (let number = 50; number < 80; number += 1)
    await put(other, `${URL}/${number}`, bodyOf(number, 5_000 + number * 1_500));
  await until(() => (one.stats().entries === 80 ? true : undefined), LIMIT_MS);
  for (let number = 0; number < 80; number += 1) {
    const [entry] = one.find(`${URL}/${number}`);
    if (entry === undefined) throw new Error(`${number} is lost`);
    const bytes = 5_000 + number * (number < 50 ? 2_400 : 1_500);
    t.ok((await readAll(one, entry)).body.equals(bodyOf(number, bytes)), `${number}`);
  }
  t.equal(one.stats().errors, 0);
  await close();
});

t.test("another head leaves the body where it is", async (t) => {
  const folder = scratchFolder(t);
  const store = openScratch(folder);
  await put(store, URL, bodyOf(1, BYTES));
  for (const entry of store.find(URL)) store.update(entry, response({ lines: ["X: pending"] }));
  await until(() => (store.stats().entries === 1 ? true : undefined), LIMIT_MS);
  for (const entry of store.find(URL)) store.update(entry, response({ lines: ["X: new"] }));
  await store.close();
  const again = openScratch(folder);
  const [entry] = again.find(URL);
  if (entry === undefined) throw new Error("lost");
  t.equal(entry.response.fields.get("x"), "new");
  t.ok((await readAll(again, entry)).body.equals(bodyOf(1, BYTES)));
  await again.close();
});

const DAMAGE: Readonly<Record<string, (path: string) => void>> = {
  "other bytes": (path) => {
    const fd = openSync(path, "r+");
    writeSync(fd, Buffer.from("other"), 0, 5, 20_000);
    closeSync(fd);
  },
  "a short slab": (path) => truncateSync(path, 30_000),
};

for (const [name, damage] of Object.entries(DAMAGE)) {
  t.test(`${name} in the slab is a miss, is counted and removes the entry`, async (t) => {
    const folder = scratchFolder(t);
    const before = openScratch(folder);
    await put(before, URL, bodyOf(1, BYTES));
    await before.close();
    t.ok(existsSync(`${folder}/slab`));
    damage(`${folder}/slab`);
    const store = openScratch(folder);
    t.strictSame(store.find(URL), []);
    t.equal(store.stats().errors, 1);
    t.match(store.stats().lastError, /store-read-failed/);
    await until(() => (store.stats().entries === 0 ? true : undefined), LIMIT_MS);
    await store.close();
  });
}

t.test("the slab gives room back to the disk", async (t) => {
  const folder = scratchFolder(t);
  const store = openScratch(folder);
  for (let number = 0; number < 60; number += 1) {
    await put(store, `${URL}/${number}`, bodyOf(number, 100_000));
    if (number % 10 === 9) await store.purge({ by: "url", url: "" }, "count");
  }
  const full = statSync(`${folder}/slab`).size;
  await store.purge({ by: "all" }, "remove");
  t.ok(full > 5 * MIB);
  t.ok(statSync(`${folder}/slab`).size < MIB);
  t.ok(store.stats().diskBytes < MIB);
  await store.close();
});
