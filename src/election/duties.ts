/** What a unit does from time to time, and when it wants to be woken for it. */
import type { ElectionCommand } from "./command.ts";
import { guardWindowMs, type PairConfig, probeIntervalMs, silenceMs } from "./config.ts";
import type { Election, ElectionDraft } from "./election.ts";
import {
  addressAnswers,
  asks,
  failbackFromMs,
  hasVote,
  healthOf,
  isHolding,
  lastHeardMs,
  pathHeard,
  peerAlive,
  probesFromMs,
  takeoverDue,
} from "./facts.ts";
import {
  HANDOVER_ASK_MS,
  HANDOVER_TIMEOUT_MS,
  MOVING_BEAT_MS,
  REFUSED_RETRY_MS,
  RELEASE_LINGER_MS,
  RENEWALS_PER_LEASE,
} from "./limits.ts";
import type { Packet } from "./packet.ts";

const MICROS = 1_000;

/** The echo of a packet: whose, when it was sent, how long it has been here. */
interface Heard {
  readonly packet: Packet;
  readonly receivedAtMs: number;
}

function beat(
  draft: ElectionDraft,
  config: PairConfig,
  heard: Heard | null,
): Extract<ElectionCommand, { kind: "send" }> {
  draft.sequence += 1;
  draft.sent += 1;
  draft.told = whatToTell(draft, config);
  const heldUs = heard === null ? 0 : Math.round((draft.nowMs - heard.receivedAtMs) * MICROS);
  const isEcho = heard !== null && heldUs < 2 ** 32;
  return {
    kind: "send",
    packet: {
      path: 0,
      home: config.home,
      pairId: config.pairId,
      unitId: config.unitId,
      nonce: draft.nonce,
      sequence: draft.sequence,
      roleActive: config.role === "active",
      state: draft.at,
      holds: draft.kernelHolds,
      ...draft.told,
      intervalMs: config.intervalMs,
      count: config.count,
      addressesDigest: config.addressesDigest,
      sentUs: Math.round(draft.nowMs * MICROS),
      echoNonce: isEcho ? heard.packet.nonce : 0,
      echoSentUs: isEcho ? heard.packet.sentUs : 0,
      echoHeldUs: isEcho ? heldUs : 0,
    },
  };
}

const whatToTell = (state: Election, config: PairConfig): Election["told"] => ({
  health: healthOf(state, config),
  hears: peerAlive(state, config),
  asks: asks(state, config),
});

/** Whether the peer should know something that it has not been told: that does not wait for the next beat. */
const hasNews = ({ told }: Election, now: Election["told"]): boolean =>
  told.health !== now.health || told.hears !== now.hears || told.asks !== now.asks;

/** Beats come faster while nobody is known yet and while the address moves. */
const beatIntervalMs = (state: Election, config: PairConfig): number =>
  state.at === "handing-over" || (state.at === "starting" && state.peer === null) || asks(state, config)
    ? Math.min(config.intervalMs, MOVING_BEAT_MS)
    : config.intervalMs;

/** When the next announcement is due. They are a series from one moment, then go on at a low rate. */
function announceDueMs(state: Election, config: PairConfig): number {
  if (state.at !== "active" || !state.kernelHolds) return Infinity;
  const afterMs = config.announceAtMs[state.announced];
  if (afterMs !== undefined) return state.announceFromMs + afterMs;
  return config.announceEveryMs === 0 ? Infinity : state.lastAnnouncedMs + config.announceEveryMs;
}

/** Adds what is due now. The last word of a unit that goes off is said twice: nobody repeats it later. */
export function performDuties(draft: ElectionDraft, config: PairConfig, commands: ElectionCommand[]): void {
  const { nowMs } = draft;
  if (draft.hello !== null) {
    commands.push(beat(draft, config, draft.hello));
    draft.hello = null;
  }
  if (draft.at === "off") return;
  if (isHolding(draft) && nowMs >= draft.renewedMs + config.leaseMs / RENEWALS_PER_LEASE) {
    draft.renewedMs = nowMs;
    commands.push({ kind: "renew-lease", leaseMs: config.leaseMs });
  }
  if (nowMs >= draft.nextBeatMs || hasNews(draft, whatToTell(draft, config))) {
    draft.nextBeatMs = nowMs + beatIntervalMs(draft, config);
    commands.push(beat(draft, config, draft.peer));
  }
  if (nowMs >= announceDueMs(draft, config)) {
    draft.announced += 1;
    draft.lastAnnouncedMs = nowMs;
    commands.push({ kind: "announce" });
  }
  if (nowMs < probesFromMs(draft, config)) draft.unanswered = 0;
  else if (nowMs >= draft.probedMs + probeIntervalMs(config)) {
    draft.probedMs = nowMs;
    draft.unanswered += 1;
    commands.push({ kind: "probe" });
  }
  tellPaths(draft, config, commands);
  tellHeldBack(draft, config, commands);
  if (draft.conflictBy !== null) {
    const values = { by: draft.conflictBy };
    commands.push({ kind: "log", level: "error", event: "address-conflict", values });
    draft.conflictBy = null;
  }
}

/** What a unit says when it goes off: when it is sent the kernel no longer has the addresses. */
export function sayGoodbye(draft: ElectionDraft, config: PairConfig, commands: ElectionCommand[]): void {
  const lastWord = (): ElectionCommand => {
    const { packet } = beat(draft, config, null);
    return { kind: "send", packet: { ...packet, holds: false } };
  };
  commands.push(lastWord(), lastWord(), { kind: "stopped" });
}

function tellPaths(draft: ElectionDraft, config: PairConfig, commands: ElectionCommand[]): void {
  for (let path = 0; path < config.paths; path += 1) {
    const isHeard = pathHeard(draft, config, path);
    if (isHeard === draft.pathsHeard[path]) continue;
    draft.pathsHeard = draft.pathsHeard.with(path, isHeard);
    const event = isHeard ? "heartbeat-heard" : "heartbeat-lost";
    commands.push({ kind: "log", level: isHeard ? "info" : "warning", event, values: { path } });
  }
}

/** Once for each time that a takeover is due and something holds it back. */
function tellHeldBack(draft: ElectionDraft, config: PairConfig, commands: ElectionCommand[]): void {
  if (draft.at !== "standby" || !takeoverDue(draft, config)) {
    draft.heldBack = false;
    return;
  }
  // Whether it is, the probes must show first.
  if (draft.heldBack || (hasVote(draft) && !addressAnswers(draft, config))) return;
  draft.heldBack = true;
  const values = hasVote(draft) ? { why: "address-answers", by: draft.answeredBy } : { why: "no-vote" };
  commands.push({ kind: "log", level: "error", event: "takeover-held-back", values });
}

/** When this state wants the next tick, if nothing else happens before: never later than the next beat. */
export function nextDeadlineMs(state: Election, config: PairConfig): number {
  if (state.at === "off") return Infinity;
  const { nowMs } = state;
  let next = state.nextBeatMs;
  const consider = (atMs: number): void => {
    if (atMs > nowMs && atMs < next) next = atMs;
  };
  consider(lastHeardMs(state) + silenceMs(config));
  for (const heardMs of state.peer?.pathHeardMs ?? []) consider(heardMs + silenceMs(config));
  if (isHolding(state)) {
    consider(state.renewedMs + config.leaseMs / RENEWALS_PER_LEASE);
    consider(announceDueMs(state, config));
    consider(state.handoverRetryMs);
    if (state.at === "handing-over") {
      consider((state.peerTookMs ?? Infinity) + RELEASE_LINGER_MS);
      consider(state.sinceMs + HANDOVER_TIMEOUT_MS);
    }
    return next;
  }
  consider((state.refusedMs ?? Infinity) + REFUSED_RETRY_MS);
  if (state.at !== "standby") return next;
  const probesMs = probesFromMs(state, config);
  consider(nowMs >= probesMs ? Math.max(probesMs, state.probedMs + probeIntervalMs(config)) : probesMs);
  if (addressAnswers(state, config)) consider(state.answeredMs + guardWindowMs(config));
  consider((state.nobodyHoldsSinceMs ?? Infinity) + silenceMs(config));
  consider((state.peerDeafSinceMs ?? Infinity) + silenceMs(config));
  consider(failbackFromMs(state, config));
  consider((state.handoverAskedMs ?? Infinity) + HANDOVER_ASK_MS);
  return next;
}
