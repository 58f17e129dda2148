/** The adapter on real kernels: two hosts and a client on a bridge. */
import type { ChildProcess } from "node:child_process";
import t, { type Test } from "tap";
import { needsRoot, TestNetwork } from "#test/support/namespaces.ts";
import { until } from "#test/support/until.ts";

const FLOATING = ["10.8.0.100", "fd08::100"] as const;
const LIMIT_MS = 20_000;

interface Message {
  readonly event?: string;
  readonly address?: string;
  readonly mac?: string;
  readonly result?: unknown;
}

class Host {
  readonly events: Message[] = [];
  readonly #child: ChildProcess;
  readonly #results: unknown[] = [];

  constructor(network: TestNetwork, name: string) {
    this.#child = network.node(
      name,
      ["test/support/floating-host.ts", FLOATING.join(","), "10.8.0.3", "10.8.0.2,fd08::2"],
      true,
    );
    this.#child.stderr?.pipe(process.stderr);
    this.#child.on("message", (message: Message) => {
      if (message.event === undefined) this.#results.push(message.result);
      else this.events.push(message);
    });
  }

  ready(): Promise<unknown> {
    return this.saw(({ event }) => event === "ready");
  }

  saw(match: (message: Message) => boolean): Promise<Message> {
    return until(() => this.events.find(match), LIMIT_MS);
  }

  async call(call: string, argument: unknown = null): Promise<unknown> {
    this.#child.send({ call, argument });
    const result = await until(
      () => (this.#results.length > 0 ? { value: this.#results.shift() } : undefined),
      LIMIT_MS,
    );
    return result.value;
  }
}

async function pair(t: Test): Promise<{ network: TestNetwork; a: Host; b: Host }> {
  const network = new TestNetwork(t);
  network.addHost("a", "10.8.0.1/24", "fd08::1/64");
  network.addHost("b", "10.8.0.2/24", "fd08::2/64");
  network.addHost("client", "10.8.0.3/24", "fd08::3/64");
  const a = new Host(network, "a");
  const b = new Host(network, "b");
  await Promise.all([a.ready(), b.ready()]);
  return { network, a, b };
}

const HELD = { holds: true, holdsSome: true };
const GONE = { holds: false, holdsSome: false };

void t.test(
  "addresses are held under a lease, renewed, released, and dropped by the kernel",
  { skip: needsRoot },
  async (t) => {
    const { network, a } = await pair(t);
    t.match(await a.call("state"), { ...GONE, linkUp: true });
    t.match(await a.call("hold", 2_000), { ok: true });
    t.match(await a.call("state"), HELD);
    const shown = network.ip("a", "address", "show", "dev", "eth0");
    t.match(shown, /10\.8\.0\.100\/32 .*noprefixroute/);
    t.match(shown, /fd08::100\/128 .*noprefixroute/);
    t.match(shown, /valid_lft [12]sec preferred_lft 0sec/);
    t.match(await a.call("hold", 1_000), { ok: true }, "renewed");
    t.match(await a.call("release"), { ok: true });
    t.match(await a.call("state"), GONE);
    t.notMatch(network.ip("a", "address", "show", "dev", "eth0"), /\.100|::100/);
    t.match(await a.call("release"), { ok: true }, "twice does no harm");
    await a.call("hold", 1_000);
    await until(async () => ((await a.call("state")) as { holds: boolean }).holds || undefined, LIMIT_MS);
    await a.saw(({ event }) => event === "addresses");
    await until(
      async () => (((await a.call("state")) as { holdsSome: boolean }).holdsSome ? undefined : true),
      LIMIT_MS,
    );
    t.notMatch(network.ip("a", "address", "show", "dev", "eth0"), /\.100|::100/, "the lease has ended");
  },
);

void t.test(
  "packets for an IPv6 address are taken from the first moment on",
  { skip: needsRoot },
  async (t) => {
    const { a } = await pair(t);
    // The kernel does this later, and most often soon enough.
    for (let round = 0; round < 30; round += 1) {
      t.match(await a.call("holdAndLook", 60_000), /^fd080{25}100 80 .* eth0$/m, `round ${round}`);
      await a.call("release");
    }
  },
);

void t.test("what somebody else does to the addresses is noticed", { skip: needsRoot }, async (t) => {
  const { network, a } = await pair(t);
  await a.call("hold", 60_000);
  network.ip("a", "address", "delete", "10.8.0.100/32", "dev", "eth0");
  await a.saw(({ event }) => event === "addresses");
  t.match(await a.call("state"), { holds: false, holdsSome: true });
  t.match(await a.call("hold", 60_000), { ok: true });
  t.match(await a.call("state"), HELD);
});

void t.test(
  "probes are answered by the holder alone, announcements are heard",
  { skip: needsRoot },
  async (t) => {
    const { a, b } = await pair(t);
    const mac = await a.call("mac");
    await b.call("probe");
    await b.call("askFor", "10.8.0.3");
    await b.saw(({ address }) => address === "10.8.0.3");
    t.equal(
      b.events.filter(({ address }) => FLOATING.some((each) => each === address)).length,
      0,
      "nobody has them",
    );
    await a.call("hold", 60_000);
    for (const floating of FLOATING) {
      // An IPv6 address is asked for by multicast, which its kernel joins a little later.
      const claim = await until(async () => {
        await b.call("probe");
        return b.events.find(({ address }) => address === floating);
      }, LIMIT_MS);
      t.equal(claim.mac, mac, floating);
    }
    b.events.length = 0;
    await a.call("announce");
    for (const floating of FLOATING)
      t.equal((await b.saw(({ address }) => address === floating)).mac, mac, `${floating} announced`);
    t.equal(a.events.filter(({ event }) => event === "claim").length, 0, "a unit does not hear itself");
  },
);

void t.test(
  "an announcement moves the address in a neighbour's table at once",
  { skip: needsRoot },
  async (t) => {
    const { network, a, b } = await pair(t);
    const [macA, macB] = (await Promise.all([a.call("mac"), b.call("mac")])) as [string, string];
    const colons = (mac: string): string => mac.match(/../g)?.join(":") ?? "";
    for (const floating of FLOATING)
      network.ip(
        "client",
        "neighbour",
        "replace",
        floating,
        "lladdr",
        colons(macA),
        "nud",
        "reachable",
        "dev",
        "eth0",
      );
    await b.call("hold", 60_000);
    await b.call("announce");
    for (const floating of FLOATING)
      await until(
        () => network.ip("client", "neighbour", "show", floating).includes(colons(macB)) || undefined,
        LIMIT_MS,
      );
  },
);

void t.test("a neighbour that was seen stays known to the kernel", { skip: needsRoot }, async (t) => {
  const { network, a, b } = await pair(t);
  const mac =
    String(await b.call("mac"))
      .match(/../g)
      ?.join(":") ?? "";
  for (const address of ["10.8.0.2", "fd08::2"]) {
    const entry = (): string => network.ip("a", "neighbour", "show", address);
    await a.call("askFor", address);
    await until(() => entry().includes(`lladdr ${mac} REACHABLE`) || undefined, LIMIT_MS);
    network.ip("a", "neighbour", "delete", address, "dev", "eth0");
    t.equal(entry(), "");
    await a.call("keepNeighbours");
    t.match(entry(), `lladdr ${mac} REACHABLE`, "without a question");
  }
});

void t.test(
  "who takes the addresses or announces them asks anew for whom it did not find",
  { skip: needsRoot },
  async (t) => {
    const { network, a } = await pair(t);
    const entry = (): string => network.ip("a", "neighbour", "show", "10.8.0.77");
    const send =
      'const s = require("dgram").createSocket("udp4"); s.send("x", 9, "10.8.0.77", () => s.close())';
    const askInVain = async (): Promise<void> => {
      network.run("a", process.execPath, "-e", send);
      t.match(entry(), /INCOMPLETE|FAILED/);
      const askedMs = performance.now();
      await until(() => performance.now() > askedMs + 100 || undefined, LIMIT_MS);
    };
    await askInVain();
    await a.call("hold", 60_000);
    t.equal(entry(), "", "before a client can come");
    await askInVain();
    await a.call("announce");
    t.equal(entry(), "", "after a time without the network");
  },
);

void t.test(
  "carrier lost and found is told, and a new interface is opened anew",
  { skip: needsRoot },
  async (t) => {
    const { network, a, b } = await pair(t);
    network.cable("a", "down");
    await until(
      async () => (((await a.call("state")) as { linkUp: boolean }).linkUp ? undefined : true),
      LIMIT_MS,
    );
    network.cable("a", "up");
    await until(async () => ((await a.call("state")) as { linkUp: boolean }).linkUp || undefined, LIMIT_MS);
    await a.call("hold", 60_000);
    await b.call("probe");
    await b.saw(({ address }) => address === FLOATING[0]);
    network.ip("bridge", "link", "delete", "to-b");
    await until(
      async () => (((await b.call("state")) as { linkUp: boolean }).linkUp ? undefined : true),
      LIMIT_MS,
    );
    network.plug("b");
    network.ip("b", "link", "set", "eth0", "up");
    await until(async () => ((await b.call("state")) as { linkUp: boolean }).linkUp || undefined, LIMIT_MS);
    b.events.length = 0;
    await until(async () => {
      await b.call("probe");
      return b.events.some(({ address }) => address === FLOATING[0]) || undefined;
    }, LIMIT_MS);
    const [before = 0] = (await b.call("frames")) as readonly number[];
    await a.call("announce");
    await until(
      async () => (((await b.call("frames")) as readonly number[])[0] ?? 0) > before || undefined,
      LIMIT_MS,
    );
  },
);

/** Which addresses a host's own traffic comes from: to its network, and beyond the gateway. */
function sourcesOf(network: TestNetwork, name: string): readonly string[] {
  const program = `
    const { createSocket } = require("node:dgram");
    for (const to of ["10.8.0.3", "198.51.100.1", "fd08::3", "2001:db8::1"]) {
      const socket = createSocket(to.includes(":") ? "udp6" : "udp4");
      socket.connect(9, to, () => {
        console.log(to, socket.address().address);
        socket.close();
      });
    }`;
  return network.run(name, process.execPath, "-e", program).trim().split("\n").sort();
}

void t.test(
  "a unit's own traffic comes from its real address, whatever it holds",
  { skip: needsRoot },
  async (t) => {
    const { network, a } = await pair(t);
    for (const via of ["10.8.0.3", "fd08::3"]) network.ip("a", "route", "add", "default", "via", via);
    const real = [
      "10.8.0.3 10.8.0.1",
      "198.51.100.1 10.8.0.1",
      "2001:db8::1 fd08::1",
      "fd08::3 fd08::1",
    ] as const;
    t.strictSame(sourcesOf(network, "a"), real, "before");
    await a.call("hold", 60_000);
    t.strictSame(sourcesOf(network, "a"), real, "while it holds the floating addresses");
    for (const address of FLOATING) network.ip("a", "address", "add", address, "dev", "lo");
    await a.call("release");
    t.strictSame(sourcesOf(network, "a"), real, "while it keeps them on lo");
  },
);
