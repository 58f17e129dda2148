/**
 * The state of one unit of a pair: what it is doing, and what it knows. A plain value; `step` makes the
 * next one. Times are of this unit's monotonic clock, in milliseconds.
 */
import type { PairConfig } from "./config.ts";
import type { DecodeFault, Health, Packet, StateName } from "./packet.ts";
import type { ReplayWindow } from "./replay-window.ts";

/** Why a unit is in its state. */
export type Reason =
  | "start"
  | "link-proven"
  | "link-down"
  | "recovered"
  | "stalled"
  | "resumed"
  | "handover"
  | "peer-silent"
  | "peer-deaf"
  | "nobody-holds"
  | "split"
  | "isolated"
  | "address-refused"
  | "service-dead"
  | "gateway-silent"
  | "maintenance"
  | "operator"
  | "peer-asks"
  | "handed-over"
  | "handover-failed"
  | "stop";

/** Why a packet was not used. */
export type DropReason =
  | DecodeFault
  | "own"
  | "stranger"
  | "unexpected-path"
  | "replayed"
  | "retired-session"
  | "unconfirmed";

export type ServiceState = "unknown" | "alive" | "dead";

/** One session of the peer: from its start to its end. */
export interface Peer {
  /** The newest packet: what the peer is and wants. */
  readonly packet: Packet;
  readonly receivedAtMs: number;
  /** When it was last heard on any path. */
  readonly heardMs: number;
  /** One for each heartbeat path. */
  readonly windows: readonly ReplayWindow[];
  readonly pathHeardMs: readonly number[];
}

/** What is remembered until the next step; only `step` writes it, on a copy. */
export interface ElectionDraft {
  at: StateName;
  reason: Reason;
  sinceMs: number;
  nowMs: number;

  // What this unit has been told.
  started: boolean;
  stopping: boolean;
  maintenance: boolean;
  /** When an operator asked for a handover that is not done yet. */
  handoverAskedMs: number | null;
  /** After a handover by hand the unit set as active does not take back by itself. */
  failbackSuspended: boolean;

  // What this unit knows of itself.
  linkUp: boolean;
  linkProven: boolean;
  services: Readonly<Record<string, ServiceState>>;
  gateway: "unchecked" | "unknown" | "answers" | "silent";
  gatewaySilentMs: number;
  kernelHolds: boolean;
  refusedMs: number | null;
  /** The last step came so late that the lease of the addresses has run out. */
  stalled: boolean;
  /** Since when nothing has spoken against holding the address. */
  fitSinceMs: number | null;

  // What it knows of the peer.
  peer: Peer | null;
  retiredNonces: readonly number[];
  /** Silence counts from here on, whatever was heard before. */
  listenFromMs: number;
  /** What the peer sent before may have waited to be read, and be true no more. */
  newsFromMs: number;
  /** Which paths are heard, as last told in the log. */
  pathsHeard: readonly boolean[];
  /** Since when the peer has said that it does not hear this unit. */
  peerDeafSinceMs: number | null;
  nobodyHoldsSinceMs: number | null;
  /** In handing-over: when the peer was seen to hold the address. */
  peerTookMs: number | null;
  handoverRetryMs: number;
  answeredMs: number;
  answeredBy: "nobody" | "peer" | "stranger";
  /** What the peer has been told of this unit: a change of it does not wait for the next beat. */
  told: { readonly health: Health; readonly hears: boolean; readonly asks: boolean };
  /** A takeover that evidence or a missing vote held back has been told in the log. */
  heldBack: boolean;

  // What it does from time to time.
  nonce: number;
  sequence: number;
  nextBeatMs: number;
  /** A packet of a session that is not confirmed yet, to be answered with its echo. */
  hello: { readonly packet: Packet; readonly receivedAtMs: number } | null;
  helloAnsweredMs: number;
  renewedMs: number;
  probedMs: number;
  /** Probes since the last answer, as long as there is a reason to probe. */
  unanswered: number;
  /** The index of the next announcement and when the series began. */
  announced: number;
  announceFromMs: number;
  lastAnnouncedMs: number;
  defendedMs: number;
  /** Who else announced an address that this unit holds, until the log has it. */
  conflictBy: "peer" | "stranger" | null;
  /** When the address was taken, the latest last. */
  takesMs: readonly number[];

  // For people.
  sent: number;
  received: number;
  lost: number;
  late: number;
  drops: Readonly<Partial<Record<DropReason, number>>>;
  roundTripMs: number | null;
}

export type Election = Readonly<ElectionDraft>;

/**
 * The same unit under other settings, from the moment `nowMs` on; the driver renews the lease of held addresses at that
 * moment. The heartbeat paths and the addresses stay what they were.
 */
export function underConfig(state: Election, config: PairConfig, nowMs: number): Election {
  const services = [...config.criticalServices, ...config.watchedServices];
  const gateway = state.gateway === "unchecked" ? "unknown" : state.gateway;
  return {
    ...state,
    services: Object.fromEntries(services.map((name) => [name, state.services[name] ?? "unknown"])),
    gateway: config.checksGateway ? gateway : "unchecked",
    renewedMs: nowMs,
    nextBeatMs: nowMs,
  };
}

/**
 * The state before the first event, with redundancy off; the command `start` begins. `nonce` is 48 random
 * bits other than 0, `nowMs` this unit's monotonic clock.
 */
export function initialElection(config: PairConfig, nonce: number, nowMs: number): Election {
  const services = [...config.criticalServices, ...config.watchedServices];
  return {
    at: "off",
    reason: "start",
    sinceMs: nowMs,
    nowMs,
    started: false,
    stopping: false,
    maintenance: false,
    handoverAskedMs: null,
    failbackSuspended: false,
    linkUp: false,
    linkProven: false,
    services: Object.fromEntries(services.map((name) => [name, "unknown"])),
    gateway: config.checksGateway ? "unknown" : "unchecked",
    gatewaySilentMs: -Infinity,
    kernelHolds: false,
    refusedMs: null,
    stalled: false,
    fitSinceMs: null,
    peer: null,
    retiredNonces: [],
    listenFromMs: nowMs,
    newsFromMs: nowMs,
    pathsHeard: Array.from({ length: config.paths }, () => false),
    peerDeafSinceMs: null,
    nobodyHoldsSinceMs: null,
    peerTookMs: null,
    handoverRetryMs: -Infinity,
    answeredMs: -Infinity,
    answeredBy: "nobody",
    told: { health: "link", hears: false, asks: false },
    heldBack: false,
    nonce,
    sequence: 0,
    nextBeatMs: nowMs,
    hello: null,
    helloAnsweredMs: -Infinity,
    renewedMs: nowMs,
    probedMs: -Infinity,
    unanswered: 0,
    announced: 0,
    announceFromMs: nowMs,
    lastAnnouncedMs: -Infinity,
    defendedMs: -Infinity,
    conflictBy: null,
    takesMs: [],
    sent: 0,
    received: 0,
    lost: 0,
    late: 0,
    drops: {},
    roundTripMs: null,
  };
}
