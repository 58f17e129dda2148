/**
 * Applies a change of the settings and kills itself at a given step on disk:
 *   apply-and-die.ts FOLDER SETTINGS-FILE STEP keep|revert
 * Every open, sync, rename and removal is a step. Prints "whole" when it got to the end.
 */
import promises, { type FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

const [folder = "", settingsPath = "", step = "0", ending = "keep"] = process.argv.slice(2);
let left = Number(step);

function count(): void {
  left -= 1;
  if (left === 0) process.kill(process.pid, "SIGKILL");
}

const { open, rename, rm } = promises;
Object.assign(promises, {
  open: async (...args: Parameters<typeof open>): Promise<FileHandle> => {
    if (args[1] !== "r") count();
    const file = await open(...args);
    const sync = file.sync.bind(file);
    file.sync = async () => {
      count();
      await sync();
      count();
    };
    return file;
  },
  rename: async (...args: Parameters<typeof rename>): Promise<void> => {
    await rename(...args);
    count();
  },
  rm: async (...args: Parameters<typeof rm>): Promise<void> => {
    await rm(...args);
    count();
  },
});
syncBuiltinESMExports();

const { GenerationStore } = await import("#settings-file/generation-store.ts");
const { parseSettings } = await import("#settings/parse-settings.ts");

const parsed = parseSettings('{"unit":{"name":"new"},"dns":{"timeoutMs":3000}}');
if (!parsed.ok) throw new Error("the settings of this test are right");
const store = await GenerationStore.open(folder, settingsPath, { wallMs: 1_000 });
const facts = { author: "somebody", reason: "a test", origin: "console", source: null, atMs: 2_000 } as const;
await store.begin(parsed.value, facts, ending === "keep" ? null : 60_000);
if (ending === "keep") await store.keep();
else await store.rollBack("not confirmed", 3_000);
process.stdout.write("whole");
