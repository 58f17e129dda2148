import { createServer } from "node:net";
import t from "tap";
import { Supervisor } from "#appliance/service/supervisor.ts";
import { workerHeap } from "#appliance/service/worker-heap.ts";
import type { LogValues } from "#base/logger.ts";
import { parseSettings } from "#settings/parse-settings.ts";
import type { Settings } from "#settings/schema.ts";
import { lineClient } from "#test/support/line-client.ts";
import { until } from "#test/support/until.ts";

const ENTRY = new URL("../support/test-worker.ts", import.meta.url);

function settingsWith(different: object): Settings {
  const text = JSON.stringify({ listen: [{ port: 0 }], workers: 2, ...different });
  const outcome = parseSettings(text);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.error));
  return outcome.value;
}

/** Waits for a state, and names it when it does not come. */
const eventually = <T>(what: string, read: () => T | undefined | Promise<T | undefined>): Promise<T> =>
  until(read, 10_000).catch((error: Error) => {
    throw new Error(`${what}: ${error.message}`);
  });

interface Bench extends AsyncDisposable {
  readonly supervisor: Supervisor;
  readonly events: { readonly event: string; readonly values: LogValues }[];
  readonly log: string[];
  readonly port: number;
  heard(event: string): Promise<LogValues>;
}

async function startBench(different: object = {}): Promise<Bench> {
  const events: { event: string; values: LogValues }[] = [];
  const log: string[] = [];
  const supervisor = new Supervisor({
    entry: ENTRY,
    logger: (_level, event, values = {}) => void events.push({ event, values }),
    onLog: (bytes) => void log.push(bytes.toString("latin1")),
    unit: { instance: "test", version: "0", startedWallMs: 0 },
  });
  const started = await supervisor.start(settingsWith(different), null);
  if (!started.ok) throw new Error(started.error);
  return {
    supervisor,
    events,
    log,
    port: supervisor.listening[0]?.port ?? 0,
    heard: (event) => eventually(event, () => events.find((candidate) => candidate.event === event)?.values),
    [Symbol.asyncDispose]: () => supervisor.stop(),
  };
}

/** Clients on every worker: connections until each of `count` workers has one. */
async function clientsOnAll(port: number, count: number) {
  const byWorker = new Map<string, Awaited<ReturnType<typeof lineClient>>>();
  await eventually(`a connection to each of ${count} workers`, async () => {
    const client = await lineClient(port);
    const worker = (await client.next())?.split(" ")[0] ?? "";
    if (byWorker.has(worker)) await client[Symbol.asyncDispose]();
    else byWorker.set(worker, client);
    return byWorker.size === count ? true : undefined;
  });
  return byWorker;
}

void t.test("every worker listens on the port that was reserved for all", async (t) => {
  await using bench = await startBench();
  t.match(bench.supervisor.status, [
    { worker: 0, state: "serving", generation: 1, restarts: 0, lastEnd: null },
    { worker: 1, state: "serving", generation: 1, restarts: 0, lastEnd: null },
  ]);
  const clients = await clientsOnAll(bench.port, 2);
  t.strictSame([...clients.keys()].sort(), ["0", "1"]);
  const open = bench.supervisor.counters().map((each) => each.values["client_connections_open"]);
  t.strictSame(open, [1, 1], "each worker counts for itself");
  for (const client of clients.values()) client.socket.destroy();
});

void t.test("a worker that dies is reported and restarted while the other serves", async (t) => {
  await using bench = await startBench();
  const clients = await clientsOnAll(bench.port, 2);
  clients.get("0")?.say("crash");
  t.match(await bench.heard("worker-died"), { worker: 0, why: /told to crash/, restartInMs: 100 });
  clients.get("1")?.say("who");
  t.match(await clients.get("1")?.next(), /^1 /, "the other serves on");
  t.match(await bench.heard("worker-restarted"), { worker: 0, restarts: 1 });
  t.match(bench.supervisor.status[0], { state: "serving", restarts: 1, lastEnd: /told to crash/ });
  const counters = bench.supervisor.counters()[0]?.values ?? {};
  t.equal(counters["client_connections_open"], 0, "its gauges are zero");
  t.ok((counters["client_connections"] ?? 0) >= 1, "its counters survive");
  clients.get("1")?.socket.destroy();
  for (const client of (await clientsOnAll(bench.port, 2)).values()) client.socket.destroy();
});

void t.test("a worker has the heap that its settings need", async (t) => {
  await using bench = await startBench({ workers: 1, limits: { connectionsMax: 64_000 } });
  const client = await lineClient(bench.port);
  await client.next();
  client.say("heap");
  const limits: unknown = JSON.parse((await client.next()) ?? "");
  t.match(limits, workerHeap(64_000, 0));
  t.match(limits, { maxYoungGenerationSizeMb: 48, maxOldGenerationSizeMb: 1512 });
  client.socket.destroy();
});

void t.test("the wait before a restart grows while a worker keeps dying", async (t) => {
  await using bench = await startBench({ workers: 1 });
  for (const deaths of [1, 2, 3]) {
    const client = await eventually("a worker listens", () => lineClient(bench.port).catch(() => undefined));
    client.say("crash");
    await eventually(`death ${deaths}`, () =>
      bench.events.filter((each) => each.event === "worker-died").length === deaths ? true : undefined,
    );
  }
  const waits = bench.events.flatMap((each) => each.values["restartInMs"] ?? []);
  t.strictSame(waits, [100, 200, 400]);
});

void t.test("log lines of a worker arrive, its last ones before a crash too", async (t) => {
  await using bench = await startBench({ workers: 1 });
  const client = await lineClient(bench.port);
  client.say("log");
  await eventually("the line", () => (bench.log.length > 0 ? true : undefined));
  t.match(bench.log[0], /^\d+\.\d{3} +12 192\.0\.2\.7 TCP_MISS\/200 4567 GET http:\/\/log\.example\/0 - /);
  client.say("log");
  await client.next();
  client.say("crash");
  await bench.heard("worker-died");
  t.equal(bench.log.length, 2);
});

void t.test("new settings reach every worker and open connections stay", async (t) => {
  await using bench = await startBench();
  const clients = await clientsOnAll(bench.port, 2);
  t.ok((await bench.supervisor.apply(settingsWith({ unit: { name: "second" } }))).ok);
  t.equal(bench.supervisor.listening[0]?.port, bench.port, "port 0 keeps the port it got");
  t.match(bench.supervisor.status, [{ generation: 2 }, { generation: 2 }]);
  for (const client of clients.values()) {
    client.say("who");
    t.match(await client.next(), / second$/);
    client.socket.destroy();
  }
});

void t.test("settings that a worker refuses change nothing", async (t) => {
  await using bench = await startBench({ unit: { name: "first" } });
  const outcome = await bench.supervisor.apply(settingsWith({ unit: { name: "refuse-me" } }));
  t.strictSame(outcome, { ok: false, error: "this name is refused" });
  for (const client of (await clientsOnAll(bench.port, 2)).values()) {
    client.say("who");
    t.match(await client.next(), / first$/);
    client.socket.destroy();
  }
  t.match(bench.supervisor.status, [{ generation: 3 }, { generation: 3 }], "back on the ones before");
});

void t.test("settings that kill the workers are taken back", async (t) => {
  await using bench = await startBench({ workers: 1, unit: { name: "first" } });
  const outcome = await bench.supervisor.apply(settingsWith({ workers: 1, unit: { name: "crash-me" } }));
  t.match(outcome, { ok: false, error: /cannot bear these settings/ });
  await bench.heard("worker-restarted");
  const client = await lineClient(bench.port);
  t.match(await client.next(), / first$/);
  client.socket.destroy();
});

void t.test("a changed address is opened and the old one closed", async (t) => {
  await using bench = await startBench();
  const kept = await lineClient(bench.port);
  await kept.next();
  const both = settingsWith({ listen: [{ port: 0 }, { address: "127.0.0.2", port: 0 }] });
  t.ok((await bench.supervisor.apply(both)).ok);
  const second = bench.supervisor.listening[1]?.port ?? 0;
  const there = await lineClient(second, "127.0.0.2");
  t.ok((await bench.supervisor.apply(settingsWith({ listen: [{ address: "127.0.0.2", port: 0 }] }))).ok);
  await t.rejects(lineClient(bench.port), { code: "ECONNREFUSED" });
  kept.say("who");
  t.match(await kept.next(), /futago$/, "a connection of the closed listener goes on");
  kept.socket.destroy();
  there.socket.destroy();
});

void t.test("workers are added and drained by a reload", async (t) => {
  await using bench = await startBench({ workers: 1 });
  t.ok((await bench.supervisor.apply(settingsWith({ workers: 3 }))).ok);
  const clients = await clientsOnAll(bench.port, 3);
  t.ok((await bench.supervisor.apply(settingsWith({ workers: 1 }))).ok);
  t.match(bench.supervisor.status, [{ state: "serving" }, { state: "draining" }, { state: "draining" }]);
  for (const client of clients.values()) {
    client.say("who");
    t.ok(await client.next(), "a draining worker serves what is open");
    client.socket.destroy();
  }
  await eventually("the places are gone", () => (bench.supervisor.status.length === 1 ? true : undefined));
  t.equal(bench.supervisor.counters().length, 3, "their counters stay");
});

void t.test("a drain waits for what is open, then cuts it at its time limit", async (t) => {
  for (const closes of [true, false]) {
    await using bench = await startBench();
    const client = await lineClient(bench.port);
    await client.next();
    const drained = bench.supervisor.drain(closes ? 60_000 : 50);
    await eventually("the listeners are closed", () =>
      lineClient(bench.port).then(
        (late) => void late.socket.destroy(),
        () => true,
      ),
    );
    if (closes) client.say("close");
    await drained;
    await client.closed;
    t.strictSame(bench.supervisor.status, [], closes ? "ended by itself" : "ended by the limit");
  }
});

void t.test("the last request for a key is the newest of those that workers remember", async (t) => {
  await using bench = await startBench();
  t.match(await bench.supervisor.lastRequest("http://last.example/"), {
    worker: 1,
    wallMs: 1,
    method: "GET",
  });
  t.equal(await bench.supervisor.lastRequest("http://other.example/"), null);
  const clients = await clientsOnAll(bench.port, 2);
  clients.get("1")?.say("hang");
  const told = await eventually("an answer without the worker that hangs", async () => {
    const last = await bench.supervisor.lastRequest("http://last.example/");
    return last?.worker === 1 ? undefined : last;
  });
  t.match(told, { worker: 0, wallMs: 0 });
  for (const client of clients.values()) client.socket.destroy();
});

void t.test("a worker that hangs does not hold a drain up", async (t) => {
  await using bench = await startBench({ workers: 1 });
  const client = await lineClient(bench.port);
  client.say("hang");
  await client.next();
  await bench.supervisor.drain(10);
  t.strictSame(bench.supervisor.status, []);
});

void t.test("a port that somebody else has is an error with what to do", async (t) => {
  const other = createServer();
  await new Promise<void>((resolve) =>
    other.listen({ host: "127.0.0.1", port: 0, reusePort: true }, resolve),
  );
  const address = other.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  await t.rejects(startBench({ listen: [{ port }] }), {
    message: `cannot listen on 127.0.0.1 port ${port}: another program listens there; stop it or choose another port (EADDRINUSE)`,
  });
  await new Promise((resolve) => other.close(resolve));
  await t.rejects(
    startBench({
      listen: [{ address: "203.0.113.1", port: 3128 }],
      clients: { allowedNetworks: ["10.0.0.0/8"] },
    }),
    {
      message: /^cannot listen on 203\.0\.113\.1 port 3128: this machine does not have that address/,
    },
  );
});

void t.test("settings that no worker can start with are an error", async (t) => {
  await t.rejects(startBench({ unit: { name: "refuse-me" } }), { message: "this name is refused" });
  await t.rejects(startBench({ unit: { name: "crash-me" } }), { message: /cannot bear these settings/ });
});
