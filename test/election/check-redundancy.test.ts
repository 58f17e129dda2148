import t from "tap";
import { checkRedundancySettings, type OwnInterfaces } from "#election/check-redundancy.ts";
import {
  addressesDigest,
  type Home,
  homesOf,
  needsNewElection,
  needsNewPaths,
  pairConfig,
  silenceMs,
} from "#election/config.ts";
import { defaultSettings, parseSettings } from "#settings/parse-settings.ts";
import type { Settings } from "#settings/schema.ts";

const INTERFACES: OwnInterfaces = {
  addresses: [
    { interface: "lo", address: "127.0.0.1", prefixLength: 8 },
    { interface: "eth0", address: "192.168.0.1", prefixLength: 24 },
    { interface: "eth0", address: "2001:db8::1", prefixLength: 64 },
  ],
  silent: ["eth1"],
};

type Redundancy = Settings["redundancy"];

/** The manual's pair, as the unit set as active has it. */
const MANUAL: Redundancy = {
  ...defaultSettings().redundancy,
  enabled: true,
  peerAddress: "192.168.0.2",
  floatingAddresses: [{ address: "192.168.0.100", prefixLength: 24, interface: "eth0", home: "active" }],
};

const faults = (changes: Partial<Redundancy>): readonly string[] =>
  checkRedundancySettings({ ...MANUAL, ...changes }, INTERFACES).map(
    ({ path, found, expected }) => `${path.replace("redundancy.", "")}: ${found}: ${expected}`,
  );

const floating = (address: string, changes: Partial<Redundancy["floatingAddresses"][number]> = {}) => ({
  floatingAddresses: [{ address, prefixLength: 24, interface: "eth0", home: "active" as const, ...changes }],
});

t.test("the defaults are the manual's", async (t) => {
  const { port, intervalMs, count, failback, role, enabled } = defaultSettings().redundancy;
  t.strictSame([port, intervalMs, count], [7_900, 2_000, 5]);
  t.match({ failback, role, enabled }, { failback: { mode: "at-once" }, role: "active", enabled: false });
  t.strictSame(
    checkRedundancySettings(defaultSettings().redundancy, INTERFACES),
    [],
    "off: nothing is asked",
  );
});

t.test("the manual's pair is right, and becomes what the election needs", async (t) => {
  t.strictSame(faults({}), []);
  t.strictSame(faults(floating("2001:db8::100", { prefixLength: 64 })), []);
  const config = pairConfig(MANUAL, { unitId: 5, ownAddress: "192.168.0.1" }, "active");
  t.equal(silenceMs(config), 10_000);
  t.match(config, {
    paths: 1,
    role: "active",
    peerAddress: "192.168.0.2",
    criticalServices: ["proxy"],
    announceAtMs: [0, 50, 500, 2_000],
    checksGateway: false,
  });
  const at = (home: Home, ...addresses: string[]) => addresses.map((address) => ({ address, home }));
  const digest = addressesDigest(at("active", "a", "b"));
  t.equal(digest, addressesDigest(at("active", "b", "a")));
  t.not(digest, addressesDigest(at("active", "a", "c")));
  t.not(digest, addressesDigest([...at("active", "a"), ...at("standby", "b")]));
});

t.test("addresses at home on each unit: two elections, with the roles the other way round", async (t) => {
  const { floatingAddresses } = floating("192.168.0.101", { home: "standby" });
  const both = { ...MANUAL, floatingAddresses: [...MANUAL.floatingAddresses, ...floatingAddresses] };
  t.strictSame(faults(both), []);
  t.strictSame([homesOf(MANUAL), homesOf(both)], [["active"], ["active", "standby"]]);
  const identity = { unitId: 5, ownAddress: "192.168.0.1" };
  for (const role of ["active", "standby"] as const)
    for (const home of homesOf(both)) {
      const config = pairConfig({ ...both, role }, identity, home);
      t.match(
        config,
        { home, role: role === home ? "active" : "standby" },
        `${home} of a unit set as ${role}`,
      );
      t.equal(config.addressesDigest, addressesDigest(both.floatingAddresses), "which tells of all of them");
    }
  t.match(faults(floating("192.168.0.101", { home: "standby" })), [
    /^floatingAddresses: "standby": at least one address with "home": "active"/,
  ]);
});

t.test("what contradicts itself is told with its path, what was found and what was expected", async (t) => {
  const { peerAddress, ...without } = MANUAL;
  t.match(checkRedundancySettings(without, INTERFACES), [
    { path: "redundancy.peerAddress", found: "nothing" },
  ]);
  t.equal(peerAddress, "192.168.0.2");
  t.strictSame(faults({ peerAddress: "192.168.0.1" }), [
    'peerAddress: "192.168.0.1": an address of another machine; this unit has it on eth0',
  ]);
  t.strictSame(faults({ peerAddress: "unit-b" }), [
    'peerAddress: "unit-b": an IPv4 or IPv6 address, such as 192.0.2.2',
  ]);
  t.match(faults({ secondPeerAddress: "192.168.0.2" }), [/^secondPeerAddress: .*other than peerAddress/]);
  t.match(faults({ gateway: "192.168.0.1" }), [/^gateway: /]);
  t.match(faults({ leaseMs: 1_500 }), [/^leaseMs: 1500: whole seconds/]);
  t.match(faults({ announce: { afterMs: [50, 50], everyMs: 0 } }), [
    /^announce\.afterMs\[1\]: 50: more than 50/,
  ]);
  const twice = [
    { name: "proxy", whenDead: "hand-over" },
    { name: "proxy", whenDead: "warn" },
  ] as const;
  t.match(faults({ services: [...twice] }), [/^services\[1\]\.name: "proxy": a name other/]);
});

t.test("floating addresses are nobody's real ones, and of their interface's network", async (t) => {
  t.strictSame(faults({ floatingAddresses: [] }), [], "the manual adds them afterwards");
  t.match(faults(floating("192.168.0.1")), [/no real address; this unit has it on eth0/]);
  t.match(faults(floating("192.168.0.2")), [/no real address of another machine/]);
  t.strictSame(faults(floating("192.168.1.100")), [
    'floatingAddresses[0].address: "192.168.1.100": an address within 192.168.0.0/24 or 2001:db8::/64, the network of eth0',
  ]);
  t.match(faults(floating("192.168.0.100", { prefixLength: 16 })), [/prefixLength: 16: 24, as eth0 has it/]);
  t.match(faults(floating("192.168.0.100", { prefixLength: 64 })), [
    /prefixLength: 64: a prefix of at most 32/,
  ]);
  t.match(faults(floating("192.168.0.100", { interface: "eth7" })), [/interface: "eth7": .*: lo, eth0/]);
  t.match(faults(floating("F-IP")), [/^floatingAddresses\[0\]\.address: "F-IP": an IPv4/]);
  const both = [...floating("2001:db8::100", { prefixLength: 64 }).floatingAddresses];
  t.match(
    faults({
      floatingAddresses: [...both, ...floating("2001:DB8:0::100", { prefixLength: 64 }).floatingAddresses],
    }),
    [/^floatingAddresses\[1\]\.address: .*other than floatingAddresses\[0\]/],
  );
});

t.test("intervals from 10 ms to 60 s, and no key in the settings", async (t) => {
  const parsed = (redundancy: unknown): unknown => {
    const outcome = parseSettings(JSON.stringify({ redundancy }));
    return outcome.ok ? "ok" : outcome.error.map(({ path }) => path);
  };
  for (const intervalMs of [10, 20, 100, 60_000]) t.equal(parsed({ intervalMs }), "ok");
  t.strictSame(parsed({ intervalMs: 9 }), ["redundancy.intervalMs"]);
  t.strictSame(parsed({ intervalMs: 60_001 }), ["redundancy.intervalMs"]);
  t.strictSame(parsed({ key: "secret" }), ["redundancy.key"]);
});

t.test("a service is asked at an address of its own, only the proxy is known", async (t) => {
  const check = { protocol: "tcp", address: "127.0.0.1", port: 53, path: "/" } as const;
  const whenDead = "warn";
  t.strictSame(faults({ services: [{ name: "dns", whenDead, check }] }), []);
  t.match(faults({ services: [{ name: "dns", whenDead }] }), [
    /^services\[0\]\.check: nothing: where "dns" answers/,
  ]);
  t.match(faults({ services: [{ name: "dns", whenDead, check: { ...check, address: "dns" } }] }), [
    /^services\[0\]\.check\.address: "dns"/,
  ]);
});

t.test("times, roles and services change while it runs; where and with whom does not", async (t) => {
  const live: readonly Partial<Redundancy>[] = [
    { intervalMs: 20, count: 3, leaseMs: 1_000, drainMs: 0 },
    { role: "standby", services: [] },
    { failback: { mode: "never", holdMs: 0, delayMs: 0 } },
  ];
  const fixed = [{ port: 7_901 }, { peerAddress: "192.168.0.3" }, { keyFile: "/etc/futago/pair.key" }];
  const ofAddresses = [{ gateway: "192.168.0.254" }, floating("192.168.0.101")];
  const needs = (changes: Partial<Redundancy>): readonly boolean[] => {
    const after = { ...MANUAL, ...changes };
    return [needsNewPaths(MANUAL, after), needsNewElection(MANUAL, after, "active")];
  };
  for (const changes of live) t.strictSame(needs(changes), [false, false]);
  for (const changes of fixed) t.strictSame(needs(changes), [true, false], JSON.stringify(changes));
  for (const changes of ofAddresses) t.strictSame(needs(changes), [false, true], JSON.stringify(changes));
  const [first] = MANUAL.floatingAddresses;
  const [second] = floating("192.168.0.101", { home: "standby" }).floatingAddresses;
  if (first === undefined || second === undefined) throw new Error("the addresses of this test");
  const both = { floatingAddresses: [second, first] };
  t.strictSame(needs(both), [false, false], "the addresses of the other unit are another matter");
  t.ok(needsNewElection(MANUAL, { ...MANUAL, ...both }, "standby"));
});

t.test("an interface without its cable shows no address: what it should have is not judged", async (t) => {
  t.strictSame(faults(floating("10.0.0.100", { interface: "eth1" })), []);
  t.match(faults(floating("10.0.0.100", { interface: "eth2" })), [
    /interface: "eth2": an interface that has/,
  ]);
});
