/** The adapter on a real kernel: what it lists, what it tells the packet filter, what it sends. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import t, { type Test } from "tap";
import { formatConnection } from "#connections/connection-key.ts";
import { needsRoot, TestNetwork } from "#test/support/namespaces.ts";
import { until } from "#test/support/until.ts";

const FLOATING = ["10.8.0.100", "fd08::100"] as const;
const VIA = { ipv4: "10.8.0.2", ipv6: "fe80::2" } as const;
const LIMIT_MS = 20_000;

interface Host {
  readonly network: TestNetwork;
  readonly call: (call: string, argument?: unknown) => Promise<unknown>;
}

async function startOn(network: TestNetwork, host: string): Promise<Host["call"]> {
  const words = ["test/support/connections-host.ts", FLOATING.join(",")];
  const child: ChildProcess = network.node(host, words, true);
  child.stderr?.pipe(process.stderr);
  await once(child, "message");
  return async (name, argument = null) => {
    child.send({ call: name, argument });
    const [{ result }] = (await once(child, "message")) as [{ result: unknown }];
    return result;
  };
}

async function hosts(t: Test): Promise<Host> {
  const network = new TestNetwork(t);
  network.addHost("a", "10.8.0.1/24", "fd08::1/64");
  network.addHost("client", "10.8.0.3/24", "fd08::3/64");
  return { network, call: await startOn(network, "a") };
}

const rulesOf = (network: TestNetwork): string => network.run("a", "nft", "list", "ruleset");

void t.test(
  "the connections of the floating addresses are listed, others not",
  { skip: needsRoot },
  async (t) => {
    const { network, call } = await hosts(t);
    network.ip("a", "address", "add", `${FLOATING[0]}/32`, "dev", "eth0");
    network.ip("a", "address", "add", `${FLOATING[1]}/128`, "dev", "eth0", "nodad");
    t.strictSame(await call("list"), []);
    // One listener on all addresses of both families: IPv4 clients are IPv6 sockets then.
    await call("listen", 3128);
    const program = `
    const { connect } = require("node:net");
    for (const to of ["10.8.0.100", "10.8.0.1", "fd08::100", "fd08::1"]) connect(3128, to);`;
    network.node("client", ["-e", program]);
    const listed = await until(async () => {
      const keys = (await call("list")) as readonly string[];
      return keys.length === 2 ? keys.map(formatConnection).sort() : undefined;
    }, LIMIT_MS);
    t.match(listed[0], /^10\.8\.0\.3 \d+ 10\.8\.0\.100 3128$/);
    t.match(listed[1], /^fd08::3 \d+ fd08::100 3128$/);
  },
);

void t.test(
  "what has ended is forgotten, some at a time and of the floating addresses alone",
  { skip: needsRoot },
  async (t) => {
    const { network, call } = await hosts(t);
    network.ip("a", "address", "add", `${FLOATING[0]}/32`, "dev", "eth0");
    network.ip("a", "address", "add", `${FLOATING[1]}/128`, "dev", "eth0", "nodad");
    t.strictSame(await call("forgetEnded", 10), { ok: true, value: 0 });
    await call("listenAndEnd", 3128);
    await call("listen", 3129);
    // A listener of both families has IPv4 clients as IPv6 sockets; what is open is none of them. Fewer than its
    // backlog: a client whose connection it had no room for would wait for ever.
    const program = `
    const { connect } = require("node:net");
    const tos = ["10.8.0.100", "10.8.0.1", "fd08::100", "fd08::1"];
    for (const to of tos) for (let each = 0; each < 60; each += 1) connect(3128, to).resume();
    for (const to of tos) connect(3129, to);`;
    network.node("client", ["-e", program]);
    const ended = (): number => network.run("a", "ss", "-Htan", "state", "time-wait").split("\n").length - 1;
    await until(() => ended() === 240 || undefined, LIMIT_MS);
    t.strictSame(await call("forgetEnded", 50), { ok: true, value: 50 });
    t.equal(ended(), 190);
    t.strictSame(await call("forgetEnded", 1_000), { ok: true, value: 70 });
    t.equal(ended(), 120, "those of the real addresses stay");
    t.equal(((await call("list")) as readonly string[]).length, 2, "and what is open");
  },
);

void t.test(
  "what is kept is on lo under a lease, hidden, and wholly removed",
  { skip: needsRoot },
  async (t) => {
    const { network, call } = await hosts(t);
    t.match(await call("keep", 5_000), { ok: true });
    const lo = network.ip("a", "address", "show", "dev", "lo");
    t.match(lo, /10\.8\.0\.100\/32 [\s\S]*valid_lft [45]sec/);
    t.match(lo, /fd08::100\/128 [\s\S]*valid_lft [45]sec/);
    t.match(rulesOf(network), /arp daddr ip 10\.8\.0\.100 drop/);
    t.match(rulesOf(network), /arp saddr ip 10\.8\.0\.100 arp saddr ip set 10\.8\.0\.1/);
    t.match(await call("renewKept", 60_000), { ok: true });
    t.match(network.ip("a", "address", "show", "dev", "lo"), /valid_lft (59|60)sec/);
    await call("show");
    t.equal(rulesOf(network), "");
    await call("endKeeping");
    t.notMatch(network.ip("a", "address", "show", "dev", "lo"), /\.100|::100/);
    t.match(await call("keep", 1_000), { ok: true });
    await call("endKeeping");
    t.equal(rulesOf(network), "");
    await call("endKeeping");
  },
);

void t.test("the rules that pass packets on are those that are meant", { skip: needsRoot }, async (t) => {
  const { network, call } = await hosts(t);
  t.equal(rulesOf(network), "", "what was tried at the start has left nothing");
  t.match(await call("passOn", VIA), { ok: true });
  const chains = (family: string, to: string): string =>
    [
      `table ${family} futago {`,
      "\tchain neighbour {",
      `\t\t${family === "ip" ? "ip ttl <= 1" : "ip6 hoplimit <= 1"} accept`,
      `\t\t${family === "ip" ? "ip ttl" : "ip6 hoplimit"} set 2 dup to ${to} device "eth0" drop`,
      "\t}",
      "",
      "\tchain known {",
      "\t\tmeta l4proto != tcp accept",
      "\t\ttcp flags syn / syn,ack accept",
      "\t\tsocket wildcard 1 goto neighbour",
      "\t\tsocket transparent <= 1 accept",
      "\t\tgoto neighbour",
      "\t}",
      "",
      "\tchain entry {",
      "\t\ttype filter hook prerouting priority mangle; policy accept;",
      `\t\t${family} daddr ${family === "ip" ? FLOATING[0] : FLOATING[1]} goto known`,
      "\t}",
      "}",
      "",
    ].join("\n");
  const plain = (text: string): string =>
    text.replaceAll("@th,104,8 & 0x12 == 0x2", "tcp flags syn / syn,ack");
  t.equal(plain(rulesOf(network)), chains("ip", VIA.ipv4) + chains("ip6", VIA.ipv6));
  t.match(await call("passOn", VIA), { ok: true }, "twice is once");
  t.equal(plain(rulesOf(network)), chains("ip", VIA.ipv4) + chains("ip6", VIA.ipv6));
  await call("endPassingOn");
  t.equal(rulesOf(network), "");
  t.match(await call("passOn", { ipv4: VIA.ipv4, ipv6: null }), { ok: false });
  t.equal(rulesOf(network), "", "all or nothing");
});

void t.test(
  "what an earlier life has left is given up at the start, or known",
  { skip: needsRoot },
  async (t) => {
    const { network, call } = await hosts(t);
    t.equal(await call("passesOn"), false);
    t.equal(rulesOf(network), "", "asking leaves nothing");
    await call("keep", 60_000);
    await call("passOn", VIA);
    const child = network.node("a", ["test/support/connections-host.ts", FLOATING.join(",")], true);
    await once(child, "message");
    t.notMatch(rulesOf(network), /table arp/);
    t.notMatch(network.ip("a", "address", "show", "dev", "lo"), /\.100|::100/);
    t.equal(await call("passesOn"), true);
    await call("endPassingOn");
    t.equal(rulesOf(network), "");
  },
);

void t.test(
  "what neither unit knows goes from one to the other once, and no further",
  { skip: needsRoot },
  async (t) => {
    const { network, call } = await hosts(t);
    network.addHost("b", "10.8.0.2/24", "fd08::2/64");
    const callB = await startOn(network, "b");
    for (const unit of ["a", "b"])
      network.ip(unit, "address", "add", `${FLOATING[1]}/128`, "dev", "eth0", "nodad");
    const framesOf = (unit: string): number =>
      Number(network.run(unit, "cat", "/sys/class/net/eth0/statistics/rx_packets"));
    t.match(await call("passOn", { ipv4: "10.8.0.2", ipv6: "fd08::2" }), { ok: true });
    t.match(await callB("passOn", { ipv4: "10.8.0.1", ipv6: "fd08::1" }), { ok: true });
    // A packet of a connection that is gone: what a unit that is asked for a reset would be sent.
    const stray = `
    import socket, struct
    s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 6)
    s.sendto(struct.pack("!HHIIBBHHH", 55555, 3128, 1, 0, 0x50, 0x04, 0, 0, 0), ("${FLOATING[1]}", 0))`;
    const send = (): string => network.run("client", "python3", "-c", stray.replaceAll(/\n +/g, "\n"));
    // The first one makes the unit that gets it look for the other.
    send();
    const knows = (unit: string, other: string): boolean =>
      network.ip(unit, "neighbour", "show", other).includes("lladdr");
    await until(() => knows("a", "fd08::2") || knows("b", "fd08::1") || undefined, LIMIT_MS);
    const before = framesOf("a") + framesOf("b");
    send();
    const counts: number[] = [];
    await until(() => {
      counts.push(framesOf("a") + framesOf("b") - before);
      // The same ten times in a row: nothing is under way.
      return (
        (counts.slice(-10).every((count) => count > 0 && count === counts.at(-1)) && counts.length >= 10) ||
        undefined
      );
    }, LIMIT_MS);
    t.ok((counts.at(-1) ?? 0) < 30, `${counts.at(-1)} frames`);
  },
);
