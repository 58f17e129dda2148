/** One floating address for each unit: each at home on its own, and on the other one when that is gone. */
import t, { type Test } from "tap";
import { futago } from "#test/support/futago-command.ts";
import { needsRoot } from "#test/support/namespaces.ts";
import { FLOATING_OF_B, ONE_EACH, otherUnit } from "#test/support/pair-settings.ts";
import { TestPair } from "#test/support/test-pair.ts";
import { until } from "#test/support/until.ts";

const TIMES = { intervalMs: 50, count: 3, leaseMs: 2_000, failback: { mode: "at-once", holdMs: 200 } };
/** What a takeover may cost the clients. */
const TAKEOVER_MS = TIMES.intervalMs * TIMES.count + 30;
const LIMIT_MS = 15_000;
const AT_HOME = { a: ["active"], b: ["standby"] } as const;
const ALL_ON_B = { a: [], b: ["active", "standby"] } as const;
const UNITS = ["a", "b"] as const;

async function pairOf(t: Test, program: "heartbeatd" | "unit" = "heartbeatd"): Promise<TestPair> {
  const pair = await TestPair.start(t, TIMES, program, { oneEach: true });
  await pair.share(AT_HOME);
  await pair.seen();
  return pair;
}

void t.test(
  "a unit that dies leaves its own to the other, and gets it back",
  { skip: needsRoot },
  async (t) => {
    const pair = await pairOf(t);
    for (const name of UNITS) {
      // The power goes: the machine's cable and its processes at once.
      pair.network.forward(name, "off");
      await pair.signal(name, "SIGKILL");
      await until(async () => {
        const status = await pair.status(otherUnit(name));
        return (status?.own.holds === true && status.second?.own.holds === true) || undefined;
      }, LIMIT_MS);
      const { outageMs, lagMs } = await pair.seen();
      t.ok(outageMs <= TAKEOVER_MS + 2 * lagMs, `${name}: ${outageMs} ms, lag ${Math.round(lagMs)}`);
      pair.network.forward(name, "on");
      pair.startProgram(name);
      await pair.share(AT_HOME);
      t.match(await pair.seen(), { lost: 0 }, `unit ${name} is back`);
    }
  },
);

void t.test("handovers, of all addresses or of one", { skip: needsRoot }, async (t) => {
  const pair = await pairOf(t);
  const handover = (name: "a" | "b", ...words: string[]) =>
    futago("ha", "handover", ...words, "--socket", pair.socketOf(name));
  t.match(await handover("a"), { code: 0 });
  await pair.share(ALL_ON_B);
  t.match(await handover("a"), { code: 0 }, "a unit that holds nothing asks for its own");
  await pair.share(AT_HOME);
  t.match(await handover("b", "--address", FLOATING_OF_B), { code: 0 });
  await pair.share({ a: ["active", "standby"], b: [] });
  t.match(await handover("a", "--address", FLOATING_OF_B), { code: 0 });
  await pair.share(AT_HOME);
  t.match(await handover("a", "--address", "10.8.0.102"), { code: 1, err: /none of the floating addresses/ });
  t.match(await pair.seen(), { lost: 0 });
});

void t.test("maintenance and a stop give everything away", { skip: needsRoot }, async (t) => {
  const pair = await pairOf(t, "unit");
  for (const name of UNITS) {
    await pair.command(name, "pair-maintenance-on");
    const status = await until(async () => {
      const own = await pair.status(name);
      return own?.own.state === "standby" && own.second?.own.state === "standby" ? own : undefined;
    }, LIMIT_MS);
    t.match([status.own, status.second?.own], [{ health: "maintenance" }, { health: "maintenance" }]);
    t.match(await futago("ha", "--socket", pair.socketOf(name)), {
      out: /addresses at home on the standby unit:\n +floating addresses +10\.8\.0\.101/,
    });
    await pair.command(name, "pair-maintenance-off");
    await pair.share(AT_HOME);
  }
  await pair.command("b", "pair-handover");
  await pair.share({ a: ["active", "standby"], b: [] });
  await pair.signal("a", "SIGTERM");
  const survivor = await pair.status("b");
  t.match([survivor?.own, survivor?.second?.own], [{ holds: true }, { holds: true }], "before unit a ended");
  pair.startProgram("a");
  await pair.share(AT_HOME);
  t.match(await pair.seen(), { lost: 0 });
});

void t.test("a reload adds, moves and removes what is at home on unit b", { skip: needsRoot }, async (t) => {
  const pair = await TestPair.start(t, TIMES);
  const [first, second] = ONE_EACH;
  const third = { ...second, address: "10.8.0.102" };
  const reload = async (...floatingAddresses: readonly object[]): Promise<void> => {
    for (const name of UNITS) await pair.reload(name, { floatingAddresses });
  };
  const shown = (name: "a" | "b"): readonly string[] =>
    [...pair.network.ip(name, "address", "show", "dev", "eth0").matchAll(/inet (\S+)\/32/g)]
      .map(([, address]) => address ?? "")
      .sort();
  const have = async (a: readonly string[], b: readonly string[]): Promise<void> => {
    await until(() => `${shown("a")} ${shown("b")}` === `${a} ${b}` || undefined, LIMIT_MS);
  };
  await pair.command("b", "pair-maintenance-on");
  await reload(first, second);
  await have([first.address, second.address], []);
  t.match((await pair.status("b"))?.second?.own, { health: "maintenance" }, "new addresses hear of it too");
  await pair.command("b", "pair-maintenance-off");
  await pair.share(AT_HOME);
  await reload(first, second, third);
  await have([first.address], [second.address, third.address]);
  await pair.share(AT_HOME);
  for (const name of UNITS)
    t.notMatch(pair.logOf(name), /begins-anew(?!.*home=standby)/, `${name}: the others did not notice`);
  await reload(first, third, { ...second, home: "active" });
  await have([first.address, second.address], [third.address]);
  await pair.share(AT_HOME);
  await reload(first);
  await have([first.address], []);
  t.equal((await pair.status("a"))?.second, null);
  await pair.settled("a");
  t.match(await pair.seen(), { lost: 0 }, "of the first");
});
