/** What takes a minute: heartbeats blocked, a link that flaps, a unit that does not run. All at the same time. */
import { setTimeout as pause } from "node:timers/promises";
import t, { type Test } from "tap";
import { AddressWatch } from "#test/support/address-watch.ts";
import { needsRoot } from "#test/support/namespaces.ts";
import { type Family, floatingOf } from "#test/support/pair-settings.ts";
import { TestPair, type TestPairExtras } from "#test/support/test-pair.ts";
import { until } from "#test/support/until.ts";

const TIMERS = { intervalMs: 100, count: 3 };
const MINUTE_MS = 60_000;
const LIMIT_MS = 15_000;
const LEASE_MS = 1_000;
const EACH_FAMILY: Readonly<Record<string, readonly Family[]>> = { IPv4: [4], IPv6: [6], both: [4, 6] };

t.jobs = 5;

interface PairExtras extends TestPairExtras {
  readonly program?: "heartbeatd" | "unit";
}

async function pairOf(t: Test, families: readonly Family[], changes: object, extras: PairExtras = {}) {
  const { program = "heartbeatd", ...others } = extras;
  const redundancy = { ...TIMERS, leaseMs: LEASE_MS, ...changes };
  const pair = await TestPair.start(t, redundancy, program, { families, ...others });
  const watch = await AddressWatch.start(pair.network, ["a", "b"], floatingOf(families));
  watch.reset();
  return { pair, watch };
}

for (const [name, families] of Object.entries(EACH_FAMILY)) {
  void t.test(
    `${name}: heartbeats that are blocked alone move nothing in a minute, and are an alarm within 2 s`,
    {
      skip: needsRoot,
    },
    async (t) => {
      const { pair, watch } = await pairOf(t, families, {}, { wires: true });
      const startedMs = performance.now();
      await pair.wire("b").set("both", { blocked: "heartbeats" });
      await until(() => /takeover-held-back .*by=peer/.test(pair.logOf("b")) || undefined, LIMIT_MS);
      const alarmMs = performance.now() - startedMs;
      t.ok(alarmMs <= 2_000, `the standby tells it after ${Math.round(alarmMs)} ms`);
      await pause(MINUTE_MS);
      for (const unit of ["a", "b"] as const)
        t.ok((await pair.status(unit))?.warnings.includes("communication-error"), `${unit} warns`);
      t.equal(watch.moves, 0);
      t.ok(watch.isHeldOnlyBy("a"));
      await pair.wire("b").set("both", {});
      await pair.settled("a");
      t.match(await pair.seen(), { lost: 0, twice: 0 });
    },
  );

  void t.test(
    `${name}: a link that flaps once a second for a minute makes at most two moves`,
    {
      skip: needsRoot,
    },
    async (t) => {
      const { pair, watch } = await pairOf(t, families, {});
      const flapping = AbortSignal.timeout(MINUTE_MS);
      while (!flapping.aborted) {
        pair.network.cable("a", "down");
        await pause(500);
        pair.network.cable("a", "up");
        await pause(500);
      }
      t.ok(watch.moves <= 2, `${watch.moves} moves`);
      await pair.settled("a");
      t.ok(watch.moves <= 2, `${watch.moves} moves, with the one back`);
    },
  );

  void t.test(
    `${name}: a unit whose heartbeat process does not run for 30 s is taken over, and comes back without a loss`,
    {
      skip: needsRoot,
    },
    async (t) => {
      // Whole units: that the leases of both families end together is the work of the process beside.
      const failback = { mode: "at-once", holdMs: 500 };
      const { pair, watch } = await pairOf(t, families, { failback }, { program: "unit" });
      const pid = (await pair.status("a"))?.pid ?? 0;
      process.kill(pid, "SIGSTOP");
      await pair.reaches("b", "active");
      const { outageMs, lagMs, twice } = await pair.seen();
      t.ok(outageMs <= 100 + 2 * lagMs, `${outageMs} ms of 100, lag ${lagMs}`);
      t.equal(twice, 0);
      t.equal(watch.bothHeldMs, 0);
      await pause(MINUTE_MS / 2);
      t.ok(watch.isHeldOnlyBy("b"));
      process.kill(pid, "SIGCONT");
      await pair.settled("a");
      t.match(await pair.seen(), { lost: 0 });
      t.equal(watch.moves, 2);
    },
  );
}
