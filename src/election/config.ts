/** What the election is told about its pair: from the settings, and from what the unit knows of itself. */
import type { Settings } from "#settings/schema.ts";
import {
  GUARD_WINDOW_MS_MAX,
  PROBE_INTERVAL_MS_MIN,
  PROBES_PER_WINDOW,
  UNANSWERED_PROBES,
  UNANSWERED_PROBES_MIN,
} from "./limits.ts";

/** The service that needs no check in the settings: it is known where the proxy answers. */
export const PROXY_SERVICE = "proxy";

export type Role = "active" | "standby";
/** Whose addresses they are while both units are well: those with the same home move together, by an election of their own. */
export type Home = Role;
export const HOMES = ["active", "standby"] as const satisfies readonly Home[];
export type Failback = "at-once" | "delayed" | "never";

type Redundancy = Settings["redundancy"];
export type FloatingAddress = Redundancy["floatingAddresses"][number];

/** The pair as the election sees it. Times are milliseconds. */
export interface PairConfig {
  readonly pairId: number;
  /** 48 bits, this unit's own. */
  readonly unitId: number;
  readonly home: Home;
  /** active: these addresses are at home on this unit. */
  readonly role: Role;
  readonly ownAddress: string;
  readonly peerAddress: string;
  /** Heartbeat paths: 1 or 2. */
  readonly paths: number;
  readonly intervalMs: number;
  readonly count: number;
  readonly failback: Failback;
  readonly failbackDelayMs: number;
  /** How long this unit must have been well before it takes back. */
  readonly failbackHoldMs: number;
  /** The kernel drops the floating addresses when they have not been renewed for this long. */
  readonly leaseMs: number;
  /** Services whose death makes this unit give the address to a peer that is well. */
  readonly criticalServices: readonly string[];
  /** Services whose death is a warning. */
  readonly watchedServices: readonly string[];
  readonly checksGateway: boolean;
  readonly announceAtMs: readonly number[];
  /** 0: never again after the last of `announceAtMs`. */
  readonly announceEveryMs: number;
  /** More takes than this within `dampingWindowMs`, and failback waits. */
  readonly dampingMoves: number;
  readonly dampingWindowMs: number;
  readonly addressesDigest: number;
}

/** What only the running unit knows. */
export interface UnitIdentity {
  readonly unitId: number;
  readonly ownAddress: string;
}

/** The floating addresses with that home, in the order of the settings. */
export const addressesOf = ({ floatingAddresses }: Redundancy, home: Home): readonly FloatingAddress[] =>
  floatingAddresses.filter((each) => each.home === home);

/** The homes that these settings speak of: for each there is an election. */
export const homesOf = (redundancy: Redundancy): readonly Home[] =>
  HOMES.filter((home) => addressesOf(redundancy, home).length > 0);

/** What the election of the addresses with that home is told; the settings have passed `checkRedundancySettings`. */
export function pairConfig(redundancy: Redundancy, unit: UnitIdentity, home: Home): PairConfig {
  const named = (whenDead: string): readonly string[] =>
    redundancy.services.filter((service) => service.whenDead === whenDead).map(({ name }) => name);
  return {
    pairId: redundancy.pairId,
    unitId: unit.unitId,
    home,
    role: redundancy.role === home ? "active" : "standby",
    ownAddress: unit.ownAddress,
    peerAddress: redundancy.peerAddress ?? "",
    paths: redundancy.secondPeerAddress === undefined ? 1 : 2,
    intervalMs: redundancy.intervalMs,
    count: redundancy.count,
    failback: redundancy.failback.mode,
    failbackDelayMs: redundancy.failback.mode === "delayed" ? redundancy.failback.delayMs : 0,
    failbackHoldMs: redundancy.failback.holdMs,
    leaseMs: redundancy.leaseMs,
    criticalServices: named("hand-over"),
    watchedServices: named("warn"),
    checksGateway: redundancy.gateway !== undefined,
    announceAtMs: [0, ...redundancy.announce.afterMs],
    announceEveryMs: redundancy.announce.everyMs,
    dampingMoves: redundancy.damping.moves,
    dampingWindowMs: redundancy.damping.windowMs,
    addressesDigest: addressesDigest(redundancy.floatingAddresses),
  };
}

const OF_THE_PATHS = ["enabled", "pairId", "peerAddress", "secondPeerAddress", "port", "keyFile"] as const;

const isChanged = (before: unknown, after: unknown): boolean =>
  JSON.stringify(before) !== JSON.stringify(after);

/** Whether heartbeats that go over paths of `before` cannot go on under `after`. */
export const needsNewPaths = (before: Redundancy, after: Redundancy): boolean =>
  OF_THE_PATHS.some((name) => isChanged(before[name], after[name]));

/** Whether the election of these addresses cannot go on under `after`, but has to begin anew. */
export const needsNewElection = (before: Redundancy, after: Redundancy, home: Home): boolean =>
  isChanged(before.gateway, after.gateway) || isChanged(addressesOf(before, home), addressesOf(after, home));

/** 32 bits that differ when the addresses or their homes do, in whatever order they stand (FNV-1a). */
export function addressesDigest(addresses: readonly Pick<FloatingAddress, "address" | "home">[]): number {
  const words = addresses.map(({ address, home }) => (home === "active" ? address : `${address} ${home}`));
  let digest = 0x81_1c_9d_c5;
  for (const character of words.sort().join(" "))
    digest = Math.imul(digest ^ (character.codePointAt(0) ?? 0), 0x01_00_01_93);
  return digest >>> 0;
}

/** Silence for this long means that the peer is gone. */
export const silenceMs = (config: PairConfig): number => config.intervalMs * config.count;

/** How long an answer of the probed address counts: about a beat. */
export const guardWindowMs = (config: PairConfig): number => Math.min(config.intervalMs, GUARD_WINDOW_MS_MAX);

/** Probing begins two windows before a takeover is due, but not before a beat is missing by half an interval. */
export const probeAfterMs = (config: PairConfig): number =>
  Math.min(
    Math.max(config.intervalMs * 1.5, silenceMs(config) - 2 * guardWindowMs(config)),
    silenceMs(config) - guardWindowMs(config) / 2,
  );

/** Probes without an answer that are evidence of an address that nobody has. */
export const unansweredProbes = (config: PairConfig): number =>
  Math.max(
    Math.round((UNANSWERED_PROBES * guardWindowMs(config)) / GUARD_WINDOW_MS_MAX),
    UNANSWERED_PROBES_MIN,
  );

export const probeIntervalMs = (config: PairConfig): number =>
  Math.max(guardWindowMs(config) / PROBES_PER_WINDOW, PROBE_INTERVAL_MS_MIN);
