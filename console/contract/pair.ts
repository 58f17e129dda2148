/** The pair of units: who works, who holds, what is heard. Ages are milliseconds. */
import Type from "typebox";
import { PAIR_KEY_PATTERN } from "./pair-key.ts";
import { closed, count, Instant, nullable, oneOf, text } from "./parts.ts";

/** Of the heartbeat process; "communication-error" is the manual's 通信異常. */
export const PAIR_WARNINGS = [
  "communication-error",
  "path-lost",
  "peer-hears-nothing",
  "both-hold",
  "nobody-holds",
  "takeover-held-back",
  "in-maintenance",
  "not-well",
  "service-dead",
  "not-authenticated",
  "same-role",
  "different-timers",
  "different-addresses",
] as const;
export type PairWarningCode = (typeof PAIR_WARNINGS)[number];

export const PAIR_STATES = ["off", "starting", "standby", "active", "handing-over", "fault"] as const;
export type PairStateCode = (typeof PAIR_STATES)[number];

/** Why a unit is in its state. */
export const PAIR_REASONS = [
  "start",
  "link-proven",
  "link-down",
  "recovered",
  "stalled",
  "resumed",
  "handover",
  "peer-silent",
  "peer-deaf",
  "nobody-holds",
  "split",
  "isolated",
  "address-refused",
  "service-dead",
  "gateway-silent",
  "maintenance",
  "operator",
  "peer-asks",
  "handed-over",
  "handover-failed",
  "stop",
] as const;
export type PairReasonCode = (typeof PAIR_REASONS)[number];

const RoleSetting = oneOf("active", "standby");
const Operation = oneOf("active", "standby", "out-of-service");

/** Floating addresses that move together. Their `role` is active on the unit that they are at home on. */
const groupFields = {
  floatingAddresses: Type.Array(text(64)),
  own: closed({
    role: RoleSetting,
    operation: Operation,
    state: oneOf(...PAIR_STATES),
    reason: oneOf(...PAIR_REASONS),
    sinceMs: Type.Number(),
    holds: Type.Boolean(),
    health: text(32),
  }),
  /** Null until the peer has been heard; old news has a high `heardMs`. */
  peer: nullable(
    closed({
      role: RoleSetting,
      operation: Operation,
      state: oneOf(...PAIR_STATES),
      holds: Type.Boolean(),
      health: text(32),
      heardMs: Type.Number(),
      roundTripMs: nullable(Type.Number()),
    }),
  ),
  warnings: Type.Array(oneOf(...PAIR_WARNINGS)),
  /** The clients' connections of the floating addresses, over a planned move. */
  connections: closed({
    here: count(),
    /** draining: the other unit has the addresses, and what is here may end. */
    phase: oneOf("idle", "serving", "draining"),
    /** Still on the other unit after a planned move. */
    onOtherUnit: count(),
    leftMs: Type.Number(),
  }),
};
export const PairGroup = closed(groupFields);
export type PairGroup = Type.Static<typeof PairGroup>;

/** What the heartbeat process tells, as `futago ha status --json` has it. */
export const PairStatus = closed({
  unit: text(64),
  pid: count(),
  /** Those at home on the unit set as active. */
  ...groupFields,
  /** Whether each heartbeat path is heard. */
  paths: Type.Array(Type.Boolean()),
  sent: count(),
  received: count(),
  lost: count(),
  late: count(),
  drops: Type.Record(Type.String(), Type.Number()),
  heartbeat: closed({ foreign: count(), overrun: count(), unsent: count() }),
  /** Those at home on the unit set as standby; null where there are none. */
  second: nullable(PairGroup),
});
export type PairStatus = Type.Static<typeof PairStatus>;

export const Pair = closed({
  /** By the settings in use. */
  enabled: Type.Boolean(),
  role: RoleSetting,
  peerAddress: nullable(text(64)),
  port: count(),
  intervalMs: count(),
  count: count(),
  floatingAddresses: Type.Array(
    closed({ address: text(64), prefixLength: count(), interface: text(32), home: RoleSetting }),
  ),
  /** Null where there is no pair, or the heartbeat process does not answer: then `fault` says why. */
  status: nullable(PairStatus),
  fault: nullable(text(1_000)),
  /** Where the other unit's console is; null without a peer. */
  peerConsole: nullable(text(256)),
  at: Instant,
});
export type Pair = Type.Static<typeof Pair>;

/** `address`: only this one and those with the same home; without it all that the unit holds. */
export const Handover = closed({ address: Type.Optional(text(64)) });

export const Maintenance = closed({ on: Type.Boolean() });

/** Without `key` one is made, and told this once. */
export const NewPairKey = closed({
  key: Type.Optional(Type.String({ minLength: 16, maxLength: 256, pattern: PAIR_KEY_PATTERN })),
});
export const KeptPairKey = closed({ keyFile: text(4_096), madeKey: nullable(text(256)) });
export type KeptPairKey = Type.Static<typeof KeptPairKey>;

export const SectionState = closed({
  section: text(100),
  /** Settings of the section that are this unit's only are not compared. */
  state: oneOf("equal", "different", "unknown"),
  /** Paths that differ. */
  paths: Type.Array(text(1_000)),
});
export const PairSync = closed({
  /** Whether the settings say that shared sections are copied at each change. */
  enabled: Type.Boolean(),
  /** Null when the other unit could not be asked: `fault` says why. */
  comparedAt: nullable(Instant),
  fault: nullable(text(1_000)),
  sections: Type.Array(SectionState),
  lastSent: nullable(closed({ at: Instant, ok: Type.Boolean(), detail: text(1_000) })),
});
export type PairSync = Type.Static<typeof PairSync>;
export const SyncOrder = closed({ sections: Type.Array(text(100), { minItems: 1, maxItems: 100 }) });

/** From unit to unit, with an HMAC under the pair key in the field `Futago-Pair`. */
export const SharedSections = closed({
  unit: text(64),
  generation: count(),
  author: text(200),
  reason: text(2_000),
  sections: Type.Record(Type.String(), Type.Unknown()),
});

/** From unit to unit: a gzipped tar archive in base64. */
export const SupportPart = closed({ unit: text(64), archive: Type.String({ maxLength: 32 * 1024 * 1024 }) });
