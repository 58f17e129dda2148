import { readFileSync } from "node:fs";
import t from "tap";
import { compileEgress, type OwnAddresses } from "#policy/egress.ts";
import { classifyHost } from "#policy/host-literal.ts";

const SPELLINGS = JSON.parse(
  readFileSync(new URL("egress-spellings.json", import.meta.url), "utf8"),
) as Readonly<Record<string, readonly string[]>>;

const NOTHING_OWN: OwnAddresses = { addresses: [], listening: [] };
const DEFAULTS = { allow: [], refuse: [] };

const PUBLIC = [
  "1.1.1.1",
  "8.8.8.8",
  "9.255.255.255",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "126.255.255.255",
  "128.0.0.0",
  "169.253.255.255",
  "169.255.0.0",
  "172.15.255.255",
  "172.32.0.0",
  "192.0.1.0",
  "192.0.3.0",
  "192.167.255.255",
  "192.169.0.0",
  "198.17.255.255",
  "198.20.0.0",
  "223.255.255.255",
  "2000::1",
  "2001:200::1",
  "2001:4860:4860::8888",
  "2606:4700:4700::1111",
  "2a00:1450:4001:82b::200e",
  "[2A00:1450:4001:82B:0:0:0:200E]",
];

t.test("every spelling of a refused address is refused on the default settings", async (t) => {
  const { check } = compileEgress(DEFAULTS, NOTHING_OWN);
  let count = 0;
  for (const [group, hosts] of Object.entries(SPELLINGS)) {
    for (const host of hosts) {
      const kind = classifyHost(host);
      t.not(kind.kind, "name", `${group}: ${host} is not looked up`);
      if (kind.kind === "address")
        t.match(check(kind.address, 80), { allowed: false, rule: "special" }, host);
      count += 1;
    }
  }
  t.ok(count >= 120, `${count} spellings`);
});

t.test("public addresses are allowed, right up to the edges of the special networks", async (t) => {
  const { check } = compileEgress(DEFAULTS, NOTHING_OWN);
  for (const host of PUBLIC) {
    const kind = classifyHost(host);
    t.equal(kind.kind, "address", host);
    if (kind.kind === "address") t.match(check(kind.address, 443), { allowed: true, rule: "public" }, host);
  }
});

t.test("the reason names the most specific network", async (t) => {
  const { check } = compileEgress(DEFAULTS, NOTHING_OWN);
  t.equal(check("169.254.169.254", 80).why, "169.254.169.254 is cloud metadata");
  t.equal(check("10.0.0.1", 80).why, "10.0.0.1 is private (RFC 1918)");
  t.equal(check("2001::1", 80).why, "2001::1 is Teredo (RFC 4380)");
  t.match(check("not an address", 80), { allowed: false, rule: "not-an-address" });
});

t.test("allow opens a network, on its ports only when it has ports", async (t) => {
  const allow = [{ network: "10.0.0.0/8" }, { network: "127.0.0.1", ports: [8080, "9000-9009"] }];
  const { check } = compileEgress({ allow, refuse: [] }, NOTHING_OWN);
  t.match(check("10.1.2.3", 1), { allowed: true, rule: "egress.allow" });
  t.equal(check("11.0.0.1", 1).rule, "public");
  t.equal(check("127.0.0.1", 8080).allowed, true);
  t.equal(check("127.0.0.1", 9009).allowed, true);
  t.equal(check("127.0.0.1", 9010).allowed, false);
  t.equal(check("127.0.0.2", 8080).allowed, false);
});

t.test("refuse closes public networks and wins over allow", async (t) => {
  const settings = { allow: [{ network: "10.0.0.0/8" }], refuse: ["8.8.8.0/24", "10.9.0.0/16"] };
  const { check } = compileEgress(settings, NOTHING_OWN);
  t.match(check("8.8.8.8", 53), { allowed: false, rule: "egress.refuse", why: /8\.8\.8\.0\/24/ });
  t.equal(check("8.8.9.8", 53).allowed, true);
  t.equal(check("10.9.1.1", 53).rule, "egress.refuse");
  t.equal(check("10.8.1.1", 53).allowed, true);
});

t.test(
  "IPv4-mapped addresses open only by a mapped network, and are then judged by what is within",
  async (t) => {
    const inner = compileEgress({ allow: [{ network: "10.0.0.0/8" }], refuse: [] }, NOTHING_OWN);
    t.equal(inner.check("::ffff:10.0.0.1", 80).allowed, false);
    const own = { addresses: [], listening: [{ address: "10.0.0.9", port: 3128 }] };
    const settings = { allow: [{ network: "::ffff:10.0.0.0/104" }], refuse: ["10.1.0.0/16"] };
    const mapped = compileEgress(settings, own);
    t.equal(mapped.check("::ffff:a00:1", 80).allowed, true);
    t.equal(mapped.check("::ffff:8.8.8.8", 80).allowed, false);
    t.equal(mapped.check("::ffff:10.1.0.1", 80).rule, "egress.refuse");
    t.equal(mapped.check("::ffff:10.0.0.9", 3128).rule, "own-listener");
  },
);

t.test("the unit's own addresses are refused though they are public, unless allowed", async (t) => {
  const own = { addresses: ["198.41.0.4", "2600::5", "fe80::1%eth0"], listening: [] };
  const { check } = compileEgress(DEFAULTS, own);
  t.match(check("198.41.0.4", 80), { allowed: false, rule: "own-address" });
  t.match(check("2600:0::5", 80), { allowed: false, rule: "own-address" });
  t.equal(check("198.41.0.5", 80).allowed, true);
  const opened = compileEgress({ allow: [{ network: "198.41.0.4" }], refuse: [] }, own);
  t.equal(opened.check("198.41.0.4", 80).allowed, true);
});

t.test("the unit's own listeners stay closed unless an allow entry names that very port", async (t) => {
  const own = { addresses: ["10.0.0.5"], listening: [{ address: "127.0.0.1", port: 3128 }] };
  const wide = [{ network: "127.0.0.0/8" }, { network: "127.0.0.0/8", ports: ["1-65535"] }];
  const closed = compileEgress({ allow: wide, refuse: [] }, own);
  t.match(closed.check("127.0.0.1", 3128), { allowed: false, rule: "own-listener" });
  t.equal(closed.check("127.0.0.1", 3129).allowed, true);
  t.equal(closed.check("127.0.0.2", 3128).allowed, true, "nothing of ours listens there");
  const named = [{ network: "127.0.0.1", ports: [3128] }];
  t.equal(compileEgress({ allow: named, refuse: [] }, own).check("127.0.0.1", 3128).allowed, true);
  const range = [{ network: "127.0.0.1", ports: ["3128-3128"] }];
  t.equal(compileEgress({ allow: range, refuse: [] }, own).check("127.0.0.1", 3128).allowed, true);
});

t.test("a listener on all addresses is closed at each of them, and by way of 0.0.0.0", async (t) => {
  const allow = ["0.0.0.0/0", "::/0"].map((network) => ({ network }));
  const own = (address: string): OwnAddresses => ({
    addresses: ["10.0.0.5", "2600::5"],
    listening: [{ address, port: 3128 }],
  });
  for (const listener of ["0.0.0.0", "::"]) {
    const { check } = compileEgress({ allow, refuse: [] }, own(listener));
    for (const address of ["127.0.0.1", "127.9.9.9", "::1", "10.0.0.5", "2600::5", "0.0.0.0", "::"])
      t.equal(check(address, 3128).rule, "own-listener", `${address} of ${listener}`);
    t.equal(check("10.0.0.6", 3128).allowed, true);
    t.equal(check("10.0.0.5", 3129).allowed, true);
  }
  const loopback = compileEgress({ allow, refuse: [] }, own("127.0.0.1"));
  t.equal(loopback.check("0.0.0.0", 3128).rule, "own-listener");
  const other = compileEgress({ allow, refuse: [] }, own("10.0.0.5"));
  t.equal(other.check("0.0.0.0", 3128).allowed, true);
});

t.test("settings that were not checked are a programmer's error", async (t) => {
  t.throws(() => compileEgress({ allow: [], refuse: ["10.0.0.1/8"] }, NOTHING_OWN), /invariant broken/);
});
