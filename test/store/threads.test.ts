/** Several worker threads on one store, and threads that are terminated in the middle of it. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import t from "tap";
import { openStore, openSupervisorStore } from "#store/open-store.ts";
import { createStoreMemory } from "#store/shared-memory.ts";
import { until } from "#test/support/until.ts";
import { bodyOf, put, readAll } from "./samples.ts";
import { scratchFolder, storeOptions } from "./scratch-store.ts";
import type { ThreadData } from "./thread.ts";

const THREADS = 3;

function startThread(options: ReturnType<typeof storeOptions>, workerIndex: number, rounds: number): Worker {
  const { folder, memory, memoryBytesMax, diskBytesMax, objectBytesMax } = options;
  const workerData: ThreadData = {
    options: { folder, memory, memoryBytesMax, diskBytesMax, objectBytesMax, workerIndex },
    keys: 300,
    rounds,
  };
  return new Worker(new URL("./thread.ts", import.meta.url), { workerData });
}

/** The last message of a thread that runs to its end. */
async function resultOf(worker: Worker): Promise<{ stored: number; hits: number; wrong: number }> {
  const messages: unknown[] = [];
  worker.on("message", (message) => messages.push(message));
  await once(worker, "exit");
  return messages.at(-1) as { stored: number; hits: number; wrong: number };
}

t.test("threads that store, read, update and remove the same keys never see a wrong byte", async (t) => {
  const options = storeOptions(scratchFolder(t), {
    memory: createStoreMemory(THREADS),
    diskBytesMax: 6 * 1024 * 1024,
    memoryBytesMax: 1024 * 1024,
  });
  const store = openSupervisorStore(options);
  const workers = Array.from({ length: THREADS }, (_, index) => startThread(options, index, 800));
  const results = await Promise.all(workers.map(resultOf));
  for (const { stored, hits, wrong } of results) {
    t.ok(stored > 0 && hits > 0, `${stored} stored, ${hits} hits`);
    t.equal(wrong, 0);
  }
  t.ok(store.stats().evictions > 0, "the budget was too small for all");
  await until(() => (store.stats().diskBytes <= options.diskBytesMax ? true : undefined), 5_000);
  // A disk this small may be full of bodies on their way: that is told, and nothing else went wrong.
  t.match(`${store.stats().lastError}`, /^null$|no room on the disk|too many changes/);
  await store.close();
});

t.test(
  "a thread that is terminated in the middle hangs nobody and loses nothing of the others",
  async (t) => {
    const options = storeOptions(scratchFolder(t));
    const store = openSupervisorStore(options);
    for (let round = 0; round < 12; round += 1) {
      const worker = startThread(options, 0, 1_000_000);
      await once(worker, "message");
      for (let turn = 0; turn < (round * 7) % 20; turn += 1) await new Promise(setImmediate);
      await worker.terminate();
      store.clearClaims(0);
      const key = `http://supervisor.example/${round}`;
      await put(store, key, bodyOf(round, 100_000));
      const entry = await until(() => store.find(key)[0], 5_000);
      t.ok((await readAll(store, entry)).body.equals(bodyOf(round, 100_000)));
    }
    await store.close();
  },
);

t.test("the claims of a dead worker are free again, and who waits for them is told", async (t) => {
  const options = storeOptions(scratchFolder(t));
  const store = openSupervisorStore(options);
  const dead = openStore({ ...options, workerIndex: 0 });
  t.ok(dead.claim("http://example.com/"));
  t.ok(store.claim("http://example.com/mine"));
  const told = new Promise<void>((resolve) => store.whenReleased("http://example.com/", 60_000, resolve));
  store.clearClaims(0);
  await told;
  t.ok(store.claim("http://example.com/"));
  t.notOk(dead.claim("http://example.com/mine"), "the others' claims stand");
  await dead.close();
  await store.close();
});
