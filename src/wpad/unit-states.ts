/** What the heartbeat tells of the two units, as scripts want to know it. */
import type { Health } from "#election/packet.ts";
import type { PairStatus } from "#election/pair-status.ts";
import type { UnitState, UnitStates } from "#pac/client-order.ts";

type Told = Pick<PairStatus, "own" | "peer" | "warnings">;

/** What both elections of a unit say is one truth, but for links of their own: the worse counts. */
const WORST_FIRST: readonly UnitState[] = ["dead", "draining", "unknown", "well"];

const worseOf = (one: UnitState, other: UnitState): UnitState =>
  WORST_FIRST.indexOf(one) < WORST_FIRST.indexOf(other) ? one : other;

const UNKNOWN: UnitStates = { this: "unknown", peer: "unknown" };

/** Whether clients should use the proxy of a unit of that health. */
const STATE_OF = {
  well: "well",
  // Of its floating addresses, which are not what its proxy is reached by.
  "address-refused": "well",
  unproven: "well",
  maintenance: "draining",
  stopping: "draining",
  link: "dead",
  service: "dead",
  gateway: "dead",
} as const satisfies Record<Health, UnitState>;

function peerState({ peer, warnings }: Told): UnitState {
  if (warnings.includes("communication-error")) return "dead";
  return peer === null ? "unknown" : STATE_OF[peer.health];
}

const statesOf = (told: Told): UnitStates => ({ this: STATE_OF[told.own.health], peer: peerState(told) });

/** Null: there is no heartbeat, or it does not answer. `second`: of the addresses with another home. */
export function unitStatesOf(status: (Told & { readonly second: Told | null }) | null): UnitStates {
  if (status === null) return UNKNOWN;
  const first = statesOf(status);
  if (status.second === null) return first;
  const second = statesOf(status.second);
  return { this: worseOf(first.this, second.this), peer: worseOf(first.peer, second.peer) };
}
