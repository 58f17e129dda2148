/** Settings of a pair that change while it runs. */
import { once } from "node:events";
import t from "tap";
import type { PairStatusAnswer } from "#control/contract.ts";
import { needsRoot } from "#test/support/namespaces.ts";
import type { UnitName } from "#test/support/pair-settings.ts";
import { TestPair } from "#test/support/test-pair.ts";
import { until } from "#test/support/until.ts";

const LIMIT_MS = 15_000;
const UNITS = ["a", "b"] as const;
const TIMES = { intervalMs: 50, count: 3, leaseMs: 3_000, failback: { mode: "never" } };

const matches = (
  pair: TestPair,
  name: UnitName,
  match: (status: PairStatusAnswer) => boolean,
): Promise<true> =>
  until(async () => {
    const status = await pair.status(name);
    return (status !== null && match(status)) || undefined;
  }, LIMIT_MS);

const warns =
  (warning: string) =>
  ({ warnings }: PairStatusAnswer): boolean =>
    warnings.some((each) => each === warning);

const isQuiet = ({ warnings }: PairStatusAnswer): boolean => warnings.length === 0;

for (const program of ["heartbeatd", "unit"] as const)
  void t.test(`${program}: times and roles change, and nothing is lost`, { skip: needsRoot }, async (t) => {
    const pair = await TestPair.start(t, TIMES, program);
    const pids = await Promise.all(UNITS.map(async (name) => (await pair.status(name))?.pid));
    for (const name of UNITS) await matches(pair, name, isQuiet);
    const faster = { intervalMs: 30, leaseMs: 1_000 };
    await pair.reload("a", faster);
    await matches(pair, "b", warns("different-timers"));
    await pair.reload("b", faster);
    for (const name of UNITS) await matches(pair, name, isQuiet);
    const roles = { failback: { mode: "at-once", holdMs: 100 } };
    await pair.reload("a", { ...faster, ...roles, role: "standby" });
    await pair.reload("b", { ...faster, ...roles, role: "active" });
    await pair.settled("b");
    t.match((await pair.status("b"))?.own, { role: "active", reason: "handover" });
    t.match(await pair.seen(), { lost: 0 });
    t.strictSame(
      await Promise.all(UNITS.map(async (name) => (await pair.status(name))?.pid)),
      pids,
      "the processes are the same",
    );
  });

void t.test(
  "a new key, a new floating address: the heartbeat begins anew",
  { skip: needsRoot },
  async (t) => {
    const pair = await TestPair.start(t, TIMES);
    const key = "another key of this pair";
    await pair.reload("a", {}, key);
    await matches(pair, "b", warns("communication-error"));
    await pair.reload("b", {}, key);
    await pair.settled("a");
    t.match(await pair.seen(), { lost: 0, twice: 0 });
    const both = ["10.8.0.100", "10.8.0.101"].map((address) => ({
      address,
      prefixLength: 24,
      interface: "eth0",
    }));
    const shown = (name: UnitName): string => pair.network.ip(name, "address", "show", "dev", "eth0");
    for (const name of UNITS) await pair.reload(name, { floatingAddresses: both }, key);
    await until(() => shown("a").includes("10.8.0.101/32") || undefined, LIMIT_MS);
    await pair.settled("a");
    for (const name of UNITS) await pair.reload(name, {}, key);
    await until(() => !shown("a").includes("10.8.0.101/32") || undefined, LIMIT_MS);
    await pair.settled("a");
    t.match(await pair.seen(), { lost: 0, twice: 0 });
  },
);

void t.test("settings with faults change nothing", { skip: needsRoot }, async (t) => {
  const pair = await TestPair.start(t, TIMES);
  const { sent = 0 } = (await pair.status("a")) ?? {};
  await pair.reload("a", { peerAddress: "10.8.0.1" });
  await pair.reload("a", { keyFile: "/nowhere/pair.key", intervalMs: 40 });
  await pair.reload("a", {}, "short");
  await matches(pair, "a", (status) => status.sent > sent + 10);
  await pair.settled("a");
  t.match(await pair.seen(), { lost: 0 });
});

void t.test(
  "a service that dies hands over, one that is only watched warns",
  { skip: needsRoot },
  async (t) => {
    const check = (port: number): object => ({ protocol: "tcp", address: "127.0.0.1", port });
    const pair = await TestPair.start(t, TIMES);
    const listener = async (name: UnitName, port: number) => {
      const program = `require("node:net").createServer((socket) => socket.destroy())
      .listen(${port}, "127.0.0.1", () => process.send({ ready: true }))`;
      const child = pair.network.node(name, ["-e", program], true);
      await once(child, "message");
      return child;
    };
    const console = await listener("a", 7001);
    const wpad = await listener("a", 7002);
    for (const port of [7001, 7002]) await listener("b", port);
    const services = [
      { name: "console", whenDead: "warn", check: check(7001) },
      { name: "wpad", check: check(7002) },
    ];
    await pair.reload("a", { services, intervalMs: 40 });
    await matches(pair, "b", warns("different-timers"));
    await pair.reload("b", { services, intervalMs: 40 });
    for (const name of UNITS) await matches(pair, name, isQuiet);
    console.kill("SIGKILL");
    await matches(pair, "a", warns("service-dead"));
    t.match((await pair.status("a"))?.own, { state: "active", health: "well" });
    wpad.kill("SIGKILL");
    await pair.reaches("b", "active");
    await pair.reaches("a", "fault");
    t.match((await pair.status("a"))?.own, { health: "service" });
    t.match(await pair.seen(), { lost: 0 });
  },
);
