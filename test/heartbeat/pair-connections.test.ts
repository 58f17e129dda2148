/** Running connections through the floating address of two whole units, while it moves. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import t, { type Test } from "tap";
import { needsRoot } from "#test/support/namespaces.ts";
import { FLOATING_OF_B, ONE_EACH, type UnitName } from "#test/support/pair-settings.ts";
import { TestPair } from "#test/support/test-pair.ts";
import { until } from "#test/support/until.ts";

const ORIGIN = { 4: "10.8.0.4", 6: "[fd08::4]" } as const;
const FLOATING = { 4: "10.8.0.100", 6: "fd08::100" } as const;
const NETWORKS = ["10.8.0.0/24", "fd08::/64"];
/** A machine that is busy takes its time to start things. */
const LIMIT_MS = 60_000;

interface Report {
  readonly fates: Readonly<Record<string, number>>;
  readonly requests: { readonly done: number; readonly failed: number; readonly why: string };
  readonly gapMs: number;
  /** When each of them ended, ascending; 0: it runs. */
  readonly endedAtMs: readonly number[];
}

interface Scene {
  readonly pair: TestPair;
  readonly ask: (order: object) => Promise<unknown>;
  readonly report: () => Promise<Report>;
}

async function scene(t: Test, changes: object = {}): Promise<Scene> {
  const pair = await TestPair.start(
    t,
    {
      intervalMs: 50,
      count: 3,
      leaseMs: 3_000,
      failback: { mode: "never" },
      services: [{ name: "proxy" }],
      floatingAddresses: [
        { address: FLOATING[4], prefixLength: 24, interface: "eth0" },
        { address: FLOATING[6], prefixLength: 64, interface: "eth0" },
      ],
      ...changes,
    },
    "unit",
    {
      settings: {
        clients: { allowedNetworks: NETWORKS },
        egress: { allow: NETWORKS.map((network) => ({ network })) },
      },
    },
  );
  pair.network.addHost("origin", "10.8.0.4/24", "fd08::4/64");
  const origin = pair.network.node("origin", ["test/support/stream-origin.ts"], true);
  await once(origin, "message");
  const client: ChildProcess = pair.network.node("client", ["test/support/connection-client.ts"], true);
  client.stderr?.pipe(process.stderr);
  await once(client, "message");
  const ask = async (order: object): Promise<unknown> => {
    client.send(order);
    const [answer] = (await once(client, "message")) as [unknown];
    return answer;
  };
  return { pair, ask, report: () => ask({ report: true }) as Promise<Report> };
}

const connectionsOf = async (pair: TestPair, name: UnitName) => (await pair.status(name))?.connections;

void t.test("downloads and tunnels go on across a handover and back", { skip: needsRoot }, async (t) => {
  const { pair, ask, report } = await scene(t);
  const common = { count: 50, bytes: 150_000, everyMs: 20 };
  for (const family of [4, 6] as const) {
    const ends = { proxy: FLOATING[family], origin: ORIGIN[family] };
    await ask({ open: "download", ...common, ...ends });
    await ask({ open: "tunnel", ...common, ...ends, bytes: 25_000 });
  }
  t.match(await pair.command("a", "pair-handover"), { ok: true });
  await pair.settled("b");
  await until(async () => (await connectionsOf(pair, "b"))?.onOtherUnit === 200 || undefined, LIMIT_MS);
  t.match(await connectionsOf(pair, "a"), { phase: "draining", here: 200 });
  t.match(await report(), { fates: { running: 200 } }, "after the handover");
  t.match(await pair.command("b", "pair-handover"), { ok: true });
  await pair.settled("a");
  const { fates, gapMs } = await until(async () => {
    const now = await report();
    return now.fates["running"] === undefined ? now : undefined;
  }, LIMIT_MS);
  t.strictSame(fates, { complete: 200 }, "every byte in its place, no reset");
  t.comment(`largest gap ${gapMs} ms`);
});

void t.test(
  "addresses of both units change places and back: nothing is mixed up",
  { skip: needsRoot },
  async (t) => {
    const { pair, ask, report } = await scene(t, { floatingAddresses: ONE_EACH });
    // Unit a came first and took both.
    await pair.handOver("a", FLOATING_OF_B);
    await pair.share({ a: ["active"], b: ["standby"] });
    const running = { open: "download", count: 20, bytes: 250_000, everyMs: 20, origin: ORIGIN[4] };
    for (const { address } of ONE_EACH) await ask({ ...running, proxy: address });
    // Each unit now drains one address and passes on for the other.
    for (const { address } of ONE_EACH) await pair.handOver("a", address);
    await pair.share({ a: ["standby"], b: ["active"] });
    for (const name of ["a", "b"] as const) {
      const status = await pair.status(name);
      const phases = [status?.connections.phase, status?.second?.connections.phase];
      t.strictSame(phases.sort(), ["draining", "serving"], name);
      const peer = name === "a" ? "10.8.0.2" : "10.8.0.1";
      t.match(
        leftovers(pair, name),
        new RegExp(`dup to ${peer.replaceAll(".", "\\.")} `),
        "to a real address",
      );
    }
    t.match(await report(), { fates: { running: 40 } });
    for (const { address } of ONE_EACH) await pair.handOver("b", address);
    await pair.share({ a: ["active"], b: ["standby"] });
    await until(async () => (await report()).fates["running"] === undefined || undefined, LIMIT_MS);
    t.strictSame((await report()).fates, { complete: 40 });
    for (const name of ["a", "b"] as const) await nothingLeft(pair, name);
  },
);

void t.test("of requests in quick succession none fails in four moves", { skip: needsRoot }, async (t) => {
  const { pair, ask, report } = await scene(t);
  for (const family of [4, 6] as const)
    await ask({ open: "requests", count: 10, proxy: FLOATING[family], origin: ORIGIN[family] });
  const goesOn = async (): Promise<void> => {
    const { done } = (await report()).requests;
    await until(async () => (await report()).requests.done > done + 100 || undefined, LIMIT_MS);
  };
  await goesOn();
  for (const [from, to] of [
    ["a", "b"],
    ["b", "a"],
    ["a", "b"],
    ["b", "a"],
  ] as const) {
    await pair.command(from, "pair-handover");
    await pair.settled(to);
    await goesOn();
  }
  t.match((await report()).requests, { failed: 0, why: "" });
});

void t.test(
  "a client's port that comes again meanwhile is not taken for the connection that has ended",
  { skip: needsRoot },
  async (t) => {
    const { pair, ask, report } = await scene(t);
    const download = async (order: object): Promise<void> => {
      for (const [family, fromPort] of [
        [4, 40_000],
        [6, 41_000],
      ] as const) {
        const ends = { proxy: FLOATING[family], origin: ORIGIN[family], fromPort };
        await ask({ open: "download", count: 20, everyMs: 20, ...ends, ...order });
      }
    };
    await download({ bytes: 100, closes: true });
    await until(async () => (await report()).fates["complete"] === 40 || undefined, LIMIT_MS);
    t.match(pair.network.run("a", "ss", "-tan", "state", "time-wait"), /10\.8\.0\.100\S* +\S*:40000/);
    t.match(await pair.command("a", "pair-handover"), { ok: true });
    await pair.settled("b");
    await download({ bytes: 50_000 });
    t.match(await pair.command("b", "pair-handover"), { ok: true });
    await pair.settled("a");
    await until(async () => (await report()).fates["running"] === undefined || undefined, LIMIT_MS);
    t.strictSame((await report()).fates, { complete: 80 });
  },
);

/** Clients that wait for an answer that will not come, half of them over IPv6; the other unit knows of all. */
async function stall({ pair, ask }: Scene, count: number): Promise<void> {
  for (const family of [4, 6] as const)
    await ask({ open: "stalled", count: count / 2, proxy: FLOATING[family], origin: ORIGIN[family] });
  await until(async () => (await connectionsOf(pair, "b"))?.known === count || undefined, LIMIT_MS);
}

/** The power of a unit goes: its cable and its processes at once. */
async function crash(pair: TestPair, name: UnitName): Promise<void> {
  pair.network.forward(name, "off");
  await pair.signal(name, "SIGKILL");
}

/** What the packet filter and the loopback interface of a unit have of ours. */
const leftovers = (pair: TestPair, name: UnitName): string =>
  pair.network.run(name, "nft", "list", "ruleset") +
  (/(10\.8\.0\.10[01]|fd08::100)/.exec(pair.network.ip(name, "address", "show", "dev", "lo"))?.[0] ?? "");

const nothingLeft = (pair: TestPair, name: UnitName): Promise<true> =>
  until(() => leftovers(pair, name) === "" || undefined, LIMIT_MS);

void t.test("waiting clients of a unit that crashed are reset at once", { skip: needsRoot }, async (t) => {
  for (const [count, boundMs] of [
    [2, 50],
    [1_000, 200],
  ] as const) {
    const it = await scene(t);
    await stall(it, count);
    await crash(it.pair, "a");
    const status = await until(async () => {
      const now = await it.pair.status("b");
      return now?.own.state === "active" ? { tookAtMs: Date.now() - now.own.sinceMs } : undefined;
    }, LIMIT_MS);
    const { fates, endedAtMs } = await until(async () => {
      const now = await it.report();
      return now.fates["running"] === undefined ? now : undefined;
    }, LIMIT_MS);
    t.strictSame(fates, { reset: count });
    const afterMs = Math.round((endedAtMs.at(-1) ?? 0) - status.tookAtMs);
    const { lagMs } = await it.pair.seen();
    t.ok(
      afterMs <= boundMs + 2 * lagMs,
      `${count} were reset within ${afterMs} ms, lag ${Math.round(lagMs)}`,
    );
    t.match(await connectionsOf(it.pair, "b"), { reset: count, unsent: 0, known: 0 });
  }
});

void t.test(
  "when a partition heals, what the other unit has begun goes on",
  { skip: needsRoot },
  async (t) => {
    const { pair, ask, report } = await scene(t);
    pair.network.forward("a", "off");
    await pair.reaches("b", "active");
    for (const family of [4, 6] as const)
      await ask({
        open: "download",
        ...{ count: 20, bytes: 50_000, everyMs: 20, proxy: FLOATING[family], origin: ORIGIN[family] },
      });
    pair.network.forward("a", "on");
    await pair.settled("a");
    await until(async () => (await report()).fates["running"] === undefined || undefined, LIMIT_MS);
    t.strictSame((await report()).fates, { complete: 40 });
    for (const name of ["a", "b"] as const) await nothingLeft(pair, name);
  },
);

void t.test("when the draining unit dies its clients are reset", { skip: needsRoot }, async (t) => {
  const it = await scene(t);
  const { pair, report } = it;
  await stall(it, 100);
  await pair.command("a", "pair-handover");
  await pair.settled("b");
  t.match(leftovers(pair, "b"), /dup to .*10\.8\.0\.1 /);
  t.match(await report(), { fates: { running: 100 } });
  await crash(pair, "a");
  await until(async () => (await report()).fates["reset"] === 100 || undefined, LIMIT_MS);
  t.match(await connectionsOf(pair, "b"), { isPassingOn: false, onOtherUnit: 0, reset: 100 });
  await nothingLeft(pair, "b");
});

void t.test(
  "when the time to drain is over clients are reset, and nothing is left behind",
  { skip: needsRoot },
  async (t) => {
    const it = await scene(t, { drainMs: 1_500 });
    const { pair, report } = it;
    await stall(it, 10);
    await pair.command("a", "pair-handover");
    await pair.settled("b");
    t.match((await connectionsOf(pair, "b"))?.leftMs, Number);
    t.match(await report(), { fates: { running: 10 } });
    await until(async () => (await report()).fates["reset"] === 10 || undefined, LIMIT_MS);
    for (const name of ["a", "b"] as const) await nothingLeft(pair, name);
  },
);

void t.test(
  "a daemon that is killed while its unit drains leaves nothing to the next",
  { skip: needsRoot },
  async (t) => {
    const it = await scene(t);
    const { pair, report } = it;
    await stall(it, 10);
    await pair.command("a", "pair-handover");
    await pair.settled("b");
    t.match(leftovers(pair, "a"), /10\.8\.0\.100/);
    await pair.seen();
    process.kill((await pair.status("a"))?.pid ?? 0, "SIGKILL");
    await pair.reaches("a", "standby");
    await nothingLeft(pair, "a");
    await until(async () => (await report()).fates["reset"] === 10 || undefined, LIMIT_MS);
    await nothingLeft(pair, "b");
    t.match(await pair.seen(), { lost: 0, twice: 0 });
  },
);

void t.test(
  "a heartbeat process that is killed costs no connection, whether its unit holds or has just taken",
  { skip: needsRoot },
  async (t) => {
    const { pair, ask, report } = await scene(t, { leaseMs: 20_000 });
    const killed = async (name: UnitName): Promise<void> => {
      const pid = (await pair.status(name))?.pid ?? 0;
      process.kill(pid, "SIGKILL");
      await until(async () => {
        const status = await pair.status(name);
        return (status !== null && status.pid !== pid && status.own.state === "active") || undefined;
      }, LIMIT_MS);
    };
    for (const family of [4, 6] as const)
      await ask({
        open: "download",
        ...{ count: 20, bytes: 250_000, everyMs: 20, proxy: FLOATING[family], origin: ORIGIN[family] },
      });
    await killed("a");
    await pair.settled("a");
    await until(async () => (await connectionsOf(pair, "b"))?.known === 40 || undefined, LIMIT_MS);
    await pair.command("a", "pair-handover");
    await pair.settled("b");
    await killed("b");
    await until(async () => (await connectionsOf(pair, "b"))?.onOtherUnit === 40 || undefined, LIMIT_MS);
    await until(async () => (await report()).fates["running"] === undefined || undefined, LIMIT_MS);
    t.strictSame((await report()).fates, { complete: 40 });
    for (const name of ["a", "b"] as const) await nothingLeft(pair, name);
  },
);

void t.test("a unit that is stopped lets running downloads end", { skip: needsRoot }, async (t) => {
  const { pair, ask, report } = await scene(t);
  for (const family of [4, 6] as const)
    await ask({
      open: "download",
      ...{ count: 10, bytes: 50_000, everyMs: 20, proxy: FLOATING[family], origin: ORIGIN[family] },
    });
  const stopped = pair.signal("a", "SIGTERM");
  await pair.reaches("b", "active");
  await ask({
    open: "download",
    ...{ count: 1, bytes: 5_000, everyMs: 20, proxy: FLOATING[4], origin: ORIGIN[4] },
  });
  await stopped;
  await until(async () => (await report()).fates["running"] === undefined || undefined, LIMIT_MS);
  t.strictSame((await report()).fates, { complete: 21 });
  for (const name of ["a", "b"] as const) await nothingLeft(pair, name);
});
