/** Generations on disk: what is written, kept, withdrawn and rolled back. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { parseSettings } from "#settings/parse-settings.ts";
import type { Settings } from "#settings/schema.ts";
import { GenerationStore } from "#settings-file/generation-store.ts";

type Tap = { teardown(end: () => unknown): unknown };

const NOW = { wallMs: 1_000 };
const OLD = '{"unit":{"name":"old"}}';
const FACTS = { author: "somebody", reason: "a test", origin: "console", source: null, atMs: 2_000 } as const;

function place(t: Tap): { readonly folder: string; readonly file: string } {
  const root = mkdtempSync(join(tmpdir(), "futago-generations-"));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  const file = join(root, "settings.json");
  writeFileSync(file, OLD);
  return { folder: join(root, "generations"), file };
}

function settings(text: string): Settings {
  const parsed = parseSettings(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

const nameIn = (file: string): string => settings(readFileSync(file, "utf8")).unit.name;

void t.test("a change is tried, then kept, withdrawn or rolled back", async (t) => {
  const { folder, file } = place(t);
  const store = await GenerationStore.open(folder, file, NOW);
  t.match(store.latest, { generation: 1, origin: "first" });
  await store.begin(settings('{"unit":{"name":"two"}}'), FACTS, null);
  t.equal(nameIn(file), "two");
  await store.keep();
  await store.begin(settings('{"unit":{"name":"three"}}'), FACTS, null);
  await store.withdraw();
  t.equal(nameIn(file), "two");
  t.equal(store.latest.generation, 2, "as if it had never been");
  await store.begin(settings('{"unit":{"name":"three"}}'), FACTS, 60_000);
  t.match(store.trial, { generation: 3, previous: 2, windowMs: 60_000 });
  t.match(await store.rollBack("not confirmed", 3_000), { generation: 4, origin: "rollback", source: 2 });
  t.equal(nameIn(file), "two");
  const again = await GenerationStore.open(folder, file, NOW);
  t.strictSame(again.facts, store.facts, "another process reads the same");
  t.equal((await again.settingsOf(3))?.unit.name, "three", "what was tried can be looked at");
  t.equal(await again.settingsOf(9), null);
});

void t.test("a file that somebody edited is adopted, one with faults is not", async (t) => {
  const { folder, file } = place(t);
  const store = await GenerationStore.open(folder, file, NOW);
  t.equal(await store.adoptFile(2_000), null);
  writeFileSync(file, '{ "unit": { "name": "old" } }');
  t.equal(await store.adoptFile(2_000), null, "the same in other words");
  writeFileSync(file, '{"unit":{"name":"edited"}}');
  t.match(await store.adoptFile(2_000), { generation: 2, origin: "file", author: "file" });
  writeFileSync(file, "{");
  t.equal(await store.adoptFile(3_000), null);
});
