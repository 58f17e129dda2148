/** Whether a packet belongs to the peer's session, begins a new one, or is dropped. */
import type { PairConfig } from "./config.ts";
import type { DropReason, Election, Peer } from "./election.ts";
import { peerAlive } from "./facts.ts";
import { ECHO_AGE_MS_MAX, RETIRED_SESSIONS_MAX } from "./limits.ts";
import type { Packet } from "./packet.ts";
import { EMPTY_WINDOW, judge, marked } from "./replay-window.ts";

export type Admission =
  | { readonly kind: "dropped"; readonly reason: DropReason }
  /** It came on its path after a newer one: proof of nothing. */
  | { readonly kind: "late"; readonly peer: Peer }
  | {
      readonly kind: "admitted";
      readonly peer: Peer;
      readonly retiredNonces: readonly number[];
      /** Packets between this one and the one before on its path that have not come. */
      readonly missing: number;
    };

const dropped = (reason: DropReason): Admission => ({ kind: "dropped", reason });

/**
 * Judges a decoded packet. A session is known by its nonce; within it no sequence number counts twice on a
 * path. A new session counts only when it echoes what this unit sent a short while ago, in its own
 * present session: no recording can do that, whatever it was recorded from.
 */
export function admit(state: Election, config: PairConfig, packet: Packet): Admission {
  if (packet.unitId === config.unitId) return dropped("own");
  if (packet.path >= config.paths) return dropped("unexpected-path");
  if (state.peer !== null && packet.nonce === state.peer.packet.nonce)
    return continueSession(state.peer, packet, state.nowMs);
  if (state.retiredNonces.includes(packet.nonce)) return dropped("retired-session");
  if (state.peer !== null && packet.unitId !== state.peer.packet.unitId && peerAlive(state, config))
    return dropped("stranger");
  const echoAgeMs = state.nowMs - packet.echoSentUs / 1_000;
  if (packet.echoNonce !== state.nonce || echoAgeMs > ECHO_AGE_MS_MAX) return dropped("unconfirmed");
  return beginSession(state, config, packet);
}

function beginSession(state: Election, config: PairConfig, packet: Packet): Admission {
  const paths = Array.from({ length: config.paths }, (_, path) => path);
  const peer: Peer = {
    packet,
    receivedAtMs: state.nowMs,
    windows: paths.map((path) =>
      path === packet.path ? marked(EMPTY_WINDOW, packet.sequence) : EMPTY_WINDOW,
    ),
    heardMs: state.nowMs,
    pathHeardMs: paths.map((path) => (path === packet.path ? state.nowMs : -Infinity)),
  };
  const retiredNonces =
    state.peer === null
      ? state.retiredNonces
      : [state.peer.packet.nonce, ...state.retiredNonces].slice(0, RETIRED_SESSIONS_MAX);
  return { kind: "admitted", peer, retiredNonces, missing: 0 };
}

function continueSession(peer: Peer, packet: Packet, nowMs: number): Admission {
  const window = peer.windows[packet.path] ?? EMPTY_WINDOW;
  const arrival = judge(window, packet.sequence);
  if (arrival === "replayed") return dropped("replayed");
  const windows = peer.windows.with(packet.path, marked(window, packet.sequence));
  if (arrival === "late") return { kind: "late", peer: { ...peer, windows } };
  const heard = { windows, heardMs: nowMs, pathHeardMs: peer.pathHeardMs.with(packet.path, nowMs) };
  const missing = window.newest < 0 ? 0 : packet.sequence - window.newest - 1;
  // The same word on the second path is heard there, but says nothing new.
  const isNews = packet.sequence > peer.packet.sequence;
  const next = isNews ? { packet, receivedAtMs: nowMs, ...heard } : { ...peer, ...heard };
  return { kind: "admitted", peer: next, retiredNonces: [], missing };
}
