/** What the heartbeat tells of the two units, as scripts want to know it. */
import type { Health } from "#election/packet.ts";
import type { PairStatus } from "#election/pair-status.ts";
import type { UnitState, UnitStates } from "#pac/client-order.ts";

type Told = Pick<PairStatus, "own" | "peer" | "warnings">;

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

/** Null: there is no heartbeat, or it does not answer. */
export const unitStatesOf = (status: Told | null): UnitStates =>
  status === null ? UNKNOWN : { this: STATE_OF[status.own.health], peer: peerState(status) };
