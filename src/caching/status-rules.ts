/** Which statuses are what to a cache (RFC 9110 section 15, RFC 9111 section 3). */

/** Section 15.1: cacheable by heuristics, without words about freshness. */
const HEURISTIC = new Set([200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 451, 501]);

/** Those whose caching rules are implemented here, for `must-understand` (RFC 9111 section 5.2.2.3). */
const UNDERSTOOD = new Set([...HEURISTIC, 302, 303, 307, 400, 401, 403, 421, 500, 502, 503, 504]);

/** RFC 5861 section 4: what counts as an error for stale-if-error. */
const SERVER_ERRORS = new Set([500, 502, 503, 504]);

export const isHeuristicallyCacheable = (status: number): boolean => HEURISTIC.has(status);

export const isUnderstood = (status: number): boolean => UNDERSTOOD.has(status);

export const isServerError = (status: number): boolean => SERVER_ERRORS.has(status);
