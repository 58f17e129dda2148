/**
 * The states of a unit, and the only way between them: this table.
 *
 *         start           link-proven           handover, peer-silent, peer-deaf, nobody-holds
 *   off ────────▶ starting ───────────▶ standby ──────────────────────────────────────────▶ active
 *                  │ ▲  ▲                ▲                                                 │    ▲
 *          resumed │ │  │ stalled        │                           stop, split, …        │    │
 *                  ▼ │  └ (active,       └─ handed-over ──────────── handing-over ◀────────┘    │
 *             active │    handing-over)                                   └─ handover-failed ───┘
 *                    │ recovered
 *                  fault ◀── (any) link-down, address-refused, service-dead, gateway-silent, isolated
 *                  (any) ──▶ off: stop, handed-over
 *
 *   state         addresses   guarantees
 *   off           absent      nothing is sent, nothing is taken
 *   starting      absent      the link has not carried a frame since it came up; listens, sends beats
 *                 (as found by a daemon that has just been started)
 *   standby       absent      the link works; may take
 *   active        held        the lease is renewed in time, announcements go out
 *   handing-over  held        the peer has been told to take; nothing is announced any more
 *   fault         absent      something is wrong here that must end first
 *
 * The first row of a state whose condition holds is taken, again until none does.
 */
import type { PairConfig } from "./config.ts";
import type { Election, Reason } from "./election.ts";
import {
  addressRefused,
  handoverAsked,
  handoverFails,
  isolated,
  peerAsks,
  peerHandsOver,
  peerReady,
  recovered,
  released,
  resumes,
  serviceDead,
  takesFromDeafPeer,
  takesFromNobody,
  takesFromOffer,
  takesFromSilentPeer,
  yields,
} from "./facts.ts";
import type { StateName } from "./packet.ts";

export interface Transition {
  readonly to: StateName;
  readonly reason: Reason;
  readonly when: (state: Election, config: PairConfig) => boolean;
}

const transition = (to: StateName, reason: Reason, when: Transition["when"]): Transition => ({
  to,
  reason,
  when,
});

const stopping = (state: Election): boolean => state.stopping;
const linkDown = (state: Election): boolean => !state.linkUp;

const STOP = transition("off", "stop", stopping);
const LINK_DOWN = transition("fault", "link-down", linkDown);
const REFUSED = transition("fault", "address-refused", addressRefused);
const STALLED = transition("starting", "stalled", (state) => state.stalled);

export const TRANSITIONS: Readonly<Record<StateName, readonly Transition[]>> = {
  off: [transition("starting", "start", (state) => state.started)],
  starting: [
    STOP,
    LINK_DOWN,
    transition("active", "resumed", resumes),
    transition("standby", "link-proven", (state) => state.linkProven),
  ],
  standby: [
    STOP,
    LINK_DOWN,
    transition("fault", "service-dead", serviceDead),
    transition("fault", "gateway-silent", (state) => state.gateway === "silent"),
    transition("active", "handover", takesFromOffer),
    transition("active", "peer-silent", takesFromSilentPeer),
    transition("active", "peer-deaf", takesFromDeafPeer),
    transition("active", "nobody-holds", takesFromNobody),
  ],
  active: [
    LINK_DOWN,
    STALLED,
    REFUSED,
    transition("fault", "isolated", isolated),
    transition("handing-over", "split", yields),
    transition("handing-over", "stop", (state, config) => state.stopping && peerReady(state, config)),
    // A peer that is just letting go can take again in a moment.
    transition("off", "stop", (state, config) => state.stopping && !peerHandsOver(state, config)),
    transition(
      "handing-over",
      "maintenance",
      (state, config) => state.maintenance && peerReady(state, config),
    ),
    transition(
      "handing-over",
      "service-dead",
      (state, config) => serviceDead(state, config) && peerReady(state, config),
    ),
    transition(
      "handing-over",
      "gateway-silent",
      (state, config) => state.gateway === "silent" && peerReady(state, config),
    ),
    transition(
      "handing-over",
      "operator",
      (state, config) => handoverAsked(state) && peerReady(state, config),
    ),
    transition(
      "handing-over",
      "peer-asks",
      (state, config) => peerAsks(state, config) && peerReady(state, config),
    ),
  ],
  "handing-over": [
    LINK_DOWN,
    STALLED,
    REFUSED,
    transition("off", "handed-over", (state) => state.stopping && released(state)),
    transition("standby", "handed-over", released),
    transition("off", "stop", (state, config) => state.stopping && handoverFails(state, config)),
    transition("active", "handover-failed", handoverFails),
  ],
  fault: [STOP, transition("starting", "recovered", recovered)],
};
