/** The figures of the driver that are no settings. Milliseconds. */

/** How often the receive counters are read while the link is unproven: one read costs 10 µs. */
export const LINK_PROOF_MS = 10;

/** A timer that comes later than this was a stall: what was known of the machine is read again. */
export const STALL_MS = 250;

/** How often the gateway and the peer's hardware address are asked for. */
export const GATEWAY_ASK_MS = 1_000;

/** The gateway is silent when it has not answered this many questions. */
export const GATEWAY_MISSES_MAX = 3;

/** A kernel that answers each change with another difference is left alone after this many in one go. */
export const RECONCILES_MAX = 4;
