/** The driver with a kernel and a network of its own making; the election is the real one, and so is time. */
import t, { type Test } from "tap";
import type { LogValues } from "#base/logger.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { PairConfig } from "#election/config.ts";
import type { Packet } from "#election/packet.ts";
import { PairDriver } from "#heartbeat/pair-driver.ts";
import type { PairKernel } from "#heartbeat/pair-ports.ts";
import { until } from "#test/support/until.ts";

const LIMIT_MS = 5_000;

const CONFIG: PairConfig = {
  home: "active",
  pairId: 1,
  unitId: 1,
  role: "standby",
  ownAddress: "192.0.2.2",
  peerAddress: "192.0.2.1",
  paths: 1,
  intervalMs: 20,
  count: 3,
  failback: "at-once",
  failbackDelayMs: 0,
  failbackHoldMs: 0,
  leaseMs: 1_000,
  criticalServices: [],
  watchedServices: [],
  checksGateway: false,
  announceAtMs: [0],
  announceEveryMs: 0,
  dampingMoves: 3,
  dampingWindowMs: 300_000,
  addressesDigest: 0,
};

class FakeKernel implements PairKernel {
  readonly calls: string[] = [];
  /** What is said again and again. */
  readonly others: string[] = [];
  holds = false;
  linkUp = true;
  frames = 0;
  refuses = false;

  get holdsSome(): boolean {
    return this.holds;
  }

  framesReceived(): readonly number[] {
    return [this.frames];
  }

  hold(leaseMs: number): Outcome<null, string> {
    this.calls.push(`hold ${leaseMs}`);
    if (this.refuses) return failure("EPERM");
    this.holds = true;
    return success(null);
  }

  release(): Outcome<null, string> {
    this.calls.push("release");
    this.holds = false;
    return success(null);
  }

  announce(): void {
    this.calls.push("announce");
  }

  onProbe: () => void = () => {};

  probe(): void {
    this.calls.push("probe");
    this.onProbe();
  }

  refresh(): void {
    this.calls.push("refresh");
  }
}

function drive(t: Test, change: (kernel: FakeKernel) => void = () => {}, config = CONFIG) {
  const kernel = new FakeKernel();
  change(kernel);
  const sent: Packet[] = [];
  const logged: string[] = [];
  const lines: string[] = [];
  let isStopped = false;
  const driver = new PairDriver({
    config,
    kernel,
    paths: { send: (packet) => void sent.push(packet) },
    connections: {
      taking: (planned) => void kernel.calls.push(`taking ${planned}`),
      taken: () => void kernel.calls.push("taken"),
      leaving: (planned) => void kernel.calls.push(`leaving ${planned}`),
      gone: () => void kernel.others.push("gone"),
      sharing: () => void kernel.calls.push("sharing"),
      tell: () => void kernel.calls.push("tell"),
      reset: () => void kernel.calls.push("reset"),
    },
    clock: { nowMs: () => performance.now(), wallMs: () => 0 },
    logger: (_level, event, values: LogValues = {}) =>
      void logged.push([event, ...Object.values(values)].join(" ")),
    onManualLine: (line) => void lines.push(line),
    nonce: 5,
    authenticated: false,
    onStall: () => void kernel.calls.push("stall"),
    onStopped: () => {
      isStopped = true;
    },
  });
  t.teardown(() => driver.close());
  driver.start();
  const reaches = (state: string): Promise<true> =>
    until(() => driver.status.own.state === state || undefined, LIMIT_MS);
  return { driver, kernel, sent, logged, lines, reaches, stopped: () => isStopped || undefined };
}

t.test("a silent peer's addresses are taken, announced and renewed, with the manual's line", async (t) => {
  const { driver, kernel, lines, sent, reaches } = drive(t);
  kernel.frames += 1;
  await reaches("active");
  t.strictSame(
    kernel.calls.filter((call) => call !== "probe").slice(0, 3),
    ["taking false", "hold 1000", "taken"],
    "the connections are seen to before and after",
  );
  t.ok(kernel.calls.includes("reset"), "the other unit's clients are told");
  t.ok(kernel.calls.includes("probe"), "the network was asked before");
  t.ok(kernel.calls.includes("announce"));
  t.strictSame(lines, ["CStrap(6) : Standby System(192.0.2.1) is an Active System renew."]);
  t.equal(driver.status.own.holds, true);
  await until(() => kernel.calls.filter((call) => call === "hold 1000").length >= 4 || undefined, LIMIT_MS);
  t.ok(sent.some(({ holds, state }) => holds && state === "active"));
});

t.test("a link that has received nothing is not trusted", async (t) => {
  const { driver, kernel, sent, reaches } = drive(t);
  await until(() => sent.length > 10 || undefined, LIMIT_MS);
  t.equal(driver.status.own.state, "starting");
  kernel.frames += 1;
  await reaches("active");
});

t.test("an address that answers elsewhere is not taken", async (t) => {
  const { driver, kernel, reaches, logged } = drive(t);
  const peer = setInterval(() => driver.addressClaimed("peer"), 2);
  t.teardown(() => clearInterval(peer));
  kernel.frames += 1;
  await until(() => logged.includes("takeover-held-back address-answers peer") || undefined, LIMIT_MS);
  t.equal(kernel.holds, false);
  clearInterval(peer);
  await reaches("active");
});

t.test("a standby that came too late asks again before it decides", async (t) => {
  const { driver, kernel, reaches } = drive(t);
  // The address answers each question, but nobody reads the answers while the process does not run.
  let answers = true;
  kernel.onProbe = () => {
    if (answers) setImmediate(() => driver.addressClaimed("peer"));
  };
  kernel.frames += 1;
  await reaches("standby");
  for (let stalls = 0; stalls < 20; stalls += 1) {
    const calls = kernel.calls.length;
    await until(() => kernel.calls.length > calls || undefined, LIMIT_MS);
    const blockedUntilMs = performance.now() + 80;
    while (performance.now() < blockedUntilMs);
    await until(() => kernel.calls.length > calls + 1 || undefined, LIMIT_MS);
    t.equal(kernel.holds, false, `after stall ${stalls}`);
  }
  answers = false;
  await reaches("active");
});

t.test("a kernel that refuses is a fault, told once", async (t) => {
  const { kernel, logged, reaches } = drive(t, (kernel) => {
    kernel.refuses = true;
  });
  kernel.frames += 1;
  await reaches("fault");
  t.strictSame(
    logged.filter((line) => line.startsWith("address-refused")),
    ["address-refused EPERM"],
  );
});

t.test("a renewal that is refused gives the address up", async (t) => {
  const { kernel, reaches } = drive(t);
  kernel.frames += 1;
  await reaches("active");
  kernel.refuses = true;
  await reaches("fault");
  t.equal(kernel.holds, false);
});

t.test("addresses whose lease ended while this process did not run are gone, and known to be", async (t) => {
  const { driver, kernel, reaches } = drive(t);
  kernel.frames += 1;
  await reaches("active");
  kernel.others.length = 0;
  const blockedUntilMs = performance.now() + CONFIG.leaseMs + 10;
  while (performance.now() < blockedUntilMs);
  kernel.holds = false;
  driver.addressesChanged();
  t.equal(driver.status.own.state, "starting");
  t.strictSame(kernel.others, ["gone"]);
});

t.test("no carrier, no addresses: within the same call", async (t) => {
  const { driver, kernel, reaches } = drive(t);
  kernel.frames += 1;
  await reaches("active");
  kernel.linkUp = false;
  driver.linkChanged();
  t.equal(kernel.holds, false);
  t.equal(driver.status.own.state, "fault");
  kernel.linkUp = true;
  driver.linkChanged();
  await reaches("starting");
  t.equal(kernel.holds, false, "the frames of before prove nothing");
  kernel.frames += 1;
  await reaches("active");
});

t.test("an address that somebody deletes is there again within the same call", async (t) => {
  const { driver, kernel, reaches } = drive(t);
  kernel.frames += 1;
  await reaches("active");
  kernel.holds = false;
  driver.addressesChanged();
  t.equal(kernel.holds, true);
  t.equal(driver.status.own.holds, true);
});

t.test(
  "where the peer answers for the addresses as well, what it has begun is let through first",
  async (t) => {
    const { driver, kernel, reaches } = drive(t);
    kernel.frames += 1;
    await reaches("active");
    driver.addressClaimed("stranger");
    t.notOk(kernel.calls.includes("sharing"), "a stranger has begun nothing");
    kernel.calls.length = 0;
    driver.addressClaimed("peer");
    t.equal(kernel.calls[0], "sharing", "before anything is announced");
  },
);

t.test("addresses that were left by a daemon before are resumed without a gap", async (t) => {
  const { kernel, reaches } = drive(t, (kernel) => {
    kernel.holds = true;
  });
  await reaches("active");
  t.notOk(kernel.calls.includes("release"));
});

t.test("a stop lets go, says so last, and nothing follows", async (t) => {
  const { driver, kernel, sent, stopped, reaches } = drive(t);
  kernel.frames += 1;
  await reaches("active");
  driver.command("stop");
  await until(stopped, LIMIT_MS);
  t.equal(kernel.holds, false);
  t.match(sent.at(-1), { state: "off", holds: false });
});

t.test("a process that did not run for a while looks at everything again", async (t) => {
  const { kernel, reaches, logged } = drive(t);
  kernel.frames += 1;
  await reaches("active");
  const blockedUntilMs = performance.now() + 400;
  while (performance.now() < blockedUntilMs);
  await until(() => kernel.calls.includes("stall") || undefined, LIMIT_MS);
  t.ok(kernel.calls.includes("refresh"));
  t.ok(logged.some((line) => line.startsWith("stalled ")));
});
