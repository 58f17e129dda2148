/** Sessions of the peer: what begins one, and what is dropped, late or counted. */
import t from "tap";
import { EMPTY_WINDOW, judge, marked } from "#election/replay-window.ts";
import { active, OWN_NONCE, PEER_NONCE, pair, standby, Unit } from "./playbook.ts";

t.test("each sequence number counts once", async (t) => {
  let window = EMPTY_WINDOW;
  const arrivals = [5, 5, 7, 6, 6, 5, 40, 8, 9, 9, 100, 69, 68, 70].map((sequence) => {
    const arrival = judge(window, sequence);
    if (arrival !== "replayed") window = marked(window, sequence);
    return `${sequence} ${arrival}`;
  });
  t.strictSame(arrivals, [
    "5 newest",
    "5 replayed",
    "7 newest",
    "6 late",
    "6 replayed",
    "5 replayed",
    "40 newest",
    "8 replayed",
    "9 late",
    "9 replayed",
    "100 newest",
    "69 late",
    "68 replayed",
    "70 late",
  ]);
});

t.test("a late packet changes nothing, a replayed one is counted", async (t) => {
  const unit = standby().pass(1_000);
  const news = unit.state.peer?.packet.sequence ?? 0;
  unit.hear({ sequence: news + 3, state: "active", holds: true });
  unit.hear({ sequence: news + 2, state: "off", holds: false, health: "stopping" });
  t.equal(unit.state.at, "standby");
  t.match(unit.state, { late: 1, lost: 1 });
  unit.hear({ sequence: news + 2, state: "off" }).hear({ sequence: news + 3, state: "off" });
  t.match(unit.state.drops, { replayed: 2 });
  t.equal(unit.state.at, "standby");
});

t.test("a recording of the peer does not keep it alive", async (t) => {
  const unit = standby().pass(1_000);
  const recorded = unit.state.peer?.packet;
  unit.peer = null;
  for (let left = 40; left > 0; left -= 1) unit.pass(10).hear(recorded);
  t.match(unit.state, { at: "active", sinceMs: 1_300, drops: { replayed: 40 } });
});

t.test("a new session must echo what this unit sent, in its own session and a short while ago", async (t) => {
  const unit = standby().pass(60_000);
  unit.hear({ nonce: 33, echoNonce: 0, echoSentUs: 0, state: "off", holds: false });
  unit.hear({ nonce: 33, echoNonce: OWN_NONCE + 1, state: "off", holds: false });
  unit.hear({ nonce: 33, echoSentUs: 1_000, state: "off", holds: false });
  t.match(unit.state.drops, { unconfirmed: 3 });
  t.equal(unit.state.at, "standby");
  t.equal(unit.state.peer?.packet.nonce, PEER_NONCE);
  unit.hear({ nonce: 33, state: "off", holds: false });
  t.equal(unit.state.at, "active");
  unit.hear({ state: "active", holds: true });
  t.match(unit.state.drops, { "retired-session": 1 }, "the old one is over");
});

t.test("a unit that has just started gets the echo that it needs", async (t) => {
  const unit = new Unit(pair("active", { intervalMs: 2_000, count: 5 })).ready();
  unit.hear({ nonce: 33, echoNonce: 0, echoSentUs: 0, sentUs: 77 });
  const last = unit.done.at(-1)?.command;
  t.match(last, { kind: "send", packet: { echoNonce: 33, echoSentUs: 77, hears: false } });
});

t.test("other machines are no peer", async (t) => {
  const unit = standby().pass(100);
  unit.hear({ unitId: unit.config.unitId }).hear({ path: 1 }).hear({ unitId: 99, nonce: 44 });
  unit
    .tell({ kind: "bad-packet", fault: "foreign-pair" })
    .tell({ kind: "bad-packet", fault: "foreign-pair" });
  t.strictSame(unit.state.drops, { own: 1, "unexpected-path": 1, stranger: 1, "foreign-pair": 2 });
  t.equal(unit.state.peer?.packet.unitId, 1);
});

t.test("lost packets are counted, the round trip is measured on one clock", async (t) => {
  const unit = active().pass(1_000);
  t.equal(unit.state.lost, 0);
  const sequence = unit.state.peer?.packet.sequence ?? 0;
  unit.hear({ sequence: sequence + 5, echoSentUs: 995_000, echoHeldUs: 3_000 });
  t.match(unit.state, { lost: 4, roundTripMs: 2 });
});
