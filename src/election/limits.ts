/** The figures of the election that are no settings, each with its reason. Milliseconds. */

/** After a handover this unit answers for the address a little longer, so that no frame in flight is lost. */
export const RELEASE_LINGER_MS = 20;

/** A peer that was offered the address and has not taken it by then does not want it. */
export const HANDOVER_TIMEOUT_MS = 2_000;

/** After a handover that failed, how long none is tried again for the same cause. */
export const HANDOVER_RETRY_MS = 10_000;

/** An operator's wish for a handover that could not begin by then is forgotten. */
export const HANDOVER_ASK_MS = 5_000;

/** Beats are at least this frequent while the address is about to move: one that is lost costs no more. */
export const MOVING_BEAT_MS = 100;

/**
 * The address probe: evidence is as fresh as a beat, and never older than this. It is also what a lease that
 * ends costs the clients: until then the address answered.
 */
export const GUARD_WINDOW_MS_MAX = 50;

/** Probes within one window of evidence. */
export const PROBES_PER_WINDOW = 10;

/** Probes are never closer together than this. */
export const PROBE_INTERVAL_MS_MIN = 3;

/**
 * Time alone is no evidence, since timers may come late: this many probes in a row must have had no answer
 * before an address is taken. At 30 % loss each way that many get lost once in 3,000 takeovers that are due.
 */
export const UNANSWERED_PROBES = 12;

/** And with short windows, in which there is no time for so many: once in 200. */
export const UNANSWERED_PROBES_MIN = 8;

/** A kernel that refused the address is asked again after this. */
export const REFUSED_RETRY_MS = 10_000;

/** A held address is defended against strangers once within this (RFC 5227 section 1.1, DEFEND_INTERVAL). */
export const DEFEND_INTERVAL_MS = 10_000;

/** A lease is renewed this many times within its length. */
export const RENEWALS_PER_LEASE = 3;

/** A step that comes later than its interval by this share is a stall: the time in between was not listened to. */
export const STALL_SHARE = 0.5;

/** Unconfirmed packets are answered no faster than this, each with one packet to the peer's own address. */
export const HELLO_PAUSE_MS = 10;

/** A new session of the peer must echo something that this unit sent within this: it cannot be a recording. */
export const ECHO_AGE_MS_MAX = 10_000;

/** Ended sessions of the peer that are remembered, so that their packets are never taken for a new one. */
export const RETIRED_SESSIONS_MAX = 8;

/** A gateway check notices this much later than the heartbeat that the network is gone. */
export const GATEWAY_LAG_MS = 5_000;

/** Steps that may follow from one event; more would be a circle in the table of transitions. */
export const TRANSITIONS_PER_EVENT_MAX = 4;

/** Times of taking the address that are remembered: the most that the damping can be set to. */
export const TAKES_MAX = 100;
