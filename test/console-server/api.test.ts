/** Every answer fits the contract, on a real unit; and what the pages of upkeep do. */
import { readFileSync, statSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import t from "tap";
import { type AnswerOf, ROUTES } from "#console/contract/routes.ts";
import type { SettingsState } from "#console/contract/settings.ts";
import { totpCode } from "#console/server/totp.ts";
import { futago } from "#test/support/futago-command.ts";
import { ADMIN_PASSWORD, startConsole } from "#test/support/running-console.ts";
import { until } from "#test/support/until.ts";

const LIMIT_MS = 10_000;
const JSON_TYPE = "application/json";

/** What a read needs to be asked with. */
const PARAMS = { log: "unit", number: 1 } as const;
const QUERIES: Readonly<Record<string, Readonly<Record<string, string | number>>>> = {
  "settings.difference": { from: 1, to: 1 },
};
/** They need a peer, or do not end. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  "events.stream",
  "pair.sync.offer",
  "pair.support.offer",
  "explain.request",
]);

void t.test("every read answers, and as the contract says", async (t) => {
  await using console = await startConsole();
  for (const route of ROUTES.filter(({ method, name }) => method === "GET" && !ELSEWHERE.has(name))) {
    const { status, text } = await console.admin.ask(route.name, {
      params: PARAMS,
      query: QUERIES[route.name] ?? {},
    });
    t.equal(status, 200, `${route.name}: ${text.slice(0, 200)}`);
  }
  t.match(await console.admin.must("audit.verify"), { intact: true, brokenAt: null });
});

void t.test(
  "a request is explained by the id that its error page shows, when the settings keep ids",
  async (t) => {
    await using console = await startConsole({ accessLog: { requestIds: true } });
    const { admin, unit } = console;
    const answer = await new Promise<string>((resolve, reject) => {
      const { hostname, port } = new URL(unit.url);
      const options = {
        host: hostname,
        port,
        path: "http://169.254.169.254/",
        headers: { accept: JSON_TYPE },
      };
      get(options, (response) => void text(response).then(resolve, reject)).once("error", reject);
    });
    const { requestId: request } = JSON.parse(answer) as { readonly requestId: string };
    const explained = await until(async () => {
      const { status, json } = await admin.ask("explain.request", { params: { request } });
      return status === 200 ? (json as AnswerOf<"explain.request">) : undefined;
    }, LIMIT_MS);
    t.match(explained, { url: "http://169.254.169.254/", outcome: "refused" });
    t.match(explained.steps.at(-2), { step: "egress", verdict: "refuse", japanese: String });
    t.equal(await admin.kindOf("explain.request", { params: { request: "a-b-c" } }), "not-found");
  },
);

void t.test("the command line may do what the pages may, over a socket that is its user's own", async (t) => {
  await using console = await startConsole();
  const { stateDir } = console.unit;
  const state = ["--state", stateDir];
  t.equal(statSync(join(stateDir, "console.sock")).mode & 0o777, 0o600);
  const overview = await futago("api", "overview.read", ...state);
  t.match(JSON.parse(overview.out), { generation: 1, proxy: { state: "serving" } });
  const log = ["log=unit", "text=console-started", "limit=1"];
  t.match((await futago("api", "logs.rows", ...log, ...state)).out, /console-started/);
  const { settings } = await console.admin.must("settings.read");
  const body = JSON.stringify({
    settings: { ...settings, unit: { name: "typed" } },
    reason: "x",
    confirmWithinS: null,
  });
  const apply = ["api", "settings.apply", "--body", body, ...state];
  t.match(await futago(...apply, "--generation", "7"), { code: 1, err: /changed/ });
  t.equal((await futago(...apply, "--generation", "1")).code, 0);
  t.match(await console.admin.must("settings.read"), { generation: 2, author: "command line" });
  t.match(await futago("api", "overview.raed", ...state), { code: 64, err: /did you mean "overview.read"/ });
  t.match(await futago("api", "logs.rows", ...state), { code: 64, err: /needs log=VALUE/ });
  t.match(await futago("api", "users.list", "--state", "/nowhere"), { code: 1, err: /no console answers/ });
  const file = join(stateDir, "support.tar.gz");
  t.match(await futago("support", file, ...state), { code: 0, out: /no other unit is set/ });
  t.match(gunzipSync(readFileSync(file)).toString("latin1"), "this-unit/settings.json");
});

void t.test("services are stopped and started, and clients feel it", async (t) => {
  await using console = await startConsole({ drain: { timeoutMs: 500 } });
  const { admin, unit } = console;
  const answers = (): Promise<boolean> =>
    fetch(`${unit.url}/`).then(
      () => true,
      () => false,
    );
  const state = async (): Promise<string | undefined> =>
    (await admin.must("services.list")).services.find(({ service }) => service === "proxy")?.state;
  t.equal(await answers(), true);
  await admin.must("proxy.action", { body: { action: "stop" } });
  await until(async () => ((await state()) === "stopped" ? true : undefined), LIMIT_MS);
  t.equal(await answers(), false);
  t.match(await admin.must("overview.read"), {
    proxy: { state: "stopped" },
    alerts: [{ code: "proxy-stopped" }],
  });
  await admin.must("services.action", { params: { service: "proxy" }, body: { action: "start" } });
  t.equal(await answers(), true);
  await admin.must("proxy.action", { body: { action: "restart" } });
  t.equal(await answers(), true);
  t.equal(
    await admin.kindOf("services.action", { params: { service: "heartbeat" }, body: { action: "start" } }),
    "conflict",
  );
});

void t.test("cache and explanation", async (t) => {
  await using console = await startConsole();
  const { admin } = console;
  t.match(await admin.must("cache.purge", { body: { selector: { by: "all" }, mode: "count" } }), {
    entries: 0,
  });
  t.equal(
    await admin.kindOf("cache.purge", { body: { selector: { by: "host", host: "a b" }, mode: "count" } }),
    "bad-request",
  );
  t.match(await admin.must("cache.inspect", { body: { url: "http://example.com/" } }), { verdict: "miss" });
  const refused = await admin.must("explain.url", {
    body: { url: "http://10.0.0.1/", clientAddress: "127.0.0.1" },
  });
  t.match(refused, { outcome: "refused" });
  t.match(refused.steps.at(-1), { step: "egress", verdict: "refuse", text: /private/ });
  const foreign = await admin.must("explain.url", {
    body: { url: "http://127.0.0.1:1/", clientAddress: "192.0.2.1" },
  });
  t.match(
    foreign.steps.find(({ verdict }) => verdict === "refuse"),
    { step: "client", setting: "clients.allowedNetworks" },
  );
  t.match(await admin.must("explain.url", { body: { url: "http://127.0.0.1:1/" } }), {
    outcome: "forwarded",
  });
  t.equal(await admin.kindOf("explain.url", { body: { url: "nothing" } }), "bad-request");
});

void t.test("the WPAD server is turned on, and its script evaluated", async (t) => {
  await using console = await startConsole({ wpad: { listen: [{ address: "127.0.0.1", port: 0 }] } });
  const { admin } = console;
  t.match(await admin.must("wpad.read"), { state: "off", script: null });
  const question = { url: "https://example.com/", clientAddress: "192.0.2.7" };
  t.equal(await admin.kindOf("wpad.evaluate", { body: question }), "conflict", "nothing to list yet");
  const now: SettingsState = await admin.must("settings.read");
  const proxies = [
    { name: "a", host: "192.0.2.1", port: 8080, unit: "this" },
    { name: "b", host: "192.0.2.2", port: 8080, unit: "peer" },
  ];
  const settings = { ...now.settings, wpad: { ...(now.settings["wpad"] as object), enabled: true, proxies } };
  await admin.must("settings.apply", {
    ifMatch: now.etag,
    body: { settings, reason: "x", confirmWithinS: null },
  });
  const state = await until(async () => {
    const told = await admin.must("wpad.read");
    return told.state === "serving" && told.listening.length > 0 ? told : undefined;
  }, LIMIT_MS);
  t.match(state.script, /function FindProxyForURL/);
  t.match(await admin.must("wpad.evaluate", { body: question }), {
    result: "PROXY 192.0.2.2:8080; PROXY 192.0.2.1:8080",
    reason: /last octet/,
  });
  t.match(await admin.must("wpad.evaluate", { body: { ...question, url: "http://127.0.0.1/" } }), {
    result: "DIRECT",
  });
  const { services } = await admin.must("services.list");
  t.match(
    services.find(({ service }) => service === "wpad"),
    { state: "running", atStart: true },
  );
});

void t.test("a backup comes back, and not without its passphrase", async (t) => {
  await using console = await startConsole();
  const { admin } = console;
  const passphrase = "open sesame please";
  const { file } = await admin.must("backup.create", { body: { passphrase } });
  t.notMatch(file, /argon2/, "accounts are not to be read");
  const first: SettingsState = await admin.must("settings.read");
  const settings = { ...first.settings, unit: { name: "changed" } };
  await admin.must("settings.apply", {
    ifMatch: first.etag,
    body: { settings, reason: "x", confirmWithinS: null },
  });
  t.match(await admin.must("backup.preview", { body: { file, passphrase } }), {
    generation: 1,
    check: { changes: [{ path: "unit.name", before: "changed", after: "futago" }] },
    users: ["admin"],
  });
  const restore = { file, withSecrets: true, reason: "back", confirmWithinS: null };
  const wrong = { ...restore, passphrase: "open sesame" };
  t.equal(await admin.kindOf("backup.restore", { ifMatch: '"2"', body: wrong }), "wrong-credentials");
  const forged = { ...restore, passphrase, file: file.replace('"generation": 1', '"generation": 7') };
  t.equal(
    await admin.kindOf("backup.restore", { ifMatch: '"2"', body: forged }),
    "wrong-credentials",
    "it was changed",
  );
  t.match(await admin.must("backup.restore", { ifMatch: '"2"', body: { ...restore, passphrase } }), {
    generation: { generation: 3, origin: "backup" },
  });
  t.equal((await admin.must("proxy.read")).unit, "futago");
});

void t.test("the bundle for support has no secrets in it", async (t) => {
  await using console = await startConsole();
  const { admin } = console;
  const { secret } = await admin.must("tokens.create", {
    body: { label: "t", role: "operator", networks: [], expiresInHours: 1 },
  });
  const response = await fetch(`${console.url}api/v1/support-bundle`, {
    headers: { cookie: admin.cookie ?? "" },
  });
  t.equal(response.headers.get("content-type"), "application/gzip");
  const archive = gunzipSync(Buffer.from(await response.arrayBuffer())).toString("latin1");
  for (const name of ["about.json", "settings.json", "status.json", "unit.log", "audit.json"])
    t.match(archive, `this-unit/${name}`);
  t.match(archive, "Nothing of the other unit is here: no other unit is set");
  t.notOk(archive.includes(secret) || archive.includes(console.oneTimePassword) || archive.includes("$m="));
  t.notOk(archive.includes((admin.cookie ?? "").split("=")[1] ?? "none"));
});

void t.test("one-time codes: begun, confirmed, asked for, each good once, recovered from", async (t) => {
  await using console = await startConsole();
  const { admin } = console;
  const { secret, uri } = await admin.must("account.totp.begin");
  t.match(uri, /^otpauth:\/\/totp\/Futago.*secret=[A-Z2-7]{32}&/);
  t.equal(await admin.kindOf("account.totp.confirm", { body: { code: "000000" } }), "wrong-credentials");
  const code = totpCode(secret, Date.now());
  const { recoveryCodes } = await admin.must("account.totp.confirm", { body: { code } });
  t.equal(recoveryCodes.length, 10);
  const other = console.newClient();
  t.equal(await other.signIn("admin", ADMIN_PASSWORD), "code-needed");
  t.equal(await other.signIn("admin", ADMIN_PASSWORD, code), "wrong-credentials", "used already");
  const [recovery = ""] = recoveryCodes;
  t.equal(await other.signIn("admin", ADMIN_PASSWORD, recovery), "done");
  t.equal(
    await console.newClient().signIn("admin", ADMIN_PASSWORD, recovery),
    "wrong-credentials",
    "used already",
  );
  t.equal(await other.kindOf("account.totp.remove", { body: { password: "wrong" } }), "wrong-credentials");
});
