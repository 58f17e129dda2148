/** What goes on while people look: news, logs of a million lines, roll-backs under load, memory. */
import { once } from "node:events";
import { closeSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import t from "tap";
import type { SettingsState } from "#console/contract/settings.ts";
import { EventReader } from "#test/support/event-reader.ts";
import { type RunningConsole, startConsole } from "#test/support/running-console.ts";
import { until } from "#test/support/until.ts";

const LIMIT_MS = 15_000;
const SETTLE_MS = 60_000;
const LINES = 1_000_000;
const ROLLBACKS = 20;
const MEBIBYTE = 1024 * 1024;
const MEMORY_BYTES_MAX = 120 * MEBIBYTE;

/** An access log in the squid form, a line a millisecond. */
function writeAccessLog(path: string, lines: number): void {
  const file = openSync(path, "w");
  const startedMs = Date.UTC(2026, 0, 2);
  let text = "";
  for (let line = 0; line < lines; line += 1) {
    const ms = startedMs + line;
    const host = line % 1_000;
    text += `${Math.floor(ms / 1_000)}.${String(ms % 1_000).padStart(3, "0")}     12 192.0.2.${line % 250} TCP_MISS/${line % 500 === 0 ? 503 : 200} 4567 GET http://host-${host}.example/${line} - HIER_DIRECT/198.51.100.9 text/html reason=complete in=123\n`;
    if (text.length < MEBIBYTE) continue;
    writeSync(file, text);
    text = "";
  }
  writeSync(file, text);
  closeSync(file);
}

/** Anonymous memory of a process: what nothing else could use. */
function anonymousBytes(pid: number): number {
  const [, kib] = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib) * 1024;
}

void t.test("a log of a million lines opens at once, and is searched within its time", async (t) => {
  await using console = await startConsole({
    accessLog: { format: "squid", rotateBytes: 0, rotateDaily: false },
  });
  const { admin, unit } = console;
  const path = join(unit.stateDir, "log/access.log");
  writeAccessLog(path, LINES);
  t.ok(statSync(path).size > 100 * MEBIBYTE);
  const timed = async (
    query: Readonly<Record<string, string | number>>,
  ): Promise<{ rows: unknown[]; next: number | null; ms: number }> => {
    const startedMs = performance.now();
    const { rows, next } = await admin.must("logs.rows", { params: { log: "access" }, query });
    return { rows, next, ms: performance.now() - startedMs };
  };
  const opened = await timed({ limit: 200 });
  t.comment(`opened in ${Math.round(opened.ms)} ms`);
  t.ok(opened.ms < 1_000, `${opened.ms} ms`);
  t.match(opened.rows[0], { url: `http://host-999.example/${LINES - 1}`, status: 200, method: "GET" });
  t.equal(opened.rows.length, 200);
  const search = async (
    filter: Readonly<Record<string, string | number>>,
    wanted: number,
  ): Promise<unknown[]> => {
    let [next, pages, found]: [number | null, number, unknown[]] = [null, 0, []];
    do {
      const page = await timed({ ...filter, limit: wanted, ...(next === null ? {} : { before: next }) });
      t.ok(page.ms < 3_000, `a page of a search: ${Math.round(page.ms)} ms`);
      found = [...found, ...page.rows];
      next = page.next;
      pages += 1;
    } while (next !== null && found.length < wanted);
    t.comment(`${JSON.stringify(filter)}: ${found.length} found after ${pages} pages`);
    return found;
  };
  t.equal((await search({ status: "5xx" }, 100)).length >= 100, true);
  t.match(
    await search({ text: "host-77.example/77 " }, 1),
    [{ url: "http://host-77.example/77" }],
    "at the beginning",
  );
});

void t.test("news: figures each second, changes at once, at most 200 rows of a log a second", async (t) => {
  await using console = await startConsole({ accessLog: { format: "squid" } });
  const { admin, unit } = console;
  const query = "topics=figures,settings,services,pair,log&log=access";
  await using reader = await EventReader.open(`${console.url}api/v1/events?${query}`, admin.cookie ?? "");
  t.match((await reader.next("figures", LIMIT_MS)).data, { values: { memory: Number } });
  t.match((await reader.next("pair", LIMIT_MS)).data, { enabled: false });
  const first: SettingsState = await admin.must("settings.read");
  const settings = { ...first.settings, unit: { name: "news" } };
  await admin.must("settings.apply", {
    ifMatch: first.etag,
    body: { settings, reason: "x", confirmWithinS: 30 },
  });
  t.match((await reader.next("settings", LIMIT_MS)).data, { generation: 2, pending: { generation: 2 } });
  await admin.must("settings.confirm");
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const ask = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const outgoing = request(`${unit.url}/`, { agent }, (response) =>
        response.resume().once("end", resolve),
      );
      outgoing.once("error", reject).end();
    });
  for (let batch = 0; batch < 100; batch += 1) await Promise.all(Array.from({ length: 20 }, ask));
  agent.destroy();
  let [told, leftOut, most] = [0, 0, 0];
  await until(async () => {
    const { data } = await reader.next("log", LIMIT_MS);
    const news = data as { readonly rows: unknown[]; readonly leftOut: number };
    most = Math.max(most, news.rows.length);
    told += news.rows.length;
    leftOut += news.leftOut;
    return told + leftOut >= 2_000 ? true : undefined;
  }, LIMIT_MS);
  t.ok(most <= 200, `${most} rows at once`);
  t.ok(told + leftOut >= 2_000, `${told} told, ${leftOut} left out`);
  await admin.must("session.remove");
  t.match((await reader.next("end", LIMIT_MS)).data, { why: "idle" }, "signed out: the news ends");
});

/** Clients with kept connections and a long download, until they are stopped. */
async function load(
  t: { teardown(end: () => unknown): unknown },
  proxy: number,
): Promise<{ stop(): Promise<{ requests: number; faults: string[]; bytes: number }> }> {
  const origin = createServer((incoming, response) => {
    if (incoming.url !== "/long") return void response.end("x".repeat(1_000));
    const timer = setInterval(() => response.write("y".repeat(100)), 20);
    response.once("close", () => clearInterval(timer));
  });
  origin.listen(0, "127.0.0.1");
  await once(origin, "listening");
  t.teardown(() => origin.close().closeAllConnections());
  const { port } = origin.address() as AddressInfo;
  const faults: string[] = [];
  let [isStopped, requests, bytes] = [false, 0, 0];
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const get = (path: string, onData: (part: Buffer) => void): Promise<void> =>
    new Promise((resolve) => {
      const outgoing = request({
        agent,
        host: "127.0.0.1",
        port: proxy,
        path: `http://127.0.0.1:${port}${path}`,
      });
      outgoing.once("response", (response) => {
        response.on("data", onData);
        response.once("end", resolve);
        response.once("aborted", () => {
          if (!isStopped) faults.push(`${path}: cut`);
          resolve();
        });
      });
      outgoing.once("error", (error) => {
        if (!isStopped) faults.push(`${path}: ${error.message}`);
        resolve();
      });
      outgoing.end();
    });
  const running = [0, 1].map(async (client) => {
    while (!isStopped) {
      await get(`/${client}-${requests}`, () => {});
      requests += 1;
    }
  });
  const long = get("/long", (part) => {
    bytes += part.length;
  });
  return {
    stop: async () => {
      isStopped = true;
      await Promise.all(running);
      agent.destroy();
      await long;
      return { requests, faults, bytes };
    },
  };
}

void t.test(`${ROLLBACKS} roll-backs drop no client's connection`, async (t) => {
  await using console = await startConsole();
  const { admin, unit } = console;
  const clients = await load(t, unit.port);
  for (let round = 0; round < ROLLBACKS; round += 1) {
    const now: SettingsState = await admin.must("settings.read");
    const settings = {
      ...now.settings,
      unit: { name: `trial-${round}` },
      dns: { ...(now.settings["dns"] as object), timeoutMs: 1_000 + round },
    };
    await admin.must("settings.apply", {
      ifMatch: now.etag,
      body: { settings, reason: "x", confirmWithinS: 600 },
    });
    await admin.must("settings.revert");
  }
  const { requests, faults, bytes } = await clients.stop();
  t.strictSame(faults, [], "nothing was dropped");
  t.comment(`${requests} requests and ${bytes} bytes of one download meanwhile`);
  t.ok(requests > ROLLBACKS && bytes > 0);
  t.equal((await admin.must("proxy.read")).unit, "futago");
  t.equal((await admin.must("settings.read")).generation, 1 + 2 * ROLLBACKS);
});

void t.test("the console's end is not the unit's, and an unconfirmed change goes on waiting", async (t) => {
  await using console: RunningConsole = await startConsole();
  const { admin, unit } = console;
  const first: SettingsState = await admin.must("settings.read");
  const settings = { ...first.settings, unit: { name: "trial" } };
  await admin.must("settings.apply", {
    ifMatch: first.etag,
    body: { settings, reason: "x", confirmWithinS: 30 },
  });
  process.kill(await console.pid(), "SIGKILL");
  const places = (): readonly string[] => unit.output().match(/^ {2}console {2}\S+$/gm) ?? [];
  await until(() => (places().length === 2 ? true : undefined), LIMIT_MS);
  const again = console.newClient();
  Object.assign(again, {
    base: places().at(-1)?.split("  ").at(-1) ?? "",
  });
  again.origin = new URL(again.base).origin;
  t.equal(await again.signIn("admin", "correct horse 42"), "done");
  const { pending } = await again.must("settings.pending");
  t.match(pending, { generation: 2, previous: 1 });
  t.ok((pending?.leftMs ?? 0) < 30_000, "and its time has gone on");
  t.match(await again.must("settings.revert"), { source: 1 });
  t.equal((await again.must("proxy.read")).unit, "futago");
});

void t.test("pages that are looked at for long do not make it grow", async (t) => {
  await using console = await startConsole({ accessLog: { format: "squid" } });
  const { admin, unit } = console;
  writeAccessLog(join(unit.stateDir, "log/access.log"), 100_000);
  const readers = await Promise.all(
    Array.from({ length: 6 }, () =>
      EventReader.open(
        `${console.url}api/v1/events?topics=figures,pair,alerts,services,log&log=access`,
        admin.cookie ?? "",
      ),
    ),
  );
  // An hour of pages that ask every ten seconds, as fast as it goes.
  for (let round = 0; round < 360; round += 1)
    await Promise.all([
      admin.must("overview.read"),
      admin.must("series.read", { query: { span: "hour" } }),
      admin.must("access.read", { query: { span: "hour" } }),
      admin.must("logs.rows", { params: { log: "access" }, query: { limit: 200 } }),
    ]);
  // Asked sixty times as fast as by pages, the engine is behind with collecting: it catches up while the news go on.
  const pid = await console.pid();
  t.comment(`${Math.round(anonymousBytes(pid) / MEBIBYTE)} MiB at the end of the hour`);
  await until(() => (anonymousBytes(pid) < MEMORY_BYTES_MAX ? true : undefined), SETTLE_MS);
  for (const reader of readers) await reader[Symbol.asyncDispose]();
});
