/** Two whole units, each with its proxy and its heartbeat process, as `futago run` starts them. */
import t, { type Test } from "tap";
import { futago } from "#test/support/futago-command.ts";
import { needsRoot } from "#test/support/namespaces.ts";
import { TestPair, type TestPairExtras } from "#test/support/test-pair.ts";
import { until } from "#test/support/until.ts";

const LIMIT_MS = 15_000;

const pairOf = (t: Test, changes: object = {}, extras: TestPairExtras = {}): Promise<TestPair> =>
  TestPair.start(
    t,
    {
      intervalMs: 100,
      count: 3,
      // Long enough for a process to be started on a machine that is busy.
      leaseMs: 10_000,
      failback: { mode: "at-once", holdMs: 200 },
      services: [{ name: "proxy" }],
      ...changes,
    },
    "unit",
    extras,
  );

void t.test(
  "a unit that is stopped hands over before it drains, and fails back",
  { skip: needsRoot },
  async (t) => {
    const pair = await pairOf(t);
    await pair.signal("a", "SIGTERM");
    t.match((await pair.status("b"))?.own, { state: "active", holds: true });
    t.match(await pair.seen(), { lost: 0 }, "stop");
    pair.startProgram("a");
    await pair.settled("a");
    t.match(await pair.seen(), { lost: 0 }, "failback, once the proxy answers");
    t.match((await futago("ha", "--json", "--socket", pair.socketOf("a"))).out, /"operation": "active"/);
  },
);

void t.test(
  "a unit that dies leaves a heartbeat process that hands over and ends",
  { skip: needsRoot },
  async (t) => {
    const pair = await pairOf(t);
    await pair.signal("a", "SIGKILL");
    await pair.reaches("b", "active");
    await until(async () => ((await pair.status("a")) === null ? true : undefined), LIMIT_MS);
    t.match(await pair.seen(), { lost: 0 });
  },
);

void t.test(
  "a heartbeat process that dies is started again within its lease",
  { skip: needsRoot },
  async (t) => {
    const pair = await pairOf(t);
    const pid = (await pair.status("a"))?.pid ?? 0;
    process.kill(pid, "SIGKILL");
    await until(async () => {
      const status = await pair.status("a");
      return (status !== null && status.pid !== pid && status.own.state === "active") || undefined;
    }, LIMIT_MS);
    await pair.settled("a");
    t.match(await pair.seen(), { lost: 0 });
  },
);

void t.test(
  "addresses of a heartbeat process that hangs go together, though their leases do not end so",
  { skip: needsRoot },
  async (t) => {
    const pair = await pairOf(t, { leaseMs: 1_000 }, { families: [4, 6] });
    const pid = (await pair.status("a"))?.pid ?? 0;
    process.kill(pid, "SIGSTOP");
    pair.network.ip(
      "a",
      ...["address", "change", "fd08::100/128", "dev", "eth0", "valid_lft", "600", "preferred_lft", "0"],
    );
    await pair.reaches("b", "active");
    t.notMatch(pair.network.ip("a", "address", "show", "dev", "eth0"), /10\.8\.0\.100|fd08::100/);
    t.match(await pair.seen(), { twice: 0 });
    process.kill(pid, "SIGCONT");
    await pair.settled("a");
  },
);
