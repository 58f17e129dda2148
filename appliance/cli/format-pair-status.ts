/** The status of the pair for people, in the manual's words beside the English ones. */
import type { PairGroupAnswer, PairStatusAnswer } from "#control/contract.ts";
import { formatStatus } from "./format-status.ts";

const ROLES = { active: "active (稼働系)", standby: "standby (待機系)" } as const;

const OPERATIONS = {
  active: "active (稼働)",
  standby: "standby (待機)",
  "out-of-service": "out of service (停止)",
} as const;

/** What a warning means to the one who reads it. */
const WARNINGS: Readonly<Record<PairStatusAnswer["warnings"][number], string>> = {
  "communication-error": "communication error (通信異常): the other unit is not heard",
  "path-lost": "one of the heartbeat paths is silent",
  "peer-hears-nothing": "the other unit does not hear this one",
  "both-hold": "both units hold the floating addresses",
  "nobody-holds": "no unit holds the floating addresses",
  "takeover-held-back": "a takeover waits: the addresses still answer elsewhere, or the gateway is silent",
  "in-maintenance": "this unit is in maintenance: it gives its floating addresses away and takes none",
  "not-well": "this unit is not fit to hold the floating addresses",
  "service-dead": "a watched service is dead",
  "not-authenticated": "heartbeats are not authenticated: no pair key is set",
  "same-role": "both units are set to the same role",
  "different-timers": "the units have different intervals or counts",
  "different-addresses": "the units have different floating addresses",
};

/** How far a planned move is: connections stay on the unit where they began. */
function movingText({ onOtherUnit, here, phase, leftMs }: PairStatusAnswer["connections"]): string {
  const atMost = `for ${Math.ceil(leftMs / 1_000)} s at most`;
  if (phase === "draining") return `${count(here)} still on this unit, ${atMost}`;
  return onOtherUnit === 0 ? "none" : `${count(onOtherUnit)} still on the other unit, ${atMost}`;
}

const count = (connections: number): string => `${connections} connection${connections === 1 ? "" : "s"}`;

/** The addresses of one home: what both units do for them, and what is wrong. */
function groupFields({ floatingAddresses, own, peer, connections, warnings }: PairGroupAnswer) {
  return {
    floatingAddresses,
    thisUnit: { ...own, role: ROLES[own.role], operation: OPERATIONS[own.operation] },
    otherUnit:
      peer === null
        ? { heard: "never" }
        : { ...peer, role: ROLES[peer.role], operation: OPERATIONS[peer.operation] },
    connections: { ...connections, moving: movingText(connections) },
    warnings: warnings.length === 0 ? "none" : warnings.map((warning) => ({ warning: WARNINGS[warning] })),
  };
}

/** Their role is not that of the unit's settings, but follows from it: it is left out. */
function secondFields(second: PairGroupAnswer) {
  const { thisUnit, otherUnit, ...fields } = groupFields(second);
  const { role: _own, ...here } = thisUnit;
  const { role: _peer, ...there } = { role: null, ...otherUnit };
  return { ...fields, thisUnit: here, otherUnit: there };
}

/** Lines for a terminal. */
export function formatPairStatus(answer: PairStatusAnswer): string {
  const { unit, pid, paths, heartbeat, drops, sent, received, lost, late, second } = answer;
  const { floatingAddresses, thisUnit, otherUnit, connections, warnings } = groupFields(answer);
  return formatStatus({
    ...{ unit, pid, floatingAddresses, thisUnit, otherUnit },
    heartbeats: {
      ...{ sent, received, lost, late, ...heartbeat, drops },
      paths: paths.map((isHeard) => (isHeard ? "heard" : "silent")),
    },
    connections,
    warnings,
    ...(second === null ? {} : { addressesAtHomeOnTheStandbyUnit: secondFields(second) }),
  });
}
