/** What a crash at any moment of a change leaves on disk, and what the next start makes of it. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import t from "tap";
import { parseSettings } from "#settings/parse-settings.ts";
import { GenerationStore, recoverSettings } from "#settings-file/generation-store.ts";

type Tap = { teardown(end: () => unknown): unknown };

const NOW = { wallMs: 1_000 };

function place(t: Tap): { readonly folder: string; readonly file: string } {
  const root = mkdtempSync(join(tmpdir(), "futago-power-cut-"));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  const file = join(root, "settings.json");
  writeFileSync(file, '{"unit":{"name":"old"}}');
  return { folder: join(root, "generations"), file };
}

function nameIn(file: string): string {
  const parsed = parseSettings(readFileSync(file, "utf8"));
  return parsed.ok ? parsed.value.unit.name : "broken";
}

void t.test(
  "a crash at any step leaves the old settings or the new ones, whole",
  { timeout: 120_000 },
  async (t) => {
    const run = promisify(execFile);
    const outcomes = new Map<string, number>();
    for (const ending of ["keep", "revert"]) {
      let step = 0;
      for (let isWhole = false; !isWhole; ) {
        step += 1;
        const { folder, file } = place(t);
        const words = ["--no-warnings", "test/support/apply-and-die.ts", folder, file, String(step), ending];
        const { stdout } = await run(process.execPath, words, { timeout: 20_000 }).catch(
          (error: { stdout: string }) => error,
        );
        isWhole = stdout === "whole";
        const trial = await recoverSettings(folder, file, { wallMs: 9_000 });
        const name = nameIn(file);
        const store = await GenerationStore.open(folder, file, NOW);
        const where = `${ending}, step ${step}: ${name}, ${store.latest.generation} generations`;
        t.ok(name === "old" || name === "new", where);
        t.equal(await store.adoptFile(9_500), null, `${where}: the file is the latest generation`);
        t.equal(store.trial, null, `${where}: nothing is left to be decided`);
        if (ending === "revert") t.equal(name, "old", `${where}: what nobody confirmed does not stay`);
        if (trial === null) t.ok(name === "old" || ending === "keep", where);
        t.equal(await recoverSettings(folder, file, { wallMs: 9_900 }), null, "once is enough");
        outcomes.set(`${ending} ${name}`, (outcomes.get(`${ending} ${name}`) ?? 0) + 1);
      }
      t.ok(step > 20, `${step} places to die at`);
    }
    t.ok((outcomes.get("keep new") ?? 0) > 0 && (outcomes.get("keep old") ?? 0) > 0, "both ends are seen");
  },
);
