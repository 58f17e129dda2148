/** Which statuses are what to a cache (RFC 9110 section 15, RFC 9111 section 3). */

/** Section 15.1: cacheable by heuristics, without words about freshness. */
const HEURISTIC = new Set([200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 451, 501]);

/** Those whose caching rules are implemented here, for `must-understand` (RFC 9111 section 5.2.2.3). */
const UNDERSTOOD = new Set([...HEURISTIC, 302, 303, 307, 400, 401, 403, 421, 500, 502, 503, 504]);

/** RFC 5861 section 4: what counts as an error for stale-if-error. */
const SERVER_ERRORS = new Set([500, 502, 503, 504]);

/**
 * About one request and not about its target (RFC 9110 sections 15.5.13 and 15.5.17), or not to be stored by
 * their own definition (RFC 6585): whatever their fields say.
 */
const NEVER_STORED = new Set([304, 407, 412, 416, 417, 428, 429, 431, 511]);

export const isNeverStored = (status: number): boolean => status < 200 || NEVER_STORED.has(status);

export const isHeuristicallyCacheable = (status: number): boolean => HEURISTIC.has(status);

export const isUnderstood = (status: number): boolean => UNDERSTOOD.has(status);

export const isServerError = (status: number): boolean => SERVER_ERRORS.has(status);
