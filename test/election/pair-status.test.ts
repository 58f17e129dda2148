import t from "tap";
import { initialElection } from "#election/election.ts";
import { pairStatus } from "#election/pair-status.ts";
import { active, pair, standby } from "./playbook.ts";

t.test("a pair that is well: both units in the manual's words, nothing to warn of", async (t) => {
  const unit = active().pass(1_000);
  t.match(pairStatus(unit.state, unit.config, true), {
    own: {
      role: "active",
      operation: "active",
      state: "active",
      holds: true,
      health: "well",
      sinceMs: 1_000,
    },
    peer: { role: "standby", operation: "standby", holds: false, heardMs: 0 },
    paths: [true],
    lost: 0,
    warnings: [],
  });
  const other = standby().pass(1_000);
  t.match(pairStatus(other.state, other.config, true), {
    own: { operation: "standby" },
    peer: { operation: "active" },
    warnings: [],
  });
});

t.test("each warning", async (t) => {
  const warnings = (unit: ReturnType<typeof active>): readonly string[] =>
    pairStatus(unit.state, unit.config, true).warnings;
  const silent = active().pass(500);
  silent.peer = null;
  t.strictSame(warnings(silent.pass(400)), ["communication-error"]);
  const settings = active();
  settings.peer = { state: "standby", roleActive: true, intervalMs: 200, addressesDigest: 5 };
  t.strictSame(warnings(settings.hear()), ["same-role", "different-timers", "different-addresses"]);
  t.strictSame(warnings(active().hear({ hears: false })), ["peer-hears-nothing"]);
  t.strictSame(warnings(active({ paths: 2 }).pass(100)), ["path-lost"]);
  t.strictSame(warnings(active().tell({ kind: "command", command: "maintenance-on" }).pass(2_100)), [
    "in-maintenance",
  ]);
  const watched = active().tell({ kind: "service", name: "wpad", alive: false });
  t.strictSame(warnings(watched), ["service-dead"]);
  const held = standby().pass(500);
  held.peer = null;
  held.pass(290).tell({ kind: "address-answered", by: "peer" }).pass(20);
  t.strictSame(warnings(held), ["communication-error", "nobody-holds", "takeover-held-back"]);
  const unit = active();
  t.strictSame(pairStatus(unit.state, unit.config, false).warnings, ["not-authenticated"]);
  t.strictSame(warnings(active().hear({ state: "active", holds: true })), ["both-hold"]);
});

t.test("a unit that is off has no peer and no warnings", async (t) => {
  const config = pair("active");
  t.match(pairStatus(initialElection(config, 1, 0), config, false), {
    own: { operation: "out-of-service", state: "off" },
    peer: null,
    warnings: [],
  });
});
