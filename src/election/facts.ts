/** What follows from a state: the words in which the transitions are written. All pure. */
import { guardWindowMs, type PairConfig, probeAfterMs, silenceMs, unansweredProbes } from "./config.ts";
import type { Election } from "./election.ts";
import {
  GATEWAY_LAG_MS,
  HANDOVER_ASK_MS,
  HANDOVER_TIMEOUT_MS,
  REFUSED_RETRY_MS,
  RELEASE_LINGER_MS,
} from "./limits.ts";
import type { Health } from "./packet.ts";

type Fact = (state: Election, config: PairConfig) => boolean;

/** This unit should have the addresses. */
export const isHolding = ({ at }: Election): boolean => at === "active" || at === "handing-over";

/** When the peer was last heard, on any path; silence counts from here. */
export const lastHeardMs = ({ peer, listenFromMs }: Election): number =>
  peer === null ? listenFromMs : Math.max(listenFromMs, peer.heardMs);

/** Whether a path carried a heartbeat within interval × count. */
export const pathHeard = (state: Election, config: PairConfig, path: number): boolean =>
  state.nowMs < (state.peer?.pathHeardMs[path] ?? -Infinity) + silenceMs(config);

/** The peer was heard within interval × count, on whatever path. */
export const peerAlive: Fact = ({ peer, nowMs }, config) =>
  peer !== null && nowMs < peer.heardMs + silenceMs(config);

/** Interval × count have passed, all of them listened to. */
export const peerSilent: Fact = (state, config) =>
  !peerAlive(state, config) && state.nowMs >= lastHeardMs(state) + silenceMs(config);

/** The peer has the address, or is about to. */
export const peerServes: Fact = (state, config) =>
  peerAlive(state, config) &&
  (state.peer?.packet.holds === true ||
    state.peer?.packet.state === "active" ||
    state.peer?.packet.state === "handing-over");

/** The peer has the address beside this unit, which keeps it. */
export const bothHold: Fact = (state, config) =>
  state.at === "active" && state.kernelHolds && peerAlive(state, config) && state.peer?.packet.holds === true;

const peerIs = (state: Election, config: PairConfig, name: string): boolean =>
  peerAlive(state, config) && state.peer?.packet.state === name;

export const peerHandsOver: Fact = (state, config) => peerIs(state, config, "handing-over");

export const peerAsks: Fact = (state, config) =>
  peerIs(state, config, "standby") && state.peer?.packet.asks === true;

const someService = (state: Election, config: PairConfig, condition: "dead" | "unknown"): boolean => {
  for (const name of config.criticalServices) if (state.services[name] === condition) return true;
  return false;
};

export const serviceDead: Fact = (state, config) => someService(state, config, "dead");

/** The kernel refused the addresses not long ago. */
export const addressRefused = (state: Election): boolean =>
  state.refusedMs !== null && state.nowMs < state.refusedMs + REFUSED_RETRY_MS;

/** The first thing that speaks against holding the address here. */
export function healthOf(state: Election, config: PairConfig): Health {
  if (!state.linkUp || !state.linkProven) return "link";
  if (addressRefused(state)) return "address-refused";
  if (serviceDead(state, config)) return "service";
  if (state.gateway === "silent") return "gateway";
  if (state.stopping) return "stopping";
  if (state.maintenance) return "maintenance";
  return state.gateway === "unknown" || someService(state, config, "unknown") ? "unproven" : "well";
}

/** This unit may take the address. */
export const fit: Fact = (state, config) => healthOf(state, config) === "well";

/** The peer would take the address if it were offered. */
export const peerReady: Fact = (state, config) =>
  peerIs(state, config, "standby") &&
  state.peer?.packet.health === "well" &&
  state.nowMs >= state.handoverRetryMs;

/** Which of two equal units goes first: the one set as active; should the settings not tell them apart, the smaller id. */
export function preferred(state: Election, config: PairConfig): boolean {
  const peer = state.peer?.packet;
  const isActive = config.role === "active";
  if (peer === undefined || peer.roleActive !== isActive) return isActive;
  return config.unitId < peer.unitId;
}

/** The address was seen elsewhere within the last beat. */
export const addressAnswers: Fact = (state, config) => state.nowMs < state.answeredMs + guardWindowMs(config);

/** From when on the network is asked for the address: beats are missing, or the peer does not hear this unit. */
export function probesFromMs(state: Election, config: PairConfig): number {
  if (state.at !== "standby") return Infinity;
  const deaf = state.peerDeafSinceMs ?? Infinity;
  return Math.min(lastHeardMs(state), deaf) + probeAfterMs(config);
}

/** The third vote: where a gateway is set, it must answer. */
export const hasVote = (state: Election): boolean =>
  state.gateway === "unchecked" || state.gateway === "answers";

const peerDeaf: Fact = (state, config) =>
  peerAlive(state, config) &&
  state.peerDeafSinceMs !== null &&
  state.nowMs >= state.peerDeafSinceMs + silenceMs(config);

/** A takeover against the peer's will is due, if the guard and the vote allow it. */
export const takeoverDue: Fact = (state, config) =>
  fit(state, config) && (peerSilent(state, config) || (peerDeaf(state, config) && peerServes(state, config)));

const mayTakeUnasked: Fact = (state, config) =>
  fit(state, config) &&
  hasVote(state) &&
  !addressAnswers(state, config) &&
  state.unanswered >= unansweredProbes(config);

export const takesFromSilentPeer: Fact = (state, config) =>
  peerSilent(state, config) && mayTakeUnasked(state, config);

/** The peer still speaks, but it hears nothing and does not answer for the address: it cannot serve. */
export const takesFromDeafPeer: Fact = (state, config) =>
  peerDeaf(state, config) && peerServes(state, config) && mayTakeUnasked(state, config);

/** The peer could take the address as well as this unit. */
const peerMayTake: Fact = (state, config) =>
  peerIs(state, config, "starting") ||
  (peerIs(state, config, "standby") && state.peer?.packet.health === "well");

/**
 * What the peer says is of now. After a stall its older packets still wait to be read, and it may have taken the
 * address since, or withdrawn what it offered: it speaks of now when it answers something that was sent since, or
 * once all of them must have been read (a peer that hears nothing never answers).
 */
export const peerSpeaksOfNow: Fact = ({ peer, nonce, nowMs, newsFromMs }, config) =>
  (peer !== null && peer.packet.echoNonce === nonce && peer.packet.echoSentUs / 1_000 >= newsFromMs) ||
  nowMs >= newsFromMs + silenceMs(config);

/** The peer offers the address, and has not withdrawn the offer. */
export const takesFromOffer: Fact = (state, config) =>
  peerHandsOver(state, config) && peerSpeaksOfNow(state, config) && fit(state, config);

/** Nobody has the address: the unit set as active takes it, the other only when that one does not. */
export const takesFromNobody: Fact = (state, config) => {
  if (state.nobodyHoldsSinceMs === null || !peerAlive(state, config) || !fit(state, config)) return false;
  if (preferred(state, config) || !peerMayTake(state, config)) return true;
  return state.nowMs >= state.nobodyHoldsSinceMs + silenceMs(config);
};

/** A daemon that was restarted finds the addresses still under its lease: nobody can have taken them. */
export const resumes: Fact = (state, config) =>
  state.reason === "start" && state.kernelHolds && state.linkUp && !peerServes(state, config);

/** The peer holds, and is the one to keep the address when both do: it is well and this unit is not, or it goes first. */
export const peerKeeps: Fact = (state, config) => {
  const peer = state.peer?.packet;
  if (peer === undefined || !peerIs(state, config, "active") || !peer.holds) return false;
  const isWell = fit(state, config);
  return isWell === (peer.health === "well") ? !preferred(state, config) : !isWell;
};

/** Both hold, and the peer, which knows of it, keeps the address. */
export const yields: Fact = (state, config) => peerKeeps(state, config) && state.peer?.packet.hears === true;

/**
 * Peer and gateway fell silent together while this unit held: it is this unit that is cut off, and the peer
 * has the vote. Who took from a silent peer had the vote then, and keeps.
 */
export const isolated: Fact = (state, config) =>
  state.gateway === "silent" &&
  state.sinceMs <= lastHeardMs(state) &&
  peerSilent(state, config) &&
  Math.abs(state.gatewaySilentMs - lastHeardMs(state)) <= 2 * silenceMs(config) + GATEWAY_LAG_MS;

/** An operator asked for a handover and it is not done yet. */
export const handoverAsked = (state: Election): boolean =>
  state.handoverAskedMs !== null && state.nowMs < state.handoverAskedMs + HANDOVER_ASK_MS;

/** The peer has the address and clients have had the time to notice. */
export const released = (state: Election): boolean =>
  state.peerTookMs !== null && state.nowMs >= state.peerTookMs + RELEASE_LINGER_MS;

/** The peer does not take what it is offered, or is gone. */
export const handoverFails: Fact = (state, config) =>
  state.nowMs >= state.sinceMs + HANDOVER_TIMEOUT_MS ||
  !(peerIs(state, config, "active") || peerReady(state, config));

/** Too many moves of late: what is not necessary waits. */
function damped(state: Election, config: PairConfig): boolean {
  const from = state.takesMs.length - config.dampingMoves;
  const oldest = state.takesMs[from];
  return oldest !== undefined && state.nowMs < oldest + config.dampingWindowMs;
}

/** When this unit, set as active, asks for the address back; never: Infinity. */
export function failbackFromMs(state: Election, config: PairConfig): number {
  if (config.failback === "never" || state.failbackSuspended || state.fitSinceMs === null) return Infinity;
  if (!preferred(state, config)) return Infinity;
  return state.fitSinceMs + config.failbackHoldMs + config.failbackDelayMs;
}

/** Whether this unit asks the peer for the address. */
export const asks: Fact = (state, config) =>
  state.at === "standby" &&
  peerIs(state, config, "active") &&
  fit(state, config) &&
  (handoverAsked(state) || (state.nowMs >= failbackFromMs(state, config) && !damped(state, config)));

/** What made this unit unable to hold is over. */
export const recovered: Fact = (state, config) =>
  state.linkUp && !serviceDead(state, config) && state.gateway !== "silent" && !addressRefused(state);
