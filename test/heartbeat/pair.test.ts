/** Two real units on real kernels, and a client that sends a datagram every 5 ms. */
import t, { type Test } from "tap";
import { futago } from "#test/support/futago-command.ts";
import { needsRoot } from "#test/support/namespaces.ts";
import { type Seen, TestPair } from "#test/support/test-pair.ts";
import { until } from "#test/support/until.ts";

const INTERVAL_MS = 50;
const COUNT = 3;
const LEASE_MS = 1_000;
/** What a takeover may cost the clients. */
const TAKEOVER_MS = INTERVAL_MS * COUNT + 30;
const LIMIT_MS = 15_000;

const pairOf = (t: Test, changes: object = {}): Promise<TestPair> =>
  TestPair.start(t, {
    intervalMs: INTERVAL_MS,
    count: COUNT,
    leaseMs: LEASE_MS,
    failback: { mode: "never" },
    ...changes,
  });

/** The bound holds for a machine that has the time: what the client itself had to wait is added. */
function judge(t: Test, what: string, { outageMs, lagMs }: Seen, boundMs: number): void {
  t.ok(outageMs <= boundMs + 2 * lagMs, `${what}: ${outageMs} ms of ${boundMs}, lag ${Math.round(lagMs)}`);
}

void t.test("a handover there and back loses nothing", { skip: needsRoot }, async (t) => {
  const pair = await pairOf(t);
  for (const [from, to] of [
    ["a", "b"],
    ["b", "a"],
    ["a", "b"],
  ] as const) {
    t.match(await pair.command(from, "pair-handover"), { ok: true });
    await pair.settled(to);
    const seen = await pair.seen();
    t.match(seen, { lost: 0 }, `${from} to ${to}`);
    t.ok(seen.probes > 10, "the client was there");
  }
});

void t.test(
  "a stop hands over, a start fails back when it is set so; nothing is lost",
  { skip: needsRoot },
  async (t) => {
    const pair = await pairOf(t, { failback: { mode: "at-once", holdMs: 200 } });
    await pair.signal("a", "SIGTERM");
    await pair.reaches("b", "active");
    t.match(await pair.seen(), { lost: 0 }, "stop");
    pair.startProgram("a");
    await pair.settled("a");
    t.match(await pair.seen(), { lost: 0 }, "failback");
  },
);

void t.test(
  "maintenance gives the addresses away and refuses them until it ends",
  { skip: needsRoot },
  async (t) => {
    const pair = await pairOf(t, { failback: { mode: "at-once", holdMs: 100 } });
    await pair.command("a", "pair-maintenance-on");
    await pair.reaches("b", "active");
    await pair.reaches("a", "standby");
    t.match((await pair.status("a"))?.own, { health: "maintenance" });
    const { out } = await futago("ha", "status", "--socket", pair.socketOf("a"));
    t.match(out, /operation +standby \(待機\)/);
    t.match(out, /this unit is in maintenance: it gives its floating addresses away and takes none/);
    await futago("ha", "maintenance", "off", "--socket", pair.socketOf("a"));
    await pair.settled("a");
    t.match(await pair.seen(), { lost: 0 });
  },
);

void t.test("a crash is over after interval × count", { skip: needsRoot }, async (t) => {
  const pair = await pairOf(t);
  // The power goes: the machine's cable and its processes at once.
  pair.network.forward("a", "off");
  await pair.signal("a", "SIGKILL");
  await pair.reaches("b", "active");
  const seen = await pair.seen();
  judge(t, "crash", seen, TAKEOVER_MS);
  t.equal(seen.twice, 0);
});

void t.test(
  "a silent partition is taken over, and heals without both holding",
  { skip: needsRoot },
  async (t) => {
    const pair = await pairOf(t);
    pair.network.forward("a", "off");
    await pair.reaches("b", "active");
    const seen = await pair.seen();
    judge(t, "partition", seen, TAKEOVER_MS);
    t.match((await pair.status("a"))?.own, { holds: true }, "cut off, it cannot know");
    pair.network.forward("a", "on");
    await pair.settled("a");
    // At most the one datagram that was on its way to the unit that let go.
    judge(t, "heal", await pair.seen(), 10);
  },
);

void t.test("a cable is noticed at once", { skip: needsRoot }, async (t) => {
  const pair = await pairOf(t);
  pair.network.cable("a", "down");
  await until(() => !pair.network.ip("a", "address", "show").includes("10.8.0.100") || undefined, LIMIT_MS);
  await pair.reaches("b", "active");
  t.match((await pair.status("a"))?.own, { state: "fault", health: "link", holds: false });
  const seen = await pair.seen();
  judge(t, "cable", seen, TAKEOVER_MS);
  pair.network.cable("a", "up");
  await pair.reaches("a", "standby");
  t.match(await pair.seen(), { lost: 0 });
});

void t.test(
  "a daemon that is killed never makes two holders: the kernel drops the address",
  { skip: needsRoot },
  async (t) => {
    const pair = await pairOf(t);
    await pair.signal("a", "SIGKILL");
    await pair.reaches("b", "active");
    const seen = await pair.seen();
    judge(t, "daemon killed", seen, 100);
    t.equal(seen.twice, 0);
    t.notMatch(pair.network.ip("a", "address", "show"), /10\.8\.0\.100/);
  },
);

void t.test(
  "a daemon that hangs loses the address, and does not take it back when it goes on",
  { skip: needsRoot },
  async (t) => {
    const pair = await pairOf(t);
    await pair.signal("a", "SIGSTOP");
    await pair.reaches("b", "active");
    const seen = await pair.seen();
    judge(t, "daemon hangs", seen, 100);
    t.equal(seen.twice, 0);
    await pair.signal("a", "SIGCONT");
    await pair.settled("b");
    t.match(await pair.seen(), { lost: 0, twice: 0 });
  },
);

void t.test(
  "a daemon that is restarted within its lease goes on, and nothing is lost",
  { skip: needsRoot },
  async (t) => {
    const pair = await pairOf(t, { leaseMs: 5_000 });
    await pair.signal("a", "SIGKILL");
    pair.startProgram("a");
    await pair.settled("a");
    t.match(await pair.seen(), { lost: 0, twice: 0 });
  },
);

void t.test(
  "a unit that is cut off from peer and gateway gives up, and comes back as standby",
  { skip: needsRoot },
  async (t) => {
    const pair = await pairOf(t, { gateway: "10.8.0.3" });
    pair.network.forward("a", "off");
    await pair.reaches("b", "active");
    await pair.reaches("a", "fault");
    t.match((await pair.status("a"))?.own, { reason: "isolated", holds: false });
    judge(t, "isolated", await pair.seen(), TAKEOVER_MS);
    pair.network.forward("a", "on");
    await pair.settled("b");
    t.match(await pair.seen(), { lost: 0, twice: 0 });
  },
);
