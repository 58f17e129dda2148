/** Two real units with many floating addresses, and on interfaces that are made of others. */
import { execFileSync } from "node:child_process";
import t from "tap";
import { AddressWatch } from "#test/support/address-watch.ts";
import { needsRoot, type TestNetwork } from "#test/support/namespaces.ts";
import { hostAddresses, PLAN, type UnitName } from "#test/support/pair-settings.ts";
import { TestPair } from "#test/support/test-pair.ts";

const TIMERS = { intervalMs: 50, count: 3, failback: { mode: "never" } };
const TAKEOVER_MS = 180;

void t.test("100 floating addresses move within the same time", { skip: needsRoot }, async (t) => {
  const others = Array.from({ length: 99 }, (_, index) => `10.8.0.${101 + index}`);
  const pair = await TestPair.start(t, {
    ...TIMERS,
    // The one that the client asks for comes last.
    floatingAddresses: [...others, PLAN[4].floating].map((address) => ({
      address,
      prefixLength: 24,
      interface: "eth0",
    })),
  });
  const watch = await AddressWatch.start(pair.network, ["a", "b"], PLAN[4].floating);
  watch.reset();
  pair.network.forward("a", "off");
  await pair.reaches("b", "active");
  const { outageMs, lagMs } = await pair.seen();
  t.ok(outageMs <= TAKEOVER_MS + 2 * lagMs, `${outageMs} ms of ${TAKEOVER_MS}, lag ${lagMs}`);
  const shown = pair.network.ip("b", "-o", "address", "show", "dev", "eth0");
  t.equal(shown.match(/10\.8\.0\.\d+\/32/g)?.length, 100);
  pair.network.forward("a", "on");
  await pair.settled("a");
  t.match(await pair.seen(), { lost: 0 }, "heal");
  t.match(await pair.command("a", "pair-handover"), { ok: true });
  await pair.settled("b");
  t.match(await pair.seen(), { lost: 0 }, "handover");
});

/** Why this kernel cannot make such an interface; false when it can. */
function missing(type: string, ...options: readonly string[]): string | false {
  if (needsRoot !== false) return needsRoot;
  const name = `ftprobe${process.pid}`;
  const ip = (...words: readonly string[]): unknown => execFileSync("ip", words, { stdio: "pipe" });
  ip("netns", "add", name);
  try {
    ip("-n", name, "link", "add", "below", "type", "veth", "peer", "name", "above");
    ip("-n", name, "link", "add", "link", "below", "name", "made", "type", type, ...options);
    return false;
  } catch {
    return `this kernel has no ${type} interfaces`;
  } finally {
    ip("netns", "delete", name);
  }
}

interface Made {
  readonly type: string;
  readonly name: string;
  readonly skip: string | false;
  readonly prepare: (network: TestNetwork, host: string) => void;
}

const MADE: readonly Made[] = [
  {
    type: "VLAN",
    name: "eth0.5",
    skip: missing("vlan", "id", "5"),
    prepare(network, host) {
      network.ip(host, "address", "flush", "dev", "eth0");
      network.ip(host, "link", "add", "link", "eth0", "name", "eth0.5", "type", "vlan", "id", "5");
      network.bringUp(host, "eth0.5", ...hostAddresses(host as UnitName));
    },
  },
  {
    type: "bond",
    name: "bond0",
    skip: missing("bond"),
    prepare(network, host) {
      network.ip(host, "address", "flush", "dev", "eth0");
      network.ip(
        host,
        "link",
        "add",
        "name",
        "bond0",
        "type",
        "bond",
        "mode",
        "active-backup",
        "miimon",
        "100",
      );
      network.ip(host, "link", "set", "eth0", "down");
      network.ip(host, "link", "set", "eth0", "master", "bond0");
      network.bringUp(host, "bond0", ...hostAddresses(host as UnitName));
    },
  },
  {
    type: "macvlan",
    name: "macvlan0",
    skip: missing("macvlan"),
    prepare(network, host) {
      network.ip(host, "address", "flush", "dev", "eth0");
      network.ip(
        host,
        "link",
        "add",
        "link",
        "eth0",
        "name",
        "macvlan0",
        "type",
        "macvlan",
        "mode",
        "bridge",
      );
      network.bringUp(host, "macvlan0", ...hostAddresses(host as UnitName));
    },
  },
];

for (const { type, name, skip, prepare } of MADE)
  void t.test(
    `a floating address on a ${type} interface is taken over and handed over`,
    { skip },
    async (t) => {
      const pair = await TestPair.start(t, TIMERS, "heartbeatd", { device: { name, prepare } });
      t.match(await pair.command("a", "pair-handover"), { ok: true });
      await pair.settled("b");
      t.match(await pair.seen(), { lost: 0 }, "handover");
      pair.network.forward("b", "off");
      await pair.reaches("a", "active");
      const { outageMs, lagMs } = await pair.seen();
      t.ok(outageMs <= TAKEOVER_MS + 2 * lagMs, `${outageMs} ms of ${TAKEOVER_MS}, lag ${lagMs}`);
    },
  );
