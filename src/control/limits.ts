/** The bounds of the control interface and of the metrics. */

/** sun_path of unix(7), less its final zero. */
export const SOCKET_PATH_BYTES_MAX = 107;

/** A command on a URL has it whole: as long as the longest request line that settings allow, as JSON. */
export const REQUEST_BYTES_MAX = 128 * 1024;
export const ANSWER_BYTES_MAX = 8 * 1024 * 1024;
export const CONNECTIONS_MAX = 32;

/** A control connection that asks nothing for this long is closed. */
export const REQUEST_TIMEOUT_MS = 10_000;
/** What a client waits; a reload asks every worker and may take as long as the slowest. */
export const ANSWER_TIMEOUT_MS = 45_000;
/** A purge that walks over a million entries takes half a minute, and its turn with others. */
export const PURGE_TIMEOUT_MS = 600_000;

/** A metrics request, and a kept connection between two of them. */
export const METRICS_REQUEST_TIMEOUT_MS = 10_000;
export const METRICS_IDLE_TIMEOUT_MS = 60_000;
export const METRICS_HEAD_BYTES_MAX = 8 * 1024;
