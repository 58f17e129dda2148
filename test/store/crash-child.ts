/** Stores without end, a line on stdout for each round, until it is killed. Started by crash.test.ts. */
import { openSupervisorStore } from "#store/open-store.ts";
import { Rng } from "#test/fuzz/rng.ts";
import { bodyOf, put, response } from "./samples.ts";
import { storeOptions } from "./scratch-store.ts";

export const KEYS = 200;
export const keyOf = (number: number): string => `http://example.com/${number}`;

/** Every body says which version of which key it is; every head says it too. */
export const versionOf = (number: number, version: number): number => number * 1_000_003 + version;
export const sizeOf = (number: number, version: number): number =>
  number % 10 === 0 ? 40_000 + ((number * version) % 200_000) : (number * 131 + version * 17) % 20_000;

const [folder, seed] = process.argv.slice(2);
if (folder !== undefined && seed !== undefined) {
  const store = openSupervisorStore(storeOptions(folder, { diskBytesMax: 4 * 1024 * 1024 }));
  const rng = new Rng(Number(seed), 3);
  process.stdout.write("open\n");
  for (;;) {
    const number = rng.below(KEYS);
    const version = rng.below(1_000_000);
    const replaces = store.find(keyOf(number));
    await put(store, keyOf(number), bodyOf(versionOf(number, version), sizeOf(number, version)), {
      response: response({ lines: [`X-Version: ${version}`] }),
      replaces,
    });
    if (rng.oneIn(4)) await new Promise(setImmediate);
  }
}
