/** kill -9 at any moment while storing: afterwards, whatever is served is what was stored. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";
import { until } from "#test/support/until.ts";
import { KEYS, keyOf, sizeOf, versionOf } from "./crash-child.ts";
import { bodyOf, readAll } from "./samples.ts";
import { openScratch, scratchFolder } from "./scratch-store.ts";

const ROUNDS = 100;
/** Stores that are killed side by side. */
const LANES = 2;
const DISK_BYTES_MAX = 4 * 1024 * 1024;
const CHILD = fileURLToPath(new URL("./crash-child.ts", import.meta.url));

/** Lets a child store for a while that depends on the round, and kills it. */
async function storeAndDie(folder: string, round: number): Promise<void> {
  const child = spawn(process.execPath, [CHILD, folder, `${round}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  await Promise.race([once(child.stdout, "data"), exited]);
  // Not a wait for a state: the moment is what the rounds are about.
  await new Promise((resolve) => setTimeout(resolve, (round * 37) % 61));
  child.kill("SIGKILL");
  await exited;
}

const filesIn = (folder: string): number =>
  readdirSync(`${folder}/bodies`, { recursive: true, withFileTypes: true }).filter((item) => item.isFile())
    .length;

interface Tally {
  served: number;
  large: number;
  /** Evicted between look-up and read. */
  missed: number;
  slowestFirstMs: number;
}

/** Reads everything that the store serves and compares it. */
async function checkAll(t: Test, folder: string, round: number, tally: Tally): Promise<void> {
  const openedMs = performance.now();
  const store = openScratch(folder, { diskBytesMax: DISK_BYTES_MAX });
  let isFirst = true;
  for (let number = 0; number < KEYS; number += 1) {
    for (const entry of store.find(keyOf(number))) {
      const version = Number(entry.response.fields.get("x-version"));
      const { body, error } = await readAll(store, entry);
      if (isFirst) tally.slowestFirstMs = Math.max(tally.slowestFirstMs, performance.now() - openedMs);
      isFirst = false;
      tally.served += 1;
      if (body.length > 40_000) tally.large += 1;
      if (error !== null) tally.missed += 1;
      else if (!body.equals(bodyOf(versionOf(number, version), sizeOf(number, version)))) {
        t.fail(`round ${round}: wrong bytes for ${entry.key} version ${version}`);
      }
    }
  }
  const { diskBytes, errors, lastError } = store.stats();
  t.ok(diskBytes <= DISK_BYTES_MAX, `${diskBytes} bytes held`);
  t.equal(errors, 0, `${lastError}`);
  await store.close();
}

t.test("after kill -9 all that is served equals what was stored", { timeout: 120_000 }, async (t) => {
  const tally: Tally = { served: 0, large: 0, missed: 0, slowestFirstMs: 0 };
  const lane = async (first: number): Promise<void> => {
    const folder = scratchFolder(t);
    for (let round = first; round < ROUNDS; round += LANES) {
      await storeAndDie(folder, round);
      await checkAll(t, folder, round, tally);
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, first) => lane(first)));
  const { served, large, missed, slowestFirstMs } = tally;
  t.comment(
    `${served} served, ${large} of them from files, ${missed} evicted; first hit in ${slowestFirstMs.toFixed(0)} ms`,
  );
  t.ok(served > ROUNDS && large > 0, `${served} were served`);
  t.ok(missed <= served / 100, `${missed} were evicted under the reader`);
});

t.test("files of bodies that no entry knows are removed in the background", async (t) => {
  const folder = scratchFolder(t);
  for (let round = 0; round < 5; round += 1) await storeAndDie(folder, round + 20);
  const store = openScratch(folder, { diskBytesMax: DISK_BYTES_MAX });
  let known = 0;
  for (let number = 0; number < KEYS; number += 1) {
    known += store.find(keyOf(number)).filter(({ bodyBytes }) => bodyBytes > 32 * 1024).length;
  }
  await until(() => (filesIn(folder) === known ? true : undefined), 10_000);
  t.ok(known > 0);
  await store.close();
});
