/** Two keepers that talk to each other, with kernels of their own making. */
import t, { type Test } from "tap";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { Report, ReportVia } from "#connections/report.ts";
import { ConnectionKeeper } from "#heartbeat/connection-keeper.ts";
import type { ConnectionKernel } from "#heartbeat/pair-ports.ts";
import { parseIpAddress } from "#policy/ip-address.ts";
import { until } from "#test/support/until.ts";

const LIMIT_MS = 5_000;

class FakeKernel implements ConnectionKernel {
  readonly calls: string[] = [];
  passesOn = false;
  connections = new Set<string>();
  /** Connections that have ended and are remembered. */
  ended = 0;
  /** How often they were read: once a turn. */
  lists = 0;
  refuses = "";
  readonly #address: string;

  constructor(address: string) {
    this.#address = address;
  }

  list(): Outcome<ReadonlySet<string>, string> {
    this.lists += 1;
    return success(this.connections);
  }

  forgetEnded(most: number): Outcome<number, string> {
    if (this.refuses === "forgetEnded") return failure("EOPNOTSUPP");
    const forgotten = Math.min(most, this.ended);
    this.ended -= forgotten;
    return success(forgotten);
  }

  via(): ReportVia {
    return { ipv4: parseIpAddress(this.#address), ipv6: null };
  }

  keep(): Outcome<null, string> {
    return this.#call("keep");
  }

  renewKept(): Outcome<null, string> {
    return this.#call("renewKept");
  }

  show(): void {
    this.calls.push("show");
  }

  endKeeping(): void {
    this.calls.push("endKeeping");
  }

  passOn({ ipv4 }: ReportVia): Outcome<null, string> {
    return this.#call("passOn", ipv4 === null ? "" : ` ${ipv4.bits & 255n}`);
  }

  endPassingOn(): void {
    this.calls.push("endPassingOn");
  }

  tickle(keys: Iterable<string>): number {
    this.calls.push(`tickle ${[...keys].length}`);
    return 0;
  }

  #call(name: string, detail = ""): Outcome<null, string> {
    if (this.refuses === name) return failure("EOPNOTSUPP");
    this.calls.push(`${name}${detail}`);
    return success(null);
  }
}

class End {
  readonly kernel: FakeKernel;
  readonly keeper: ConnectionKeeper;
  readonly logged: string[] = [];
  /** The network loses what this unit sends. */
  isCutOff = false;
  other: End | null = null;

  constructor(t: Test, nonce: number, drainMs: number, kernel = new FakeKernel(`192.0.2.${nonce}`)) {
    this.kernel = kernel;
    this.keeper = new ConnectionKeeper({
      kernel: this.kernel,
      send: (report: Report) => {
        if (!this.isCutOff) this.other?.keeper.received(success(report));
      },
      pairId: 1,
      nonce,
      times: { drainMs, leaseMs: 1_000, silenceMs: 60 },
      peerNonce: () => 3 - nonce,
      clock: { nowMs: () => performance.now(), wallMs: () => 0 },
      logger: (_level, event) => void this.logged.push(event),
    });
    t.teardown(() => this.keeper.close());
  }

  called(call: string): Promise<true> {
    return until(() => this.kernel.calls.includes(call) || undefined, LIMIT_MS);
  }
}

const key = (port: number): string =>
  `\u000c8${String.fromCharCode(1, port)}\u00c0\u0000\u0002d\n\u0000\u0000\u0001`;

/** `a` serves three connections, and `b` knows of them. */
async function ends(t: Test, drainMs = 60_000): Promise<{ a: End; b: End }> {
  const a = new End(t, 1, drainMs);
  const b = new End(t, 2, drainMs);
  a.other = b;
  b.other = a;
  a.kernel.connections = new Set([key(1), key(2), key(3)]);
  a.keeper.taking(false);
  a.keeper.taken();
  await until(() => b.keeper.status.known === 3 || undefined, LIMIT_MS);
  return { a, b };
}

/** The addresses move from one to the other as the drivers do it. */
function move(from: End, to: End): void {
  from.keeper.tell();
  to.keeper.taking(true);
  to.keeper.taken();
  from.keeper.leaving(true);
  from.keeper.tell();
}

t.test("a planned move: kept here, passed on there, until the last has ended", async (t) => {
  const { a, b } = await ends(t);
  move(a, b);
  t.strictSame(a.kernel.calls, ["keep"]);
  t.strictSame(b.kernel.calls, ["passOn 1"]);
  t.match(b.keeper.status, { onOtherUnit: 3, isPassingOn: true, phase: "serving" });
  t.match(a.keeper.status, { phase: "draining", here: 3 });
  a.kernel.connections = new Set([key(2)]);
  await until(() => b.keeper.status.onOtherUnit === 1 || undefined, LIMIT_MS);
  let isDrained = false;
  void a.keeper.drained().then(() => {
    isDrained = true;
  });
  a.kernel.connections = new Set();
  await a.called("endKeeping");
  await b.called("endPassingOn");
  t.match(b.keeper.status, { onOtherUnit: 0, isPassingOn: false, reset: 0 });
  await until(() => isDrained || undefined, LIMIT_MS);
  t.equal(a.keeper.status.phase, "idle");
});

t.test("a move back in between: each passes on what the other began", async (t) => {
  const { a, b } = await ends(t);
  move(a, b);
  b.kernel.connections = new Set([key(9)]);
  b.keeper.tell();
  move(b, a);
  t.strictSame(a.kernel.calls, ["keep", "show", "passOn 2", "endKeeping"]);
  t.strictSame(b.kernel.calls, ["passOn 1", "endPassingOn", "keep"]);
  t.match(a.keeper.status, { phase: "serving", here: 3, onOtherUnit: 1 });
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.match(a.keeper.status, { phase: "serving", isPassingOn: true }, "and it stays so");
});

t.test("both have the addresses: the one that gives them up drains, the other lets it", async (t) => {
  const { a, b } = await ends(t);
  await until(() => (a.keeper.status.reports.received > 0 ? true : undefined), LIMIT_MS);
  // Cut off from each other, b takes over; its clients are its own.
  b.keeper.taking(false);
  b.keeper.taken();
  b.keeper.reset();
  b.kernel.connections = new Set([key(9)]);
  a.keeper.sharing();
  t.ok(a.kernel.calls.includes("passOn 2"));
  b.keeper.leaving(true);
  await until(() => a.keeper.status.onOtherUnit === 1 || undefined, LIMIT_MS);
  b.kernel.connections = new Set();
  await a.called("endPassingOn");
  t.notOk(a.kernel.calls.some((call) => call.startsWith("tickle")));
});

t.test("clients of a unit that is gone are told, more than once", async (t) => {
  const { a, b } = await ends(t);
  a.isCutOff = true;
  b.keeper.taking(false);
  b.keeper.taken();
  b.keeper.reset();
  await until(() => b.kernel.calls.filter((call) => call === "tickle 3").length === 3 || undefined, LIMIT_MS);
  t.match(b.keeper.status, { reset: 3, known: 0 });
});

t.test("a draining unit that falls silent is gone", async (t) => {
  const { a, b } = await ends(t);
  move(a, b);
  a.isCutOff = true;
  await b.called("tickle 3");
  t.ok(b.kernel.calls.indexOf("endPassingOn") < b.kernel.calls.indexOf("tickle 3"));
  t.ok(b.logged.includes("draining-unit-gone"));
  t.equal(b.keeper.status.isPassingOn, false);
  const turn = b.kernel.lists;
  await until(() => b.kernel.lists >= turn + 3 || undefined, LIMIT_MS);
  t.equal(b.kernel.calls.filter((call) => call.startsWith("passOn")).length, 1, "and that is said once");
});

t.test("when the time is over the clients that are left are told", async (t) => {
  const { a, b } = await ends(t, 1_000);
  move(a, b);
  await a.called("endKeeping");
  await b.called("tickle 3");
  t.ok(a.logged.includes("drained"));
});

t.test("a unit that cannot keep the addresses: its clients are told by the other", async (t) => {
  const { a, b } = await ends(t);
  a.kernel.refuses = "keep";
  move(a, b);
  t.ok(a.logged.includes("connections-not-kept"));
  t.equal(a.keeper.status.phase, "idle");
  await b.called("tickle 3");
});

t.test("addresses that could not be taken back are hidden again", async (t) => {
  const { a, b } = await ends(t);
  move(a, b);
  a.keeper.taking(true);
  a.keeper.leaving(false);
  t.strictSame(a.kernel.calls.slice(0, 3), ["keep", "show", "keep"]);
  t.match(a.keeper.status, { phase: "draining", here: 3, isPassingOn: false });
});

t.test("a unit that did not run for a while does not take the other one for silent", async (t) => {
  const { a, b } = await ends(t);
  move(a, b);
  const { received } = b.keeper.status.reports;
  // What was sent meanwhile is read after the timers have run.
  a.isCutOff = true;
  const blockedUntilMs = performance.now() + 700;
  while (performance.now() < blockedUntilMs);
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  a.isCutOff = false;
  await until(() => (b.keeper.status.reports.received > received + 10 ? true : undefined), LIMIT_MS);
  t.match(b.keeper.status, { isPassingOn: true, onOtherUnit: 3, reset: 0 });
});

t.test("a unit that cannot pass on tells them itself", async (t) => {
  const { a, b } = await ends(t);
  b.kernel.refuses = "passOn";
  move(a, b);
  await b.called("tickle 3");
  t.ok(b.logged.includes("connections-not-passed-on"));
  t.equal(b.keeper.status.isPassingOn, false);
});

t.test("what has ended here is forgotten while the other unit serves, some at a time", async (t) => {
  const { a, b } = await ends(t);
  a.kernel.ended = 2_500;
  await until(() => a.kernel.lists > 3 || undefined, LIMIT_MS);
  t.equal(a.kernel.ended, 2_500, "not while this unit serves");
  move(a, b);
  await until(() => a.kernel.ended === 0 || undefined, LIMIT_MS);
  a.kernel.ended = 1;
  a.kernel.connections = new Set([key(2)]);
  await until(() => a.kernel.ended === 0 || undefined, LIMIT_MS);
  a.kernel.ended = 3;
  b.keeper.tell();
  a.keeper.taking(true);
  t.equal(a.kernel.ended, 0, "the last of them before the addresses are back");
});

t.test("what has ended under a lease that was not renewed is forgotten too", async (t) => {
  const { a } = await ends(t);
  a.kernel.ended = 1_200;
  a.keeper.gone();
  await until(() => a.kernel.ended === 0 || undefined, LIMIT_MS);
  t.match(a.keeper.status, { phase: "idle", here: 0 });
});

t.test("a kernel that cannot forget is not asked again", async (t) => {
  const { a, b } = await ends(t);
  a.kernel.refuses = "forgetEnded";
  move(a, b);
  a.kernel.connections = new Set([key(2)]);
  await until(() => b.keeper.status.onOtherUnit === 1 || undefined, LIMIT_MS);
  t.equal(a.logged.filter((event) => event === "ended-connections-stay").length, 1);
});

t.test("with no time to drain nothing is kept", async (t) => {
  const { a, b } = await ends(t, 0);
  move(a, b);
  t.notOk(a.kernel.calls.includes("keep"));
  await b.called("tickle 3");
});

t.test("a holder that was started anew learns that the other one drains", async (t) => {
  const { a, b } = await ends(t);
  move(a, b);
  b.keeper.close();
  const again = new End(t, 2, 60_000);
  a.other = again;
  again.keeper.taking(false);
  again.keeper.taken();
  await again.called("passOn 1");
});

t.test("what an earlier life passes on goes on until the other unit has spoken", async (t) => {
  const kernel = new FakeKernel("192.0.2.2");
  kernel.passesOn = true;
  const { a } = await ends(t);
  const heir = new End(t, 2, 60_000, kernel);
  t.equal(heir.keeper.status.isPassingOn, true);
  move(a, heir);
  a.other = heir;
  await until(() => heir.keeper.status.onOtherUnit === 3 || undefined, LIMIT_MS);
  t.strictSame(kernel.calls, []);
  a.kernel.connections = new Set();
  await heir.called("endPassingOn");
  const lonely = new FakeKernel("192.0.2.2");
  lonely.passesOn = true;
  await new End(t, 2, 60_000, lonely).called("endPassingOn");
});

t.test("what is kept is renewed, and given up when it cannot be", async (t) => {
  const { a, b } = await ends(t);
  move(a, b);
  await a.called("renewKept");
  a.kernel.refuses = "renewKept";
  await a.called("endKeeping");
  await b.called("tickle 3");
});

t.test("what is refused is counted", async (t) => {
  const { b } = await ends(t);
  b.keeper.received(failure("bad-mac"));
  b.keeper.received(failure("bad-mac"));
  t.match(b.keeper.status.reports.refused, { "bad-mac": 2 });
});
