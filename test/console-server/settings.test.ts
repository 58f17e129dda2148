/** The settings through the API: apply, conflict, confirm, roll back, history, blame, restore, drafts. */
import { readFile, writeFile } from "node:fs/promises";
import t from "tap";
import type { SettingsState } from "#console/contract/settings.ts";
import { parseSettings } from "#settings/parse-settings.ts";
import type { ConsoleClient } from "#test/support/console-client.ts";
import { type RunningConsole, startConsole } from "#test/support/running-console.ts";
import { until } from "#test/support/until.ts";

const LIMIT_MS = 10_000;

type Section = Record<string, unknown>;

/** The settings in use with one value changed. */
const changed = (state: SettingsState, section: string, values: Section): Section => ({
  ...state.settings,
  [section]: { ...(state.settings[section] as Section), ...values },
});

const apply = (
  client: ConsoleClient,
  etag: string,
  settings: Section,
  confirmWithinS: number | null = null,
): ReturnType<ConsoleClient["ask"]> =>
  client.ask("settings.apply", { ifMatch: etag, body: { settings, reason: "a test", confirmWithinS } });

/** The unit's name as the unit itself tells it. */
const unitName = async ({ admin }: RunningConsole): Promise<string> => (await admin.must("proxy.read")).unit;

void t.test("a change is a generation, and a stale one is refused with what has changed", async (t) => {
  await using console = await startConsole();
  const { admin } = console;
  const first = await admin.must("settings.read");
  t.equal(first.generation, 1);
  t.equal(first.etag, '"1"');
  const applied = await apply(admin, first.etag, changed(first, "unit", { name: "tokyo-2" }));
  t.match(applied.json, {
    generation: { generation: 2, author: "admin", reason: "a test", origin: "console", state: "current" },
    changes: [{ path: "unit.name", section: "unit", kind: "changed", before: "futago", after: "tokyo-2" }],
    pending: null,
  });
  t.equal(await unitName(console), "tokyo-2", "the unit has it");
  const stale = await apply(admin, first.etag, changed(first, "dns", { timeoutMs: 3_000 }));
  t.equal(stale.status, 412);
  t.match(stale.json, {
    kind: "stale",
    current: { generation: 2, author: "admin", changes: [{ path: "unit.name" }] },
  });
  t.equal((await admin.must("settings.read")).generation, 2, "nothing was changed");
  t.equal(
    await admin.kindOf("settings.apply", { body: { reason: "x", confirmWithinS: null } }),
    "precondition-needed",
  );
  const now = await admin.must("settings.read");
  t.match((await apply(admin, now.etag, { ...now.settings })).json, { kind: "no-change" });
  t.match((await apply(admin, now.etag, changed(now, "dns", { timeoutMs: 1 }))).json, {
    kind: "settings-faults",
    faults: [{ path: "dns.timeoutMs" }],
  });
  t.match(await admin.must("settings.difference", { query: { from: 1, to: 2 } }), {
    changes: [{ path: "unit.name" }],
  });
  const blame = await admin.must("settings.blame");
  t.match(
    blame.rows.find(({ path }) => path === "unit.name"),
    { generation: 2, author: "admin" },
  );
  t.match(
    blame.rows.find(({ path }) => path === "dns.timeoutMs"),
    { generation: 1, author: "futago" },
  );
  const restored = await admin.ask("settings.restore", {
    params: { number: 1 },
    ifMatch: now.etag,
    body: { reason: "back", confirmWithinS: null },
  });
  t.match(restored.json, { generation: { generation: 3, origin: "restore", source: 1 } });
  t.equal(await unitName(console), "futago");
  const { generations } = await admin.must("settings.history");
  t.strictSame(
    generations.map(({ generation, state }) => [generation, state]),
    [
      [3, "current"],
      [2, "past"],
      [1, "past"],
    ],
  );
});

void t.test("what the unit refuses leaves no generation behind", async (t) => {
  await using console = await startConsole();
  const { admin } = console;
  const before = await admin.must("settings.read");
  const text = await readFile(console.unit.settingsFile, "utf8");
  const taken = await apply(admin, before.etag, {
    ...before.settings,
    listen: [{ address: "192.0.2.77", port: 3128 }],
  });
  t.match(taken.json, { kind: "settings-faults" });
  const refused = await apply(admin, before.etag, changed(before, "upstream", { caFile: "/nowhere/ca.pem" }));
  t.match(refused.json, { kind: "apply-refused", detail: /caFile/ });
  t.same(parseSettings(await readFile(console.unit.settingsFile, "utf8")), parseSettings(text));
  t.equal((await admin.must("settings.read")).generation, 1);
  t.match(
    await apply(admin, '"1"', changed(before, "dns", { timeoutMs: 3_000 })),
    { status: 200 },
    "the next one works",
  );
});

void t.test("a change that waits is confirmed or rolled back", async (t) => {
  await using console = await startConsole();
  const { admin } = console;
  const first = await admin.must("settings.read");
  await apply(admin, first.etag, changed(first, "unit", { name: "trial-1" }), 30);
  const { pending } = await admin.must("settings.pending");
  t.match(pending, { generation: 2, previous: 1, windowMs: 30_000 });
  t.ok((pending?.leftMs ?? 0) > 20_000 && (pending?.leftMs ?? 0) <= 30_000);
  const second = await admin.must("settings.read");
  t.match((await apply(admin, second.etag, changed(second, "unit", { name: "x" }))).json, {
    kind: "change-pending",
  });
  t.match(await admin.must("settings.confirm"), { generation: 2, state: "current" });
  t.equal(await admin.kindOf("settings.confirm"), "conflict", "once");
  await apply(admin, second.etag, changed(second, "unit", { name: "trial-2" }), 600);
  t.equal(await unitName(console), "trial-2");
  t.match(await admin.must("settings.revert"), { generation: 4, origin: "rollback", source: 2 });
  t.equal(await unitName(console), "trial-1");
  const { generations } = await admin.must("settings.history");
  t.strictSame(
    generations.map(({ state }) => state),
    ["current", "rolled-back", "past", "past"],
  );
});

void t.test(
  "a console that moves is confirmed from its new place, and is still at the old one until then",
  async (t) => {
    await using console = await startConsole();
    const { admin } = console;
    const first = await admin.must("settings.read");
    await apply(
      admin,
      first.etag,
      changed(first, "console", { listen: [{ address: "127.0.0.2", port: 0 }] }),
      30,
    );
    t.equal(await admin.kindOf("settings.pending"), "done", "the old place answers");
    const { text } = await admin.ask("logs.rows", { params: { log: "unit" } });
    t.match(text, /console-started/);
    const place = await until(async () => {
      const { connections } = await admin.must("network.connections");
      return connections.find(({ state, local }) => state === "listen" && local.startsWith("127.0.0.2:"))
        ?.local;
    }, LIMIT_MS);
    const moved = console.newClient();
    Object.assign(moved, { base: `http://${place}/` });
    moved.origin = `http://${place}`;
    moved.cookie = admin.cookie;
    t.match(await moved.must("settings.confirm"), { generation: 2, state: "current" });
    await t.rejects(
      until(async () => admin.kindOf("session.read").then(() => undefined), LIMIT_MS),
      { message: /fetch failed|socket|terminated/ },
      "the old place is closed",
    );
  },
);

void t.test("drafts are staged by person, and say when they are stale", async (t) => {
  await using console = await startConsole();
  const { admin } = console;
  const first = await admin.must("settings.read");
  t.same(await admin.must("settings.draft.read"), { draft: null });
  const settings = changed(first, "unit", { name: "drafted" });
  t.match(await admin.must("settings.draft.write", { body: { base: 1, settings } }), {
    draft: { base: 1, isStale: false, check: { faults: [], changes: [{ path: "unit.name" }] } },
  });
  await apply(admin, first.etag, changed(first, "dns", { timeoutMs: 4_000 }));
  t.match(await admin.must("settings.draft.read"), { draft: { isStale: true } });
  t.equal(
    await admin.kindOf("settings.apply", { ifMatch: '"1"', body: { reason: "x", confirmWithinS: null } }),
    "stale",
  );
  const now = await admin.must("settings.read");
  await admin.must("settings.draft.write", {
    body: { base: 2, settings: changed(now, "unit", { name: "merged" }) },
  });
  t.equal(
    await admin.kindOf("settings.apply", { ifMatch: '"2"', body: { reason: "x", confirmWithinS: null } }),
    "done",
  );
  t.same(await admin.must("settings.draft.read"), { draft: null }, "an applied draft is gone");
});

void t.test("a file that was edited by hand becomes a generation", async (t) => {
  await using console = await startConsole();
  const { admin, unit } = console;
  const settings = JSON.parse(await readFile(unit.settingsFile, "utf8")) as Section;
  await writeFile(unit.settingsFile, JSON.stringify({ ...settings, unit: { name: "by-hand" } }));
  const adopted = await until(async () => {
    const state = await admin.must("settings.read");
    return state.generation === 2 ? state : undefined;
  }, LIMIT_MS);
  t.match(adopted, { author: "file", settings: { unit: { name: "by-hand" } } });
});
