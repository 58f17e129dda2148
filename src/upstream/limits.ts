/** Interim answers (1xx) before the final one; an origin that sends more is not answering. */
export const INTERIM_RESPONSES_MAX = 64;

/** The shared sweep looks for what has timed out this often: a quarter of the shortest timeout, within these. */
export const SWEEP_INTERVAL_MS_MIN = 20;
export const SWEEP_INTERVAL_MS_MAX = 1_000;

/** Taken off what `Keep-Alive: timeout` grants, so that a request does not cross the origin's close. */
export const KEEP_ALIVE_MARGIN_MS = 1_000;

/** https origins with a pool at one time; the one unused for longest goes first. */
export const SECURE_ORIGINS_MAX = 1_024;

/** Bytes of a request body that wait for the TLS client to take them. */
export const SECURE_BODY_BYTES_MAX = 64 * 1_024;
