/** The byte budgets: of the disk and of memory; and what is kept when there is not room for all. */
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { until } from "#test/support/until.ts";
import { bodyOf, fill, put, readAll, response } from "./samples.ts";
import { openScratch, scratchFolder } from "./scratch-store.ts";

const MIB = 1024 * 1024;
const LIMIT_MS = 10_000;

const bytesOfFiles = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .reduce((sum, item) => sum + lstatSync(join(item.parentPath, item.name)).size, 0);

const sizeOf = (number: number): number => (number % 10 === 0 ? 150_000 : 9_000);

t.test("the disk's budget is kept, and what is used stays", { timeout: 60_000 }, async (t) => {
  const folder = scratchFolder(t);
  const diskBytesMax = 6 * MIB;
  const store = openScratch(folder, { diskBytesMax, objectBytesMax: MIB });
  const keyOf = (number: number): string => `http://example.com/${number}`;
  let most = 0;
  for (let number = 0; number < 1_500; number += 1) {
    await put(store, keyOf(number), bodyOf(number, sizeOf(number)));
    for (const entry of store.find(keyOf(0))) store.touch(entry);
    for (const entry of store.find(keyOf(1))) store.touch(entry);
    // A count waits for what is on its way.
    if (number % 5 === 4) await store.purge({ by: "url", url: "" }, "count");
    most = Math.max(most, store.stats().diskBytes);
  }
  t.ok(most <= diskBytesMax + MIB, `${most} bytes at most`);
  const { evictions, entries, lastError } = store.stats();
  t.ok(evictions > 500, `${evictions} evictions`);
  t.equal(lastError, null);
  for (const number of [0, 1]) {
    const [entry] = store.find(keyOf(number));
    if (entry === undefined) throw new Error(`${number} was evicted`);
    t.ok((await readAll(store, entry)).body.equals(bodyOf(number, sizeOf(number))));
  }
  t.ok(store.find(keyOf(1_499)).length === 1, "the newest is there");
  await store.close();
  const bodies = bytesOfFiles(`${folder}/bodies`);
  t.ok(bodies <= diskBytesMax, `${bodies} bytes in files`);
  const again = openScratch(folder, { diskBytesMax, objectBytesMax: MIB });
  t.equal(again.stats().entries, entries);
  t.ok(again.stats().diskBytes <= diskBytesMax);
  await again.close();
});

t.test("memory holds what is used twice, within its budget, and a scan does not push it out", async (t) => {
  const memoryBytesMax = 2 * MIB;
  const store = openScratch(scratchFolder(t), { memoryBytesMax });
  const use = (key: string): boolean => {
    const before = store.find(key)[0];
    if (before === undefined) throw new Error(`${key} is lost`);
    store.touch(before);
    return store.find(key)[0] === before;
  };
  const popular = Array.from({ length: 20 }, (_, number) => `http://example.com/popular/${number}`);
  for (const key of popular) await put(store, key, bodyOf(1, 20_000));
  for (let number = 0; number < 500; number += 1) {
    await put(store, `http://example.com/scan/${number}`, bodyOf(2, 20_000));
    // More than the ring holds would be dropped.
    if (number % 50 === 49) await until(() => (store.stats().entries > number ? true : undefined), LIMIT_MS);
  }
  await until(() => (store.stats().entries === 520 ? true : undefined), LIMIT_MS);
  for (const key of [...popular, ...popular]) use(key);
  t.ok(popular.every(use), "all popular ones are in memory");
  for (let number = 0; number < 500; number += 1) {
    const key = `http://example.com/scan/${number}`;
    t.equal(store.find(key).length, 1);
    for (const popularKey of popular) for (const entry of store.find(popularKey)) store.touch(entry);
    if (store.stats().memoryBytes > memoryBytesMax) t.fail(`${store.stats().memoryBytes} bytes in memory`);
  }
  t.ok(popular.every(use), "they still are");
  // Used twice, everything is admitted, and the budget still holds.
  for (let number = 0; number < 500; number += 1) {
    use(`http://example.com/scan/${number}`);
    if (store.stats().memoryBytes > memoryBytesMax) t.fail(`${store.stats().memoryBytes} bytes in memory`);
  }
  await store.close();
});

t.test("a body from a file comes into memory when it is used again", async (t) => {
  const store = openScratch(scratchFolder(t));
  const key = "http://example.com/large";
  await put(store, key, bodyOf(3, 900_000));
  const body = await until(async () => {
    const [entry] = store.find(key);
    if (entry === undefined) return undefined;
    store.touch(entry);
    if (entry.body !== null) return entry.body;
    await readAll(store, entry);
    return undefined;
  }, LIMIT_MS);
  t.ok(body.equals(bodyOf(3, 900_000)));
  await store.close();
});

t.test("a writer that finds no room lets its source go on", async (t) => {
  const store = openScratch(scratchFolder(t), { diskBytesMax: 4 * MIB, objectBytesMax: 64 * MIB });
  const writers = [1, 2, 3, 4].map((number) =>
    store.write(`http://example.com/${number}`, response(), { bodyBytes: null, replaces: [] }),
  );
  for (let piece = 0; piece < 60; piece += 1) {
    for (const writer of writers) if (writer !== null) await fill(writer, bodyOf(piece, 100_000));
  }
  for (const writer of writers) writer?.commit();
  t.match(store.stats().lastError, /no room on the disk/);
  t.ok(store.stats().diskBytes <= 6 * MIB, `${store.stats().diskBytes} bytes`);
  await store.close();
});

t.test("what is too large is not taken, and what grows too large is given up", async (t) => {
  const store = openScratch(scratchFolder(t), { objectBytesMax: 200_000 });
  const key = "http://example.com/large";
  t.equal(store.write(key, response(), { bodyBytes: 200_001, replaces: [] }), null);
  const writer = store.write(key, response(), { bodyBytes: null, replaces: [] });
  if (writer === null) throw new Error("not taken");
  writer.append(bodyOf(1, 150_000));
  writer.append(bodyOf(1, 150_000));
  writer.commit();
  await put(store, "http://example.com/after", bodyOf(1, 10));
  await until(() => (store.stats().entries === 1 ? true : undefined), LIMIT_MS);
  t.strictSame(store.find(key), []);
  await store.close();
});
