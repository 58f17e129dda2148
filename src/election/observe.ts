/** What an event makes a unit know. Nothing is decided here. */
import type { PairConfig } from "./config.ts";
import type { DropReason, ElectionDraft, Peer } from "./election.ts";
import type { ElectionEvent, OperatorCommand } from "./event.ts";
import {
  fit,
  isHolding,
  peerAlive,
  peerHandsOver,
  peerKeeps,
  peerServes,
  peerSpeaksOfNow,
  preferred,
} from "./facts.ts";
import { DEFEND_INTERVAL_MS, HELLO_PAUSE_MS, STALL_SHARE } from "./limits.ts";
import type { Packet } from "./packet.ts";
import { admit } from "./peer.ts";

/** Writes what `event` tells into `draft`, its time included. */
export function observe(draft: ElectionDraft, config: PairConfig, event: ElectionEvent): void {
  const wasAlive = peerAlive(draft, config);
  passTime(draft, config, event.nowMs);
  apply(draft, config, event);
  noticePeer(draft, config, wasAlive);
  if (!fit(draft, config)) draft.fitSinceMs = null;
  else draft.fitSinceMs ??= draft.nowMs;
  if (!draft.linkProven || peerServes(draft, config) || !peerAlive(draft, config))
    draft.nobodyHoldsSinceMs = null;
  else if (peerSpeaksOfNow(draft, config)) draft.nobodyHoldsSinceMs ??= draft.nowMs;
}

/**
 * Moves the clock. A step that comes much later than a beat was a stall: what was sent meanwhile may still
 * wait to be read, so that time does not count as silence. When the lease was not renewed in time the
 * addresses are gone, and this unit must find out anew who has them.
 */
function passTime(draft: ElectionDraft, config: PairConfig, nowMs: number): void {
  const gapMs = nowMs - draft.nowMs;
  if (gapMs <= 0) return;
  draft.nowMs = nowMs;
  if (gapMs > config.intervalMs * (1 + STALL_SHARE)) forgiveSilence(draft, gapMs - config.intervalMs);
  if (isHolding(draft) && nowMs >= draft.renewedMs + config.leaseMs) loseLease(draft);
}

function forgiveSilence(draft: ElectionDraft, unheardMs: number): void {
  const later = (at: number): number => Math.min(draft.nowMs, at + unheardMs);
  draft.listenFromMs = later(draft.listenFromMs);
  draft.newsFromMs = draft.nowMs;
  if (draft.peer !== null)
    draft.peer = {
      ...draft.peer,
      heardMs: later(draft.peer.heardMs),
      pathHeardMs: draft.peer.pathHeardMs.map(later),
    };
}

/** What the peer said before counts for nothing: it may hold by now. */
function loseLease(draft: ElectionDraft): void {
  draft.stalled = true;
  draft.linkProven = false;
  draft.listenFromMs = draft.nowMs;
  draft.newsFromMs = draft.nowMs;
  if (draft.peer !== null)
    draft.peer = {
      ...draft.peer,
      heardMs: -Infinity,
      pathHeardMs: draft.peer.pathHeardMs.map(() => -Infinity),
    };
}

function apply(draft: ElectionDraft, config: PairConfig, event: ElectionEvent): void {
  switch (event.kind) {
    case "tick":
      return;
    case "packet":
      observePacket(draft, config, event.packet);
      break;
    case "bad-packet":
      countDrop(draft, event.fault);
      break;
    case "link":
      draft.linkUp = event.up;
      if (!event.up) draft.linkProven = false;
      return;
    case "frame":
      proveLink(draft);
      break;
    case "service":
      if (draft.services[event.name] !== undefined)
        draft.services = { ...draft.services, [event.name]: event.alive ? "alive" : "dead" };
      return;
    case "gateway":
      observeGateway(draft, event.answers);
      break;
    case "command":
      observeCommand(draft, event.command);
      break;
    case "address-answered":
      draft.answeredMs = draft.nowMs;
      draft.unanswered = 0;
      draft.answeredBy = event.by;
      return;
    case "conflict":
      observeConflict(draft, config, event.by);
      break;
    case "kernel":
      observeKernel(draft, event.holds, event.refused);
      break;
  }
}

/** The first frame after the link came up: silence counts from now. */
function proveLink(draft: ElectionDraft): void {
  if (!draft.linkUp || draft.linkProven) return;
  draft.linkProven = true;
  draft.listenFromMs = draft.nowMs;
  draft.newsFromMs = draft.nowMs;
}

function observeGateway(draft: ElectionDraft, answers: boolean): void {
  if (draft.gateway === "unchecked") return;
  if (!answers && draft.gateway !== "silent") draft.gatewaySilentMs = draft.nowMs;
  // Until it answered this unit may have been cut off from its peer too.
  if (answers && draft.gateway === "silent") draft.listenFromMs = draft.nowMs;
  draft.gateway = answers ? "answers" : "silent";
}

function observeCommand(draft: ElectionDraft, command: OperatorCommand): void {
  switch (command) {
    case "start":
      draft.started = true;
      draft.stopping = false;
      return;
    case "stop":
      draft.stopping = true;
      draft.started = false;
      return;
    case "handover":
      draft.handoverAskedMs = draft.nowMs;
      draft.nextBeatMs = draft.nowMs;
      return;
    case "maintenance-on":
      draft.maintenance = true;
      return;
    case "maintenance-off":
      draft.maintenance = false;
      return;
    case "announce":
      restartAnnouncements(draft);
      return;
  }
}

/** The series begins again; it goes out only while this unit holds the addresses. */
export function restartAnnouncements(draft: ElectionDraft): void {
  draft.announced = 0;
  draft.announceFromMs = draft.nowMs;
}

/**
 * RFC 5227 section 2.4 (b): a holder defends its address, but does not quarrel with a stranger. In a split only
 * the unit that goes first defends it against the other: the one that will let go would draw clients to itself.
 * Nor is it a quarrel that the peer still answers while it hands over.
 */
function observeConflict(draft: ElectionDraft, config: PairConfig, by: "peer" | "stranger"): void {
  if (by === "peer" && (peerHandsOver(draft, config) || !preferred(draft, config))) return;
  const pauseMs = by === "peer" ? config.intervalMs : DEFEND_INTERVAL_MS;
  if (draft.at !== "active" || draft.nowMs < draft.defendedMs + pauseMs) return;
  draft.defendedMs = draft.nowMs;
  draft.conflictBy = by;
  restartAnnouncements(draft);
}

function observeKernel(draft: ElectionDraft, holds: boolean, refused: boolean): void {
  if (draft.kernelHolds !== holds) draft.nextBeatMs = draft.nowMs;
  if (holds && !draft.kernelHolds) restartAnnouncements(draft);
  draft.kernelHolds = holds;
  if (refused) draft.refusedMs = draft.nowMs;
  else if (holds) draft.refusedMs = null;
}

const countDrop = (draft: ElectionDraft, reason: DropReason): void => {
  draft.drops = { ...draft.drops, [reason]: (draft.drops[reason] ?? 0) + 1 };
};

function observePacket(draft: ElectionDraft, config: PairConfig, packet: Packet): void {
  const before = draft.peer?.packet ?? null;
  const admission = admit(draft, config, packet);
  switch (admission.kind) {
    case "dropped":
      countDrop(draft, admission.reason);
      if (admission.reason === "unconfirmed") answerHello(draft, packet);
      return;
    case "late":
      draft.late += 1;
      draft.lost = Math.max(0, draft.lost - 1);
      draft.peer = admission.peer;
      return;
    case "admitted":
      draft.received += 1;
      draft.lost += admission.missing;
      draft.peer = admission.peer;
      if (admission.retiredNonces.length > 0) draft.retiredNonces = admission.retiredNonces;
      learnFrom(draft, admission.peer, before);
  }
}

/**
 * A peer that has just started needs an echo from this unit before its packets count. Recordings get an
 * answer too: they cannot be told from the peer, and must not use up what it needs.
 */
function answerHello(draft: ElectionDraft, packet: Packet): void {
  if (draft.at === "off" || draft.nowMs < draft.helloAnsweredMs + HELLO_PAUSE_MS) return;
  draft.helloAnsweredMs = draft.nowMs;
  draft.hello = { packet, receivedAtMs: draft.nowMs };
}

/** What the newest packet changes beside the peer itself. */
function learnFrom(draft: ElectionDraft, { packet, receivedAtMs }: Peer, before: Packet | null): void {
  if (receivedAtMs !== draft.nowMs || packet === before) return;
  if (packet.echoNonce === draft.nonce)
    draft.roundTripMs = Math.max(0, draft.nowMs - (packet.echoSentUs + packet.echoHeldUs) / 1_000);
  if (packet.hears) draft.peerDeafSinceMs = null;
  else draft.peerDeafSinceMs ??= draft.nowMs;
  if (draft.at === "handing-over" && packet.state === "active" && packet.holds)
    draft.peerTookMs ??= draft.nowMs;
  // The peer has let go: whoever asks the network next must hear it from the holder.
  if (draft.at === "active" && before?.holds === true && !packet.holds) restartAnnouncements(draft);
}

/** A peer that is heard again hears from this unit at once, and so do the clients. */
function noticePeer(draft: ElectionDraft, config: PairConfig, wasAlive: boolean): void {
  const isAlive = peerAlive(draft, config);
  if (isAlive === wasAlive) return;
  if (isAlive) {
    draft.nextBeatMs = draft.nowMs;
    if (draft.at === "active" && !peerKeeps(draft, config)) restartAnnouncements(draft);
  } else {
    draft.peerDeafSinceMs = null;
    draft.failbackSuspended = false;
  }
}
