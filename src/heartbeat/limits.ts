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
