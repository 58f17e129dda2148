/**
 * What the store costs: node test/bench/store.ts [--objects N] [--bytes N]
 * Stores N objects, finds them in memory and in the index, reads large ones, and is killed and opened again: by
 * itself, and by a unit with two workers (`make` first).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { CacheStore, StoredEntry } from "#caching/cache-store.ts";
import { openSupervisorStore, type SupervisorStore } from "#store/open-store.ts";
import { createStoreMemory } from "#store/shared-memory.ts";
import { bodyOf, put, readAll, response } from "#test/store/samples.ts";
import { until } from "#test/support/until.ts";
import { measureStoreUnit, mib } from "./store-unit.ts";

const MEMORY_BYTES_MAX = 64 * 1024 * 1024;
const LARGE_BYTES = 1024 * 1024;
const LARGE_OBJECTS = 24;
/** What is promised: anonymous memory beyond the budgets, and the time to the first hit. */
const BEYOND_BUDGET_BYTES_MAX = 250 * 1024 * 1024;
const FIRST_HIT_MS_MAX = 1_000;
const UNIT_WORKERS = 2;
const UNIT_REQUESTS = 200_000;
const DISK_BYTES_MAX = 64 * 1024 ** 3;

const { values } = parseArgs({
  options: {
    objects: { type: "string", default: "100000" },
    bytes: { type: "string", default: "1024" },
    folder: { type: "string" },
    role: { type: "string", default: "parent" },
  },
});
const objects = Number(values.objects);
const bytes = Number(values.bytes);

const keyOf = (number: number): string => `http://www.example.com/some/path/of/usual/length/${number}.html`;

const RESPONSE = response({
  requestWallMs: Date.now(),
  responseWallMs: Date.now(),
  lines: [
    `Date: ${new Date().toUTCString()}`,
    "Server: example",
    "Content-Type: text/html; charset=utf-8",
    "Cache-Control: public, max-age=86400",
    'ETag: "0123456789abcdef"',
    "Last-Modified: Mon, 23 Nov 2026 09:00:00 GMT",
    "Vary: Accept-Encoding",
    "X-Frame-Options: DENY",
  ],
  varyOn: [["accept-encoding", "gzip"]],
});

const openAt = (folder: string): SupervisorStore =>
  openSupervisorStore({
    folder,
    memory: createStoreMemory(1),
    memoryBytesMax: MEMORY_BYTES_MAX,
    diskBytesMax: DISK_BYTES_MAX,
    objectBytesMax: 1024 ** 3,
    clock: { nowMs: () => performance.now(), wallMs: () => Date.now() },
    logger: (level, event, details) => console.log(level, event, details),
  });

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Anonymous memory: the index is mapped and counts as page cache. */
const anonymousMiB = (): string => {
  const kib = Number(/RssAnon:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
  return `${(kib / 1024).toFixed(0)} MiB`;
};

const say = (what: string, value: string): void => console.log(`${what.padEnd(46)} ${value}`);

async function measureWrites(store: CacheStore): Promise<void> {
  const body = bodyOf(1, bytes);
  const startedMs = performance.now();
  for (let number = 0; number < objects; number += 1) {
    await put(store, keyOf(number), body, { response: RESPONSE });
    // As many as a busy proxy has on their way in one turn.
    if (number % 64 === 63) await nextTurn();
    if (number % 1024 === 1023)
      await until(() => (store.stats().entries > number - 1024 ? true : undefined), 60_000);
  }
  await until(() => (store.stats().entries === objects ? true : undefined), 60_000);
  const perSecond = (objects / (performance.now() - startedMs)) * 1000;
  say(`stored, of ${bytes} bytes`, `${perSecond.toFixed(0)} a second`);
}

async function measureIndex(store: CacheStore, touch: boolean): Promise<void> {
  const rounds = Math.min(objects, 100_000);
  let found = 0;
  const startedMs = performance.now();
  for (let round = 0; round < rounds; round += 1) {
    const [entry] = store.find(keyOf((round * 7919) % objects));
    if (entry !== undefined) found += 1;
    if (touch && entry !== undefined) store.touch(entry);
    if (round % 64 === 63) await nextTurn();
  }
  const microseconds = ((performance.now() - startedMs) / rounds) * 1000;
  say(`found in the index (${found} of ${rounds})`, `${microseconds.toFixed(2)} µs`);
}

async function measureMisses(store: CacheStore): Promise<void> {
  const startedMs = performance.now();
  for (let round = 0; round < 100_000; round += 1) {
    store.find(keyOf(objects + round));
    if (round % 64 === 63) await nextTurn();
  }
  say("not found", `${((performance.now() - startedMs) / 100).toFixed(2)} µs`);
}

function measureMemory(store: CacheStore): void {
  const keys = Array.from({ length: 1000 }, (_, number) => keyOf(number));
  for (let round = 0; round < 3; round += 1) {
    for (const key of keys) for (const entry of store.find(key)) store.touch(entry);
  }
  const rounds = 2_000;
  const startedNs = process.hrtime.bigint();
  let sum = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const key of keys) sum += store.find(key)[0]?.bodyBytes ?? 0;
  }
  const findNs = Number(process.hrtime.bigint() - startedNs) / (rounds * keys.length);
  const entries = keys.map((key) => store.find(key)[0] as StoredEntry);
  const touchedNs = process.hrtime.bigint();
  for (let round = 0; round < rounds; round += 1) for (const entry of entries) store.touch(entry);
  const touchNs = Number(process.hrtime.bigint() - touchedNs) / (rounds * keys.length);
  say(
    `found in memory (${sum / rounds / keys.length} bytes)`,
    `${findNs.toFixed(0)} ns, touched ${touchNs.toFixed(1)} ns`,
  );
}

async function measureLarge(store: CacheStore): Promise<void> {
  const key = (number: number): string => `http://large.example/${number}`;
  const body = bodyOf(2, LARGE_BYTES);
  const startedMs = performance.now();
  for (let number = 0; number < LARGE_OBJECTS; number += 1) await put(store, key(number), body);
  await until(() => (store.stats().entries === objects + LARGE_OBJECTS ? true : undefined), 60_000);
  const writeSeconds = (performance.now() - startedMs) / 1000;
  say("1 MiB stored", `${((LARGE_OBJECTS * LARGE_BYTES) / writeSeconds / 1e9).toFixed(2)} GB/s`);
  await measureReads(store, key, "from files");
  for (let number = 0; number < LARGE_OBJECTS; number += 1) await bringIntoMemory(store, key(number));
  // Handed out as it is: this is what a call costs, not a copy.
  await measureReads(store, key, "from memory");
}

async function measureReads(store: CacheStore, key: (number: number) => string, from: string): Promise<void> {
  const rounds = 10;
  const startedMs = performance.now();
  for (let round = 0; round < rounds; round += 1) {
    for (let number = 0; number < LARGE_OBJECTS; number += 1) await skim(store, key(number));
  }
  const ms = (performance.now() - startedMs) / (rounds * LARGE_OBJECTS);
  say(`1 MiB read ${from}`, `${(ms * 1000).toFixed(1)} µs each, ${(LARGE_BYTES / ms / 1e6).toFixed(2)} GB/s`);
}

/** Uses an entry until its body is in memory. */
function bringIntoMemory(store: CacheStore, key: string): Promise<true> {
  return until(async () => {
    const [entry] = store.find(key);
    if (entry === undefined) throw new Error(`${key} is lost`);
    store.touch(entry);
    if (entry.body !== null) return true;
    await skim(store, key);
    return undefined;
  }, 5_000);
}

/** Reads a body to its end without keeping it. */
function skim(store: CacheStore, key: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const [entry] = store.find(key);
    if (entry === undefined) throw new Error(`${key} is lost`);
    store.read(entry, 0, entry.bodyBytes, {
      onBody: () => true,
      onEnd: resolve,
      onError: (why) => reject(new Error(why)),
    });
  });
}

async function measurePurge(store: CacheStore): Promise<void> {
  let longestMs = 0;
  let lastMs = performance.now();
  const watch = setInterval(() => {
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
  }, 1);
  const startedMs = performance.now();
  const { entries } = await store.purge({ by: "tag", tag: "nothing" }, "count");
  clearInterval(watch);
  say(
    `walked by a purge (${entries} meant)`,
    `${((performance.now() - startedMs) / 1000).toFixed(2)} s, longest pause ${longestMs.toFixed(0)} ms`,
  );
}

/** Everything but the restart; ends by waiting to be killed. */
async function runChild(folder: string): Promise<void> {
  const store = openAt(folder);
  say("anonymous memory, opened", anonymousMiB());
  await measureWrites(store);
  say("anonymous memory, all stored", anonymousMiB());
  await measureIndex(store, false);
  await measureMisses(store);
  await measureIndex(store, true);
  await measureIndex(store, true);
  measureMemory(store);
  await measureLarge(store);
  await measurePurge(store);
  const { memoryBytes, diskBytes } = store.stats();
  say("held in memory", `${(memoryBytes / 1024 ** 2).toFixed(0)} MiB`);
  say("anonymous memory, in all", anonymousMiB());
  const fileBytes = statSync(`${folder}/index/data.mdb`).size;
  say("on disk", `${(diskBytes / 1e6).toFixed(0)} MB counted, index file ${(fileBytes / 1e6).toFixed(0)} MB`);
  process.stdout.write("done\n");
  setInterval(() => {}, 1_000_000);
}

/** From the start of a process that opens the folder to its first hit. */
async function runRestart(folder: string): Promise<void> {
  const store = openAt(folder);
  const [entry] = store.find(keyOf(objects >> 1));
  if (entry === undefined) throw new Error("the entry is lost");
  const { body } = await readAll(store, entry);
  say(
    "from the start of the process to the first hit",
    `${performance.now().toFixed(0)} ms (${body.length} bytes)`,
  );
  await store.close();
}

/** The same in a whole unit, and the verdicts. */
async function runUnit(state: string): Promise<void> {
  const figures = await measureStoreUnit({
    state,
    workers: UNIT_WORKERS,
    memoryBytesMax: MEMORY_BYTES_MAX,
    diskBytesMax: DISK_BYTES_MAX,
    urlOf: keyOf,
    objects,
    requests: Math.min(UNIT_REQUESTS, objects * 2),
  });
  const { firstHitMs, hits, requests, anonymousAtStartBytes, anonymousPeakBytes } = figures;
  const beyond = anonymousPeakBytes - UNIT_WORKERS * MEMORY_BYTES_MAX;
  say("a unit of two workers: first hit", `${firstHitMs.toFixed(0)} ms after its start`);
  say("its hits", `${hits} of ${requests}`);
  say(
    "its anonymous memory",
    `${mib(anonymousAtStartBytes)} at the start, ${mib(anonymousPeakBytes)} at most`,
  );
  const verdict = (isGood: boolean): string => (isGood ? "PASS" : "FAIL");
  console.log(`${verdict(firstHitMs < FIRST_HIT_MS_MAX)}  first hit within 1 s of the start, after a kill`);
  console.log(
    `${verdict(beyond < BEYOND_BUDGET_BYTES_MAX)}  anonymous memory under 250 MiB beyond the budget (${mib(beyond)})`,
  );
}

async function runParent(): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  const state = mkdtempSync(join(tmpdir(), "futago-store-bench-"));
  const folder = join(state, "cache");
  mkdirSync(folder);
  let running: ChildProcess | null = null;
  const start = (role: string) =>
    spawn(
      process.execPath,
      [
        fileURLToPath(import.meta.url),
        "--role",
        role,
        "--folder",
        folder,
        "--objects",
        `${objects}`,
        "--bytes",
        `${bytes}`,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
  try {
    const child = start("child");
    running = child;
    const exited = once(child, "exit");
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      process.stdout.write(text.replace("done\n", ""));
      if (text.includes("done\n")) child.kill("SIGKILL");
    });
    await exited;
    const again = start("restart");
    again.stdout.pipe(process.stdout);
    await once(again, "exit");
    await runUnit(state);
  } finally {
    running?.kill("SIGKILL");
    rmSync(state, { recursive: true, force: true });
  }
}

if (values.role === "parent") await runParent();
else if (values.role === "child") await runChild(values.folder ?? "");
else await runRestart(values.folder ?? "");
