/** When a unit takes the address, and what holds it back. */
import t from "tap";
import { active, pair, standby, Unit } from "./playbook.ts";

t.test("silence for interval × count is a takeover, not a moment later", async (t) => {
  const unit = standby().pass(1_000);
  t.equal(unit.state.at, "standby");
  unit.peer = null;
  unit.pass(299);
  t.equal(unit.state.at, "standby");
  unit.pass(1);
  t.match(unit.state, { at: "active", reason: "peer-silent" });
  t.equal(unit.presence, "held");
  t.strictSame(unit.times("reset-connections"), [1_300], "its clients are told");
  t.match(unit.logs("state-changed").at(-1), {
    level: "warning",
    values: { from: "standby", to: "active", reason: "peer-silent" },
    line: "CStrap(6) : Standby System(192.168.0.1) is an Active System renew.",
  });
});

t.test("the manual's timers: 2 s × 5", async (t) => {
  const unit = new Unit(pair("standby", { intervalMs: 2_000, count: 5 })).ready();
  unit.hear({ state: "active", holds: true });
  unit.pass(9_999);
  t.equal(unit.state.at, "standby");
  t.equal(unit.pass(1).state.at, "active");
});

t.test("while the address answers elsewhere nothing is taken, and it is told once", async (t) => {
  const unit = standby().pass(500);
  unit.peer = null;
  for (let left = 600; left > 0; left -= 1) unit.pass(10).tell({ kind: "address-answered", by: "peer" });
  t.equal(unit.state.at, "standby");
  t.strictSame(
    unit.logs("takeover-held-back").map(({ level, values }) => [level, values]),
    [["error", { why: "address-answers", by: "peer" }]],
  );
  const heldMs = unit.nowMs;
  unit.pass(500);
  t.equal(unit.state.at, "active");
  t.equal(unit.state.sinceMs, heldMs + 65, "twelve probes after the last answer");
});

t.test("the network is asked before a takeover is due, and only while beats are missing", async (t) => {
  const unit = standby().pass(1_000);
  t.strictSame(unit.times("probe"), []);
  unit.peer = null;
  unit.pass(300);
  const probes = unit.times("probe");
  t.ok(probes.length >= 8 && (probes[0] ?? 0) >= 1_150, `${probes}`);
  t.strictSame(unit.pass(1_000).times("probe", 1_301), [], "not by the holder");
});

t.test("where a gateway is set its answer is the third vote", async (t) => {
  const unit = standby({ checksGateway: true }).pass(200);
  unit.peer = null;
  unit.pass(1_000);
  t.equal(unit.state.at, "standby");
  unit.tell({ kind: "gateway", answers: false }).pass(1_000);
  t.match(unit.state, { at: "fault", reason: "gateway-silent" });
  unit.tell({ kind: "gateway", answers: true }).pass(299);
  t.equal(unit.state.at, "standby", "it may have been cut off: silence counts anew");
  t.equal(unit.pass(1).state.at, "active");
  t.equal(unit.tell({ kind: "gateway", answers: false }).pass(60_000).state.at, "active", "it had the vote");
});

t.test("a link must carry a frame before anything is taken", async (t) => {
  const unit = new Unit(pair("active"));
  unit.tell({ kind: "link", up: true }).tell({ kind: "command", command: "start" });
  unit.tell({ kind: "service", name: "proxy", alive: true }).pass(60_000);
  t.equal(unit.state.at, "starting");
  t.ok(unit.times("send").length > 100, "it speaks all the while, or two such units would never meet");
  unit.tell({ kind: "frame" }).pass(299);
  t.equal(unit.state.at, "standby");
  t.equal(unit.pass(1).state.at, "active");
});

t.test("a proxy that has not answered a request yet takes nothing", async (t) => {
  const unit = new Unit(pair("active"));
  unit.tell({ kind: "link", up: true }).tell({ kind: "command", command: "start" }).tell({ kind: "frame" });
  t.equal(unit.pass(5_000).state.at, "standby");
  unit.tell({ kind: "service", name: "proxy", alive: true });
  t.equal(unit.state.at, "active");
});

t.test("nobody holds: the unit set as active takes at once, the other when that one does not", async (t) => {
  const first = new Unit(pair("active")).ready().withPeer({ state: "standby" });
  t.match(first.state, { at: "active", reason: "nobody-holds" });
  const second = new Unit(pair("standby")).ready().withPeer({ state: "standby" });
  t.equal(second.pass(299).state.at, "standby");
  t.equal(second.pass(1).state.at, "active");
  const third = new Unit(pair("standby")).ready().withPeer({ state: "fault", health: "service" });
  t.equal(third.state.at, "active", "a peer that cannot is not waited for");
});

t.test("the peer's last word, its fault and its lost link are not waited for", async (t) => {
  for (const last of [
    { state: "off", health: "stopping" },
    { state: "fault", health: "link" },
  ] as const) {
    const unit = standby().pass(500);
    unit.hear({ ...last, holds: false });
    t.equal(unit.state.at, "active", last.state);
  }
});

t.test("a peer that hears nothing and does not answer for the address cannot serve", async (t) => {
  const unit = standby().pass(500);
  unit.peer = { state: "active", holds: true, hears: false };
  unit.pass(1_000);
  t.match(unit.state, { at: "active", reason: "peer-deaf" });
  t.equal(unit.pass(5_000).state.at, "active", "and it cannot be asked to yield to");
  const guarded = standby().pass(500);
  guarded.peer = { state: "active", holds: true, hears: false };
  for (let left = 100; left > 0; left -= 1) guarded.pass(10).tell({ kind: "address-answered", by: "peer" });
  t.equal(guarded.state.at, "standby");
});

t.test("two paths: one that is lost is a warning, both are silence", async (t) => {
  const unit = standby({ paths: 2 });
  const beats = (paths: readonly number[]): void => {
    for (let left = 10; left > 0; left -= 1) {
      for (const path of paths) unit.hear({ path, state: "active", holds: true });
      unit.pass(100);
    }
  };
  unit.peer = null;
  beats([0, 1]);
  beats([1]);
  t.equal(unit.state.at, "standby");
  t.match(unit.logs("heartbeat-lost"), [{ level: "warning", values: { path: 0 } }]);
  t.equal(unit.pass(300).state.at, "active");
});

t.test("a stall is no silence: what waits to be read counts", async (t) => {
  const unit = standby().pass(1_000).stall(5_000);
  t.equal(unit.state.at, "standby");
  unit.peer = null;
  t.equal(unit.pass(150).state.at, "standby");
  t.equal(unit.pass(200).state.at, "active", "but silence that is listened to does");
});

t.test("a lease that was not renewed in time is given up, and silence counts anew", async (t) => {
  const unit = active().pass(1_000);
  t.equal(unit.state.at, "active");
  unit.peer = null;
  unit.stall(1_200);
  t.match(unit.state, { at: "starting", reason: "stalled" });
  t.equal(unit.presence, "absent");
  unit.tell({ kind: "frame" }).pass(299);
  t.equal(unit.state.at, "standby");
  t.equal(unit.pass(1).state.at, "active");
});

t.test("what the peer said during a stall is not of now: it may hold since", async (t) => {
  const unit = active().pass(1_000);
  unit.stall(1_200);
  // A packet from before the peer took over waits to be read, and proves the link.
  unit.hear({ echoSentUs: 1_000_000, state: "standby", holds: false }).tell({ kind: "frame" });
  t.match(unit.state, { at: "standby" }, "it asks first");
  unit.withPeer({ state: "active", holds: true }).pass(100);
  t.equal(unit.state.at, "standby", "and hears who holds");
});

t.test(
  "an offer that waited during a stall may have been withdrawn: one that answers is taken",
  async (t) => {
    const unit = standby().pass(1_000).stall(3_000);
    unit.hear({ echoSentUs: 1_000_000, state: "handing-over", holds: true });
    t.match(unit.state, { at: "standby" });
    unit.hear({ state: "handing-over", holds: true });
    t.match(unit.state, { at: "active", reason: "handover" });
  },
);

t.test("a peer that answers what was sent after the stall is believed at once", async (t) => {
  const unit = active().pass(1_000);
  unit.stall(1_200).tell({ kind: "frame" });
  unit.hear({ state: "standby", holds: false });
  t.match(unit.state, { at: "active", reason: "nobody-holds" });
});

t.test("a peer that hears nothing never answers: it is believed when silence would be", async (t) => {
  const unit = active().pass(1_000);
  unit.stall(1_200).tell({ kind: "frame" });
  unit.withPeer({ state: "standby", holds: false, hears: false, echoSentUs: 1_000_000 });
  t.equal(unit.pass(250).state.at, "standby");
  t.match(unit.pass(100).state, { at: "active", reason: "nobody-holds" });
});

t.test("a daemon that is restarted resumes what its kernel still has", async (t) => {
  const unit = new Unit(pair("standby"));
  unit.tell({ kind: "kernel", holds: true, refused: false });
  t.equal(unit.presence, "as-found");
  unit.tell({ kind: "link", up: true }).tell({ kind: "command", command: "start" });
  t.match(unit.state, { at: "active", reason: "resumed" });
  t.strictSame(unit.times("renew-lease"), [0]);
  t.strictSame(unit.times("reset-connections"), [], "its clients noticed nothing");
});
