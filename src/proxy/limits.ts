/** Limits of the proxy that are no settings, each with its reason. */

/**
 * After an answer that closes, how long and how much of the client's bytes is still read and thrown
 * away: closing with unread bytes would send a reset that can destroy the answer (RFC 9112 section 9.6).
 */
export const LINGER_MS = 2_000;
export const LINGER_BYTES_MAX = 1024 * 1024;

/** A connection that waits this long for its next request forgets what would speed it up. */
export const FORGET_AFTER_MS = 5_000;

/** Body pieces up to this size are copied behind the head into one write; larger ones are gathered. */
export const COPY_BYTES_MAX = 16 * 1024;

/** Popular answers of one worker that are kept ready to be sent, 16 KiB of body each at most. */
export const READY_MESSAGES_MAX = 256;

/**
 * Time limits are looked at in steps, a share of the connections each, so that every connection has its
 * turn four times a second: the precision of every time-out on the client's side.
 */
export const SWEEP_STEP_MS = 25;
export const SWEEP_SHARE = 0.1;

/** The longest request target that a log line or an error page repeats. */
export const TARGET_SHOWN_MAX = 4_096;

/**
 * Connections beyond a connection limit that are still being told so. More than these are dropped
 * unanswered: a flood must not hold more than the limit allows.
 */
export const REFUSED_CONNECTIONS_MAX = 256;

/** Held parts of a response up to this size are copied together with a further part into one body. */
export const COMBINE_BYTES_MAX = 16 * 1024 * 1024;
