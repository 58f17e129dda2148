import t from "tap";
import { HEALTHS, type Health } from "#election/packet.ts";
import type { PairStatus, PairWarning } from "#election/pair-status.ts";
import { unitStatesOf } from "#wpad/unit-states.ts";

const side = (health: Health): PairStatus["own"] & NonNullable<PairStatus["peer"]> => ({
  role: "active",
  operation: "active",
  state: "active",
  reason: "start",
  sinceMs: 0,
  holds: true,
  health,
  heardMs: 1,
  roundTripMs: 1,
});

const states = (own: Health, peer: Health | null, ...warnings: readonly PairWarning[]) =>
  unitStatesOf({ own: side(own), peer: peer === null ? null : side(peer), warnings, second: null });

t.test("without a heartbeat nothing is known", async (t) => {
  t.strictSame(unitStatesOf(null), { this: "unknown", peer: "unknown" });
});

t.test("a peer that is silent is dead, one that was never heard is not known", async (t) => {
  t.strictSame(states("well", null), { this: "well", peer: "unknown" });
  t.strictSame(states("well", null, "communication-error"), { this: "well", peer: "dead" });
  t.strictSame(states("well", "well", "communication-error"), { this: "well", peer: "dead" });
  t.strictSame(states("well", "well"), { this: "well", peer: "well" });
});

t.test("each health means the same for both units", async (t) => {
  const meant: Record<Health, string> = {
    well: "well",
    link: "dead",
    "address-refused": "well",
    service: "dead",
    gateway: "dead",
    maintenance: "draining",
    stopping: "draining",
    unproven: "well",
  };
  for (const health of HEALTHS) {
    t.equal(states(health, "well").this, meant[health], health);
    t.equal(states("well", health).peer, meant[health], health);
  }
});

t.test("two elections of one unit tell of both units together: the worse counts", async (t) => {
  const told = (own: Health, peer: Health) => ({ own: side(own), peer: side(peer), warnings: [] });
  const both = (first: ReturnType<typeof told>, second: ReturnType<typeof told>) =>
    unitStatesOf({ ...first, second });
  t.strictSame(both(told("well", "well"), told("well", "well")), { this: "well", peer: "well" });
  t.strictSame(both(told("well", "well"), told("link", "maintenance")), { this: "dead", peer: "draining" });
  t.strictSame(both(told("link", "maintenance"), told("well", "well")), { this: "dead", peer: "draining" });
});
