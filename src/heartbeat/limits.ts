/** The figures of the driver that are no settings. Milliseconds. */

/** How often the receive counters are read while the link is unproven: one read costs 10 µs. */
export const LINK_PROOF_MS = 10;

/** A timer that comes later than this was a stall: what was known of the machine is read again. */
export const STALL_MS = 250;

/** How often the gateway and the peer's hardware address are asked for: far more often than a neighbour's entry ages. */
export const GATEWAY_ASK_MS = 1_000;

/** The gateway is silent when it has not answered this many questions. */
export const GATEWAY_MISSES_MAX = 3;

/** A kernel that answers each change with another difference is left alone after this many in one go. */
export const RECONCILES_MAX = 4;

/** A step that comes later than it was due by this: meanwhile nobody asked the network, nobody read answers. */
export const LATE_MS = 10;

/** So a standby asks again, and waits this long for answers before it decides anything. */
export const ANSWER_MS = 10;

/** Events that wait for that; more packets than this are of no use. */
export const PENDING_MAX = 1_000;

/**
 * How often the other unit is told of the clients' connections; and while it waits for the last of them to end. A
 * client of a younger connection, which it does not know in a crash, is told when it sends its request again.
 */
export const REPORT_MS = 400;
export const REPORT_DRAINING_MS = 100;

/** And how soon again while there is more to tell than fits one go. */
export const REPORT_AGAIN_MS = 20;

/** Reading the list costs 0.5 ms, and 1 µs for each connection: it may take this share of the time. */
export const LIST_SHARE = 0.01;

/** Connections that have ended are forgotten this many at a time: 2 ms. */
export const ENDED_AT_ONCE = 1_000;

/** How often this unit's own addresses are read, which the other one passes packets on to. */
export const VIA_MS = 1_000;

/** A draining unit that has said nothing for interval × count, within these bounds, is gone. */
export const REPORT_SILENCE_MS_MIN = 500;
export const REPORT_SILENCE_MS_MAX = 1_000;

/** After a planned move connections of which this unit does not know yet may still be under way. */
export const DRAIN_MS_MIN = 500;

/** A unit that has given the addresses away says within this that it drains; otherwise it does not. */
export const DRAIN_BEGINS_MS = 1_000;

/** The end of a drain is said this many times in a row, and then in this rhythm. */
export const IDLE_REPORTS_AT_ONCE = 5;
export const IDLE_REPORT_MS = 1_000;

/** A unit that had to give the addresses up says nothing of its connections for so long. */
export const LIST_OUTLIVES_MS = 3_000;

/**
 * Clients are told of the end of their connection again after these times: the first may have been lost. A
 * stack that has answered one answers no other within 500 ms.
 */
export const TICKLES_AFTER_MS = [0, 50, 550] as const;

/** Many are told in slices, so that no queue on the way overflows: 50,000 a second. */
export const TICKLES_AT_ONCE = 100;
export const TICKLE_PAUSE_MS = 2;
