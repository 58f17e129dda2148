/** Planned moves, failback, splits and what makes a unit give up. */
import t from "tap";
import type { OperatorCommand } from "#election/event.ts";
import { active, pair, standby, Unit } from "./playbook.ts";

const command = (unit: Unit, word: OperatorCommand): Unit => unit.tell({ kind: "command", command: word });

/** The peer takes what it is offered. */
const peerTakes = (unit: Unit): Unit => {
  unit.peer = { state: "active", holds: true };
  return unit.hear();
};

t.test("a planned stop lets go after the peer has taken, and then goes off", async (t) => {
  const unit = command(active().pass(1_000), "stop");
  t.match(unit.state, { at: "handing-over", reason: "stop" });
  t.equal(unit.times("prepare-handover").length, 1);
  t.equal(unit.pass(50).presence, "held");
  peerTakes(unit).pass(19);
  t.equal(unit.presence, "held", "it answers on for a moment");
  unit.pass(1);
  t.match(unit.state, { at: "off", reason: "handed-over" });
  t.equal(unit.presence, "absent");
  t.equal(unit.state.kernelHolds, false);
  t.equal(unit.times("drain-connections").length, 1);
  t.equal(unit.times("stopped").length, 1);
  const sent = unit.times("send").length;
  t.equal(unit.pass(5_000).times("send").length, sent, "nothing is said any more");
});

t.test("a stop just after a handover waits for the peer, which can take again in a moment", async (t) => {
  const unit = standby().pass(500);
  unit.peer = { state: "handing-over", holds: true };
  unit.hear();
  command(unit, "stop");
  t.match(unit.state, { at: "active" });
  unit.peer = { state: "standby", holds: false };
  unit.pass(20).hear();
  t.match(unit.state, { at: "handing-over", reason: "stop" });
  peerTakes(unit).pass(20);
  t.match(unit.state, { at: "off", reason: "handed-over" });
});

t.test("a stop without a peer that could take does not wait", async (t) => {
  const unit = active();
  unit.peer = null;
  t.equal(command(unit.pass(1_000), "stop").state.at, "off");
  const last = unit.done
    .flatMap(({ command: { ...each } }) => (each.kind === "send" ? each.packet : []))
    .at(-1);
  t.match(last, { state: "off", holds: false }, "its last word lets the other take at once");
});

t.test("a handover that the peer does not take fails, and is not tried again at once", async (t) => {
  const unit = command(active().pass(1_000), "maintenance-on");
  t.equal(unit.state.at, "handing-over");
  unit.pass(2_000);
  t.match(unit.state, { at: "active", reason: "handover-failed" });
  t.equal(unit.pass(9_000).state.at, "active");
  t.equal(unit.pass(1_000).state.at, "handing-over");
});

t.test("a peer that dies while it takes leaves the address here", async (t) => {
  const unit = command(active().pass(1_000), "handover");
  unit.peer = null;
  t.match(unit.pass(300).state, { at: "active", reason: "handover-failed" });
});

t.test("a peer that took and let go again leaves the address here, and its clients hear of it", async (t) => {
  const unit = command(active().pass(5_000), "handover").pass(100);
  peerTakes(unit);
  unit.peer = null;
  unit.hear({ state: "off", holds: false, health: "stopping" });
  t.match(unit.state, { at: "active", reason: "handover-failed" });
  t.strictSame(unit.times("announce", unit.nowMs), [unit.nowMs]);
});

t.test("a peer that hands over is relieved at once", async (t) => {
  const unit = standby().pass(500);
  unit.peer = { state: "handing-over", holds: true };
  unit.hear();
  t.match(unit.state, { at: "active", reason: "handover" });
  t.strictSame(unit.times("reset-connections"), [], "its connections go on");
  t.strictSame(unit.times("announce"), [unit.nowMs]);
});

t.test("failback at once: after the hold, by asking, and only by the unit set as active", async (t) => {
  const unit = new Unit(pair("active")).ready().withPeer({ state: "active", holds: true });
  unit.pass(999);
  t.equal(unit.state.told.asks, false);
  t.equal(unit.pass(1).state.told.asks, true);
  t.equal(unit.pass(50).state.at, "standby", "it waits until the peer lets it");
  unit.peer = { state: "handing-over", holds: true };
  t.equal(unit.hear().state.at, "active");
  t.equal(standby().pass(60_000).state.told.asks, false);
});

t.test("the hold begins anew when something fails meanwhile", async (t) => {
  const unit = new Unit(pair("active")).ready().withPeer({ state: "active", holds: true });
  unit.pass(900).tell({ kind: "service", name: "proxy", alive: false });
  t.match(unit.state, { at: "fault", reason: "service-dead" });
  unit.tell({ kind: "service", name: "proxy", alive: true }).pass(999);
  t.equal(unit.state.told.asks, false);
  t.equal(unit.pass(1).state.told.asks, true);
});

t.test("failback after a delay, or never", async (t) => {
  const delayed = new Unit(pair("active", { failback: "delayed", failbackDelayMs: 5_000 }));
  delayed.ready().withPeer({ state: "active", holds: true }).pass(5_900);
  t.equal(delayed.state.told.asks, false);
  t.equal(delayed.pass(200).state.told.asks, true);
  const never = new Unit(pair("active", { failback: "never" }))
    .ready()
    .withPeer({ state: "active", holds: true });
  t.equal(never.pass(600_000).state.told.asks, false);
});

t.test("the unit in standby gives back when it is asked, with the manual's words", async (t) => {
  const unit = standby().pass(500);
  unit.peer = null;
  unit.pass(300).withPeer({ state: "standby" });
  t.equal(unit.pass(100).state.at, "active");
  unit.hear({ asks: true });
  t.match(unit.state, { at: "handing-over", reason: "peer-asks" });
  peerTakes(unit).pass(20);
  t.equal(unit.state.at, "standby");
  t.match(unit.logs("state-changed").at(-1), {
    level: "info",
    values: { from: "handing-over", to: "standby", reason: "handed-over" },
    line: "CStrap(5) : Standby System(192.168.0.2) is a Enable.",
  });
  t.strictSame(
    unit.logs("state-changed").flatMap(({ line }) => line ?? []),
    [
      "CStrap(6) : Standby System(192.168.0.1) is an Active System renew.",
      "CStrap(5) : Standby System(192.168.0.2) is a Enable.",
    ],
  );
});

t.test("an address that was handed over is not asked back", async (t) => {
  const unit = peerTakes(command(active().pass(1_000), "handover")).pass(20);
  t.match(unit.state, { at: "standby", reason: "handed-over" });
  const before = unit.done.length;
  unit.pass(6_000);
  const asked = unit.done
    .slice(before)
    .filter(({ command: each }) => each.kind === "send" && each.packet.asks);
  t.strictSame(asked, []);
});

t.test("after a handover by hand the unit set as active does not take back by itself", async (t) => {
  const unit = peerTakes(command(active().pass(1_000), "handover")).pass(20);
  t.equal(unit.state.at, "standby");
  t.equal(unit.pass(600_000).state.told.asks, false);
  command(unit, "handover");
  t.equal(unit.state.told.asks, true, "but it asks when it is told to");
  unit.peer = null;
  t.equal(unit.pass(400).state.at, "active", "and takes what nobody has");
});

t.test("too many moves make failback wait", async (t) => {
  const unit = new Unit(pair("active", { dampingMoves: 2, failbackHoldMs: 0 })).ready();
  for (let round = 0; round < 2; round += 1) {
    unit.withPeer({ state: "active", holds: true }).pass(100);
    unit.hear({ state: "handing-over", holds: true });
    t.equal(unit.state.at, "active");
    unit.peer = { state: "standby" };
    unit.hear().tell({ kind: "service", name: "proxy", alive: false });
    peerTakes(unit).pass(20).tell({ kind: "service", name: "proxy", alive: true });
    t.equal(unit.state.at, "standby");
  }
  t.equal(unit.pass(30_000).state.told.asks, false);
  t.equal(unit.pass(30_000).state.told.asks, true);
});

t.test(
  "a dead service gives the address to a peer that is well, and keeps it beside a sick one",
  async (t) => {
    const unit = active().pass(500).tell({ kind: "service", name: "proxy", alive: false });
    t.match(unit.state, { at: "handing-over", reason: "service-dead" });
    peerTakes(unit).pass(20);
    t.match(unit.state, { at: "fault", reason: "service-dead" });
    const alone = active();
    alone.peer = { state: "fault", health: "service" };
    alone.pass(500).tell({ kind: "service", name: "proxy", alive: false });
    t.equal(alone.pass(10_000).state.at, "active");
    alone.peer = { state: "standby", health: "well" };
    t.equal(alone.hear().state.at, "handing-over", "until that one is well");
    const watched = active().pass(500).tell({ kind: "service", name: "wpad", alive: false });
    t.equal(watched.pass(1_000).state.at, "active", "a watched service is no reason to move");
  },
);

t.test("a silent gateway gives up when the peer is well", async (t) => {
  const unit = new Unit(pair("active", { checksGateway: true }))
    .ready()
    .tell({ kind: "gateway", answers: true });
  unit.withPeer({ state: "standby" }).pass(500);
  t.equal(unit.state.at, "active");
  t.match(unit.tell({ kind: "gateway", answers: false }).state, {
    at: "handing-over",
    reason: "gateway-silent",
  });
});

t.test("peer and gateway silent together: this unit is cut off and lets go; later on it stays", async (t) => {
  const cut = new Unit(pair("active", { checksGateway: true }))
    .ready()
    .tell({ kind: "gateway", answers: true });
  cut.withPeer({ state: "standby" }).pass(500);
  cut.peer = null;
  cut.pass(1_000).tell({ kind: "gateway", answers: false });
  t.match(cut.state, { at: "fault", reason: "isolated" });
  const alone = new Unit(pair("active", { checksGateway: true }))
    .ready()
    .tell({ kind: "gateway", answers: true });
  alone.pass(60_000).tell({ kind: "gateway", answers: false });
  t.equal(alone.pass(60_000).state.at, "active");
});

t.test("carrier loss lets go at once, and is told at once", async (t) => {
  const unit = active().pass(550).tell({ kind: "link", up: false });
  t.match(unit.state, { at: "fault", reason: "link-down" });
  t.equal(unit.state.kernelHolds, false);
  t.ok(unit.times("send", 550).length >= 1);
});

t.test(
  "a split: the unit set as active keeps and announces, the other answers on a little and lets go",
  async (t) => {
    const keeper = active().pass(5_000);
    const announced = keeper.times("announce").length;
    keeper.peer = null;
    keeper.pass(1_000).withPeer({ state: "active", holds: true }).pass(2_500);
    t.equal(keeper.state.at, "active");
    t.equal(keeper.times("announce").length, announced + 4);
    const other = standby().pass(500);
    other.peer = null;
    other.pass(5_000).withPeer({ state: "active", holds: true });
    t.match(other.state, { at: "handing-over", reason: "split" });
    t.equal(other.pass(20).state.at, "standby");
    t.match(other.logs("state-changed").at(-1)?.line, /^CStrap\(5\)/);
  },
);

t.test("a split: only the unit that goes first draws the clients to itself", async (t) => {
  const other = standby().pass(500);
  other.peer = null;
  other.pass(5_000).withPeer({ state: "active", holds: true, hears: false });
  other.tell({ kind: "conflict", by: "peer" }).pass(1_000);
  t.equal(other.state.at, "active", "until the peer hears it too");
  t.strictSame(other.times("announce", 5_500), []);
  const keeper = active().pass(5_000);
  t.ok(keeper.tell({ kind: "conflict", by: "peer" }).times("announce", 5_000).length > 0);
});

t.test("a peer that answers on while it hands over is no conflict", async (t) => {
  const unit = standby().pass(500).withPeer({ state: "handing-over", holds: true });
  t.equal(unit.state.at, "active");
  unit.tell({ kind: "conflict", by: "peer" });
  t.strictSame(unit.logs("address-conflict"), []);
});

t.test("a split in which the other unit falls silent again goes on", async (t) => {
  const other = standby().pass(500);
  other.peer = null;
  other.pass(1_000).withPeer({ state: "active", holds: true });
  other.hear({ state: "fault", health: "link" });
  t.match(other.state, { at: "active", reason: "handover-failed" });
});

t.test("a split with a sick unit: the one that is well keeps, whatever its role", async (t) => {
  const sick = active().pass(500);
  sick.peer = { state: "fault", health: "service" };
  sick.pass(100).tell({ kind: "service", name: "proxy", alive: false });
  sick.peer = { state: "active", holds: true, health: "well" };
  t.equal(sick.hear().pass(20).state.at, "fault");
  t.ok(sick.path.includes("split → handing-over"));
});

t.test("two units with the same role are told apart by their ids", async (t) => {
  const smaller = new Unit(pair("active"))
    .ready()
    .withPeer({ state: "active", holds: true, roleActive: true });
  const larger = new Unit(pair("active", { unitId: 9 })).ready();
  larger.pass(300);
  t.equal(larger.state.at, "active");
  larger.withPeer({ state: "active", holds: true, roleActive: true });
  t.match(larger.state, { at: "handing-over", reason: "split" });
  t.equal(smaller.pass(1_000).state.told.asks, true);
});

t.test("a kernel that loses the address in a handover and refuses it is a fault too", async (t) => {
  const unit = active().pass(500).tell({ kind: "command", command: "handover" });
  t.equal(unit.state.at, "handing-over");
  unit.kernelObeys = false;
  unit.tell({ kind: "kernel", holds: false, refused: false });
  t.match(unit.state, { at: "fault", reason: "address-refused" });
});

t.test("a kernel that refuses is a fault, asked again later; the peer is not made to let go", async (t) => {
  const unit = standby().pass(500);
  unit.kernelObeys = false;
  unit.peer = null;
  unit.pass(300);
  t.match(unit.state, { at: "fault", reason: "address-refused" });
  unit.kernelObeys = true;
  t.equal(unit.pass(9_000).state.at, "fault");
  t.equal(unit.pass(1_200).state.at, "active");
});

t.test("the lease is renewed three times within its length", async (t) => {
  const unit = active().pass(10_000);
  const times = unit.times("renew-lease");
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  t.ok(Math.max(...gaps) <= 334, `${Math.max(...gaps)} ms`);
});

t.test("announcements: at once, 50 ms, 500 ms, 2 s, then rarely; none after letting go", async (t) => {
  const unit = active().pass(130_000);
  t.strictSame(unit.times("announce"), [0, 50, 500, 2_000, 62_000, 122_000]);
  command(unit, "announce").tell({ kind: "link", up: false }).pass(60_000);
  t.strictSame(unit.times("announce").slice(6), [130_000], "those that were still to come are not sent");
});

t.test(
  "an address that is announced by another is defended, against a stranger once in ten seconds",
  async (t) => {
    const unit = active().pass(5_000);
    const before = unit.times("announce").length;
    for (let left = 100; left > 0; left -= 1) unit.tell({ kind: "conflict", by: "stranger" }).pass(10);
    t.equal(unit.times("announce").length, before + 3, "one series: at once, after 50 ms and after 500 ms");
    t.match(unit.logs("address-conflict"), [{ level: "error", values: { by: "stranger" } }]);
    const standing = standby().pass(500).tell({ kind: "conflict", by: "stranger" });
    t.strictSame(standing.pass(1_000).times("announce"), []);
  },
);

t.test("a link that flaps at 1 Hz for a minute moves the address at most twice", async (t) => {
  const unit = active({ failbackHoldMs: 5_000 }).pass(1_000);
  for (let left = 60; left > 0; left -= 1) {
    unit.tell({ kind: "link", up: false });
    unit.peer = { state: "active", holds: true };
    unit.pass(500).tell({ kind: "link", up: true }).tell({ kind: "frame" }).pass(500);
  }
  unit.pass(4_000);
  t.equal(unit.path.filter((step) => step.endsWith("→ active")).length, 1, "it took once, before");
});
