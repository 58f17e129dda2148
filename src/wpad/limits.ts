/** The bounds of the WPAD server that are no settings, each with its reason. */

/** A browser asks with some 400 bytes. Together they bound what a connection can make the server hold. */
export const REQUEST_LINE_BYTES_MAX = 2 * 1024;
export const HEAD_BYTES_MAX = 8 * 1024;
export const HEAD_FIELDS_MAX = 64;

/** From the first byte of a head to its end. */
export const HEAD_TIMEOUT_MS = 5_000;
/** A connection that asks nothing; browsers keep theirs for no second script. */
export const IDLE_TIMEOUT_MS = 15_000;
/** A client that takes nothing of its answer for this long is gone. */
export const SEND_TIMEOUT_MS = 15_000;
/** After an answer that closes: how long, and how much, is still read and thrown away (RFC 9112 section 9.6). */
export const LINGER_MS = 1_000;
export const LINGER_BYTES_MAX = 64 * 1024;

/** How often the limits are looked at. */
export const SWEEP_MS = 250;

/** Scripts that are kept ready: one for each order of the proxies that clients have. */
export const SCRIPTS_MAX = 1_024;
/** Clients whose script is remembered; to find it again costs some microseconds. */
export const CLIENTS_MAX = 65_536;
