/** Two units' consoles: shared settings compared and copied, and the other's pages through this one. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import t from "tap";
import type { SettingsState } from "#console/contract/settings.ts";
import { ConsoleClient } from "#test/support/console-client.ts";
import { startTwins } from "#test/support/console-twins.ts";
import { ADMIN_PASSWORD, type RunningConsole, startConsole } from "#test/support/running-console.ts";
import { until } from "#test/support/until.ts";

// The certificates of these units are self-signed.
process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";

const LIMIT_MS = 15_000;

async function changeOf({ admin }: RunningConsole, section: string, values: object): Promise<void> {
  const now: SettingsState = await admin.must("settings.read");
  const settings = { ...now.settings, [section]: { ...(now.settings[section] as object), ...values } };
  await admin.must("settings.apply", {
    ifMatch: now.etag,
    body: { settings, reason: "a test", confirmWithinS: null },
  });
}

const settingOf = async ({ admin }: RunningConsole, section: string, name: string): Promise<unknown> =>
  ((await admin.must("settings.read")).settings[section] as Record<string, unknown>)[name];

async function archiveOf({ url, admin }: RunningConsole): Promise<string> {
  const response = await fetch(`${url}api/v1/support-bundle`, { headers: { cookie: admin.cookie ?? "" } });
  return gunzipSync(Buffer.from(await response.arrayBuffer())).toString("latin1");
}

/** Which folders of the bundle tell of which unit. */
async function bundledUnits(console: RunningConsole): Promise<readonly string[]> {
  const archive = await archiveOf(console);
  return [...archive.matchAll(/([a-z]+-unit)\/about\.json\0.*?"unit": "([^"]+)"/gs)]
    .map(([, folder, unit]) => `${folder} ${unit}`)
    .sort();
}

void t.test("shared settings are compared and copied; what is one unit's own stays", async (t) => {
  const [a, b] = await startTwins(t, { isSecure: false });
  t.match(await a.admin.must("pair.sync.read"), { fault: null, enabled: false });
  await changeOf(a, "dns", { timeoutMs: 3_210 });
  const compared = await a.admin.must("pair.sync.read");
  t.match(
    compared.sections.find(({ section }) => section === "dns"),
    { state: "different", paths: ["dns.timeoutMs"] },
  );
  t.match(
    compared.sections.find(({ section }) => section === "limits"),
    { state: "equal" },
  );
  t.notOk(
    compared.sections.some(({ section }) => ["unit", "listen", "console"].includes(section)),
    "own ones",
  );
  t.equal(await settingOf(b, "dns", "timeoutMs"), 5_000, "nothing is copied by itself");
  t.match(await a.admin.must("pair.sync.send", { body: { sections: ["dns"] } }), { lastSent: { ok: true } });
  t.equal(await settingOf(b, "dns", "timeoutMs"), 3_210);
  t.match(await b.admin.must("settings.read"), {
    author: "peer:unit-a",
    settings: { unit: { name: "unit-b" } },
  });
  t.equal(await a.admin.kindOf("pair.sync.send", { body: { sections: ["unit"] } }), "bad-request");
  await changeOf(a, "console", { sharePairSettings: true });
  await changeOf(a, "dns", { timeoutMs: 4_321 });
  await until(async () => ((await settingOf(b, "dns", "timeoutMs")) === 4_321 ? true : undefined), LIMIT_MS);
  t.strictSame(await bundledUnits(a), ["other-unit unit-b", "this-unit unit-a"]);
  const stranger = a.newClient();
  t.equal(await stranger.kindOf("pair.sync.offer"), "not-signed-in");
  const forged = { "futago-pair": `${Date.now()} ${"0".repeat(32)} ${"0".repeat(64)}` };
  t.equal(await stranger.kindOf("pair.sync.offer", { headers: forged }), "not-signed-in");
  b.unit.signal("SIGTERM");
  await b.unit.exited;
  const before = performance.now();
  await changeOf(a, "dns", { timeoutMs: 5_432 });
  t.ok(performance.now() - before < 5_000, "a dead peer is not waited for");
  t.match(await a.admin.must("pair.sync.read"), { comparedAt: null, fault: /cannot be asked/ });
  const bundle = await archiveOf(a);
  t.match(bundle, /other-unit\/missing\.txt.*Nothing of the other unit is here: .*ECONNREFUSED/s);
  t.match(bundle, "this-unit/unit.log", "what is here comes all the same");
});

void t.test("the other unit's console through this one, with its own sign-in", async (t) => {
  const [a, b] = await startTwins(t, { isSecure: true });
  t.match(a.url, /^https:/);
  const through = new ConsoleClient(`${a.url}peer/`);
  t.equal(await through.kindOf("session.read"), "not-signed-in", "only for who has signed in here");
  through.cookie = a.admin.cookie;
  t.match(await through.must("session.read"), { unit: "unit-b", session: null }, "and not yet there");
  through.origin = a.url.slice(0, -1);
  t.equal(await through.signIn("admin", ADMIN_PASSWORD), "done");
  t.match(through.cookie, /^__Host-futago-peer=/);
  through.cookie = `${a.admin.cookie}; ${through.cookie}`;
  t.match(await through.must("overview.read"), { unit: "unit-b" });
  t.match(await a.admin.must("overview.read"), { unit: "unit-a" }, "the session here is another");
  through.origin = "https://evil.example";
  t.equal(await through.kindOf("pair.announce"), "cross-site");
  const { rows } = await a.admin.must("audit.list");
  t.match(
    rows.find(({ action }) => action === "peer.certificate"),
    { outcome: "done", detail: /^127\.0\.0\.2 has/ },
  );
  await b.admin.must("certificate.generate", { body: { names: ["unit-b.example"] } });
  t.match((await b.admin.must("certificate.read")).certificate?.names, ["unit-b.example"]);
});

void t.test("a key is kept in a file for the settings, given or made, and told once", async (t) => {
  await using console = await startConsole();
  const { admin, unit } = console;
  const made = await admin.must("pair.keys.add", { body: {} });
  t.match(made.madeKey, /^[\w-]{43}$/);
  t.equal(readFileSync(made.keyFile, "latin1").trim(), made.madeKey);
  t.equal(statSync(made.keyFile).mode & 0o077, 0, "nobody else may read it");
  const given = await admin.must("pair.keys.add", { body: { key: made.madeKey ?? "" } });
  t.equal(given.madeKey, null);
  t.not(given.keyFile, made.keyFile, "a file of its own: a roll-back has the old one");
  await changeOf(console, "redundancy", { keyFile: made.keyFile });
  for (let more = 0; more < 20; more += 1) await admin.must("pair.keys.add", { body: {} });
  t.ok(existsSync(made.keyFile), "the one in use stays");
  t.ok(readdirSync(join(unit.stateDir, "pair-keys")).length <= 17);
  const refused = await admin.ask("pair.keys.add", { body: { key: "too short" } });
  t.equal(refused.status, 400);
  const audited = JSON.stringify(await admin.must("audit.list", { query: { limit: 50 } }));
  t.match(audited, "pair.keys.add");
  t.notMatch(audited, made.madeKey ?? "", "no key in the audit log");
});
