import t from "tap";
import { CacheDesk } from "#appliance/service/cache-desk.ts";
import { openResponseStore } from "#appliance/service/response-store.ts";
import { Supervisor } from "#appliance/service/supervisor.ts";
import { defaultSettings } from "#settings/parse-settings.ts";
import { bodyOf, put } from "#test/store/samples.ts";
import { clock, scratchFolder } from "#test/store/scratch-store.ts";
import { until } from "#test/support/until.ts";

const ENTRIES = 1_000;

t.test("purges that the end of the unit overtakes end with it", async (t) => {
  const opened = openResponseStore(defaultSettings().cache, {
    stateDir: scratchFolder(t),
    workersMax: 1,
    clock,
    logger: () => {},
  });
  if (!opened.ok) throw new Error(opened.error);
  const { store } = opened.value;
  const supervisor = new Supervisor({
    entry: new URL("file:///none"),
    logger: () => {},
    onLog: () => {},
    unit: { instance: "test", version: "0", startedWallMs: 0 },
  });
  using desk = new CacheDesk(opened.value, supervisor, clock);
  for (let index = 0; index < ENTRIES; index += 1) {
    await put(store, `http://h.example/${index}`, bodyOf(index, 10));
    // The pending changes of one thread are bounded.
    if (index % 100 === 0) await until(() => (store.stats().entries > index - 10 ? true : undefined), 10_000);
  }
  await until(() => (desk.summary().entries === ENTRIES ? true : undefined), 10_000);
  t.match(await desk.purge({ selector: { by: "all" }, mode: "count" }), {
    ok: true,
    value: { entries: ENTRIES, bytes: 10 * ENTRIES },
  });
  const overtaken = desk.purge({ selector: { by: "all" }, mode: "remove" });
  desk[Symbol.dispose]();
  await store.close();
  const ended = { ok: false, error: "this unit ended before the purge did: purge again" };
  t.strictSame(await overtaken, ended);
  const selector = { by: "url", url: "http://h.example/1" } as const;
  t.strictSame(await desk.purge({ selector, mode: "remove" }), ended);
});
