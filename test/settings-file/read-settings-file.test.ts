import { chmodSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { defaultSettings } from "#settings/parse-settings.ts";
import { readSettingsFile } from "#settings-file/read-settings-file.ts";

t.test("a file of settings is read, with the defaults filled in", async (t) => {
  const path = join(t.testdir({ "settings.json": '{ "workers": 3 }\n' }), "settings.json");
  t.strictSame(await readSettingsFile(path), { ok: true, value: { ...defaultSettings(), workers: 3 } });
});

t.test("what is no settings file is told by what it is", async (t) => {
  const folder = t.testdir({
    "latin1.json": Buffer.from('{ "unit": { "name": "\xe9" } }', "latin1"),
    "bom.json": "\ufeff{}",
    "long.json": " ".repeat(1024 * 1024 + 1),
    "longest.json": `{}${" ".repeat(1024 * 1024 - 2)}`,
    "bad.json": "{",
    folder: {},
  });
  const firstFault = async (name: string): Promise<string> => {
    const outcome = await readSettingsFile(join(folder, name));
    return outcome.ok ? "ok" : `${outcome.error[0]?.found} / ${outcome.error[0]?.expected}`;
  };
  t.equal(await firstFault("missing.json"), "no such file / a settings file that can be read");
  t.equal(
    await firstFault("bad.json/settings.json"),
    "no such file: a part of its path is not a folder / a settings file that can be read",
  );
  t.equal(await firstFault("folder"), "a folder / a settings file that can be read");
  t.equal(await firstFault("latin1.json"), "bytes that are not UTF-8 / JSON in UTF-8");
  t.match(await firstFault("bom.json"), /^a byte order mark at line 1, column 1/);
  t.equal(await firstFault("long.json"), "a file of more than 1 MiB / at most 1 MiB");
  t.equal(await firstFault("longest.json"), "ok");
  t.match(await firstFault("bad.json"), /^the end of the text at line 1, column 2/);
});

t.test("a file without read permission is told", { skip: process.getuid?.() === 0 }, async (t) => {
  const path = join(t.testdir({ "settings.json": "{}" }), "settings.json");
  chmodSync(path, 0o000);
  const outcome = await readSettingsFile(path);
  t.match(outcome, { ok: false, error: [{ found: "a file that this user may not read" }] });
});
