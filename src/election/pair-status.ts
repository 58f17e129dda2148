/** What the status page and `futago ha status` tell of a pair, from this unit's side. Ages are milliseconds. */
import type { PairConfig, Role } from "./config.ts";
import type { DropReason, Election, Reason } from "./election.ts";
import { healthOf, isHolding, pathHeard, peerAlive, peerSilent, takeoverDue } from "./facts.ts";
import type { Health, StateName } from "./packet.ts";

/** What a unit works as, in the manual's two words, or that it does neither. */
export type Operation = "active" | "standby" | "out-of-service";

export type PairWarning =
  /** The manual's 通信異常: the peer is not heard. */
  | "communication-error"
  | "path-lost"
  | "peer-hears-nothing"
  | "both-hold"
  | "nobody-holds"
  | "takeover-held-back"
  /** It gives its addresses away and takes none, as it was told. */
  | "in-maintenance"
  | "not-well"
  /** A tracked service is dead, whatever that means for the addresses. */
  | "service-dead"
  | "not-authenticated"
  /** The two units do not have the same settings where they must, or the same role. */
  | "same-role"
  | "different-timers"
  | "different-addresses";

export interface PairStatus {
  readonly own: {
    readonly role: Role;
    readonly operation: Operation;
    readonly state: StateName;
    readonly reason: Reason;
    readonly sinceMs: number;
    readonly holds: boolean;
    readonly health: Health;
  };
  /** Null until the peer has been heard; old news has a high age. */
  readonly peer: {
    readonly role: Role;
    readonly operation: Operation;
    readonly state: StateName;
    readonly holds: boolean;
    readonly health: Health;
    readonly heardMs: number;
    readonly roundTripMs: number | null;
  } | null;
  readonly paths: readonly boolean[];
  readonly sent: number;
  readonly received: number;
  readonly lost: number;
  readonly late: number;
  readonly drops: Readonly<Partial<Record<DropReason, number>>>;
  readonly warnings: readonly PairWarning[];
}

function operationOf(at: StateName): Operation {
  if (at === "active" || at === "handing-over") return "active";
  return at === "standby" ? "standby" : "out-of-service";
}

/** The status of this moment; `authenticated`: whether there is a pair key. */
export function pairStatus(state: Election, config: PairConfig, authenticated: boolean): PairStatus {
  const { sent, received, lost, late, drops } = state;
  const packet = state.peer?.packet;
  return {
    own: {
      role: config.role,
      operation: operationOf(state.at),
      state: state.at,
      reason: state.reason,
      sinceMs: state.nowMs - state.sinceMs,
      holds: state.kernelHolds,
      health: healthOf(state, config),
    },
    peer:
      packet === undefined
        ? null
        : {
            role: packet.roleActive ? "active" : "standby",
            operation: operationOf(packet.state),
            state: packet.state,
            holds: packet.holds,
            health: packet.health,
            heardMs: state.nowMs - (state.peer?.receivedAtMs ?? -Infinity),
            roundTripMs: state.roundTripMs,
          },
    paths: Array.from({ length: config.paths }, (_, path) => pathHeard(state, config, path)),
    sent,
    received,
    lost,
    late,
    drops,
    warnings: state.at === "off" ? [] : warningsOf(state, config, authenticated),
  };
}

function warningsOf(state: Election, config: PairConfig, authenticated: boolean): readonly PairWarning[] {
  const alive = peerAlive(state, config);
  const peer = alive ? state.peer?.packet : undefined;
  const health = healthOf(state, config);
  const pathLost = state.pathsHeard.some((_, path) => !pathHeard(state, config, path));
  const found: readonly (readonly [PairWarning, boolean])[] = [
    ["communication-error", peerSilent(state, config)],
    ["path-lost", alive && pathLost],
    ["peer-hears-nothing", peer?.hears === false],
    ["both-hold", state.kernelHolds && peer?.holds === true && state.at !== "handing-over"],
    ["nobody-holds", !isHolding(state) && peer?.holds !== true],
    ["takeover-held-back", state.at === "standby" && takeoverDue(state, config)],
    ["in-maintenance", health === "maintenance"],
    ["not-well", health !== "well" && health !== "maintenance"],
    ["service-dead", Object.values(state.services).includes("dead")],
    ["not-authenticated", !authenticated],
    ["same-role", peer !== undefined && peer.roleActive === (config.role === "active")],
    [
      "different-timers",
      peer !== undefined && (peer.intervalMs !== config.intervalMs || peer.count !== config.count),
    ],
    ["different-addresses", peer !== undefined && peer.addressesDigest !== config.addressesDigest],
  ];
  return found.filter(([, isFound]) => isFound).map(([warning]) => warning);
}
