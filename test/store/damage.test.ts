/** Flipped bits, missing and short files, a full disk: misses or errors, counted, never other bytes. */
import { execFileSync } from "node:child_process";
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import t from "tap";
import { until } from "#test/support/until.ts";
import { bodyOf, collect, fill, put, readAll, response } from "./samples.ts";
import { openScratch, scratchFolder } from "./scratch-store.ts";

const URL = "http://example.com/a";
const LARGE = 700_000;
const LIMIT_MS = 5_000;

function onlyFile(folder: string): string {
  const files = readdirSync(`${folder}/bodies`, { recursive: true, withFileTypes: true }).filter((item) =>
    item.isFile(),
  );
  if (files.length !== 1 || files[0] === undefined) throw new Error(`${files.length} files`);
  return join(files[0].parentPath, files[0].name);
}

function flipBit(path: string, at: number): void {
  const fd = openSync(path, "r+");
  const byte = Buffer.alloc(1);
  readSync(fd, byte, 0, 1, at);
  byte[0] = (byte[0] as number) ^ 0x10;
  writeSync(fd, byte, 0, 1, at);
  closeSync(fd);
}

/** A folder with one large body, closed. */
async function folderWithLarge(folder: string): Promise<void> {
  const store = openScratch(folder);
  await put(store, URL, bodyOf(1, LARGE));
  await store.close();
}

const FILE_DAMAGE: Readonly<Record<string, (path: string) => void>> = {
  "a flipped bit at the start": (path) => flipBit(path, 0),
  "a flipped bit in the middle": (path) => flipBit(path, 400_000),
  "a flipped bit in a checksum": (path) => flipBit(path, 128 * 1024 + 1),
  "a missing file": (path) => rmSync(path),
  "a short file": (path) => truncateSync(path, 300_000),
  "an empty file": (path) => truncateSync(path, 0),
};

for (const [name, damage] of Object.entries(FILE_DAMAGE)) {
  t.test(`${name} ends the read, is counted and removes the entry`, async (t) => {
    const folder = scratchFolder(t);
    await folderWithLarge(folder);
    damage(onlyFile(folder));
    const store = openScratch(folder);
    const [entry] = store.find(URL);
    if (entry === undefined) throw new Error("lost");
    const { body, error } = await readAll(store, entry);
    t.type(error, "string");
    t.ok(body.equals(bodyOf(1, LARGE).subarray(0, body.length)), "what came was right");
    t.ok(body.length < LARGE);
    t.strictSame(store.find(URL), []);
    t.equal(store.stats().errors, 1);
    t.match(store.stats().lastError, /store-read-failed/);
    await until(() => (store.stats().entries === 0 ? true : undefined), LIMIT_MS);
    await store.close();
  });
}

t.test("the blocks of another body are damage", async (t) => {
  const folder = scratchFolder(t);
  await folderWithLarge(folder);
  const path = onlyFile(folder);
  const bytes = readFileSync(path);
  const frame = 128 * 1024 + 4;
  const fd = openSync(path, "r+");
  // The second block over the first, with its own right checksum.
  writeSync(fd, bytes, frame, frame, 0);
  closeSync(fd);
  const store = openScratch(folder);
  const [entry] = store.find(URL);
  if (entry === undefined) throw new Error("lost");
  const { body, error } = await readAll(store, entry);
  t.equal(body.length, 0);
  t.type(error, "string");
  await store.close();
});

t.test("a flipped bit in a record of the index is a miss", async (t) => {
  for (const [what, within] of [
    ["a small body", "BODYBODYBODYBODY"],
    ["a field", "FIELDFIELDFIELDFIELD"],
    ["a key", "/keykeykeykey"],
  ] as const) {
    const folder = scratchFolder(t);
    const key = `${URL}/keykeykeykey`;
    const before = openScratch(folder);
    await put(before, key, Buffer.from("BODYBODYBODYBODY".repeat(200)), {
      response: response({ lines: ["X-Field: FIELDFIELDFIELDFIELD"] }),
    });
    await put(before, URL, bodyOf(1, 100));
    await before.close();
    const path = `${folder}/index/data.mdb`;
    const bytes = readFileSync(path);
    let flipped = 0;
    for (let at = bytes.indexOf(within); at >= 0; at = bytes.indexOf(within, at + 4096)) {
      flipBit(path, at + 3);
      flipped += 1;
    }
    t.ok(flipped > 0, what);
    const store = openScratch(folder);
    t.strictSame(store.find(key), [], what);
    t.equal(store.stats().errors, 1);
    t.match(store.stats().lastError, /store-entry-damaged/);
    t.equal(store.find(URL).length, 1, "the others are there");
    await until(() => (store.stats().entries === 1 ? true : undefined), LIMIT_MS);
    await store.close();
  }
});

t.test("an index that is no index is thrown away", async (t) => {
  const folder = scratchFolder(t);
  await folderWithLarge(folder);
  const fd = openSync(`${folder}/index/data.mdb`, "r+");
  writeSync(fd, Buffer.alloc(16_384, 0x55), 0, 16_384, 0);
  closeSync(fd);
  const store = openScratch(folder);
  t.strictSame(store.find(URL), []);
  await put(store, URL, bodyOf(1, 100));
  t.equal(store.find(URL).length, 1);
  await store.close();
});

/** A small file system of its own; null where that is not permitted. */
function mountSmall(folder: string, bytes: number): (() => void) | null {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    return null;
  }
  return () => void execFileSync("umount", ["-l", folder], { stdio: "ignore" });
}

t.test("a full disk costs responses, nothing else", { timeout: 60_000 }, async (t) => {
  const folder = scratchFolder(t);
  const unmount = mountSmall(folder, 6 * 1024 * 1024);
  if (unmount === null) {
    t.comment("skipped: mounting a tmpfs is not permitted here");
    return;
  }
  try {
    // The budget is far above what the disk has.
    const store = openScratch(folder);
    const keyOf = (number: number): string => `${URL}/${number}`;
    for (let number = 0; number < 400; number += 1) {
      const bytes = number % 5 === 0 ? 300_000 : 10_000;
      const writer = store.write(keyOf(number), response(), { bodyBytes: bytes, replaces: [] });
      if (writer === null) continue;
      const follower = number % 50 === 0 ? collect() : null;
      if (follower !== null) writer.read(0, follower.sink);
      await fill(writer, bodyOf(number, bytes));
      writer.commit();
      await follower?.result;
      if (number % 10 === 9) await new Promise(setImmediate);
    }
    await until(() => (store.stats().errors > 0 ? true : undefined), LIMIT_MS);
    let served = 0;
    for (let number = 0; number < 400; number += 1) {
      for (const entry of store.find(keyOf(number))) {
        const { body, error } = await readAll(store, entry);
        if (error !== null) continue;
        served += 1;
        if (!body.equals(bodyOf(number, number % 5 === 0 ? 300_000 : 10_000)))
          t.fail(`wrong bytes for ${number}`);
      }
    }
    t.ok(served > 0, `${served} were served`);
    t.match(store.stats().lastError, /ENOSPC|space|store-/);
    await store.purge({ by: "all" }, "remove");
    await put(store, `${URL}/again`, bodyOf(1, 1_000));
    await store.close();
    const again = openScratch(folder);
    t.equal(again.find(`${URL}/again`).length, 1, "there is room after a purge");
    await again.close();
  } finally {
    unmount();
  }
});
