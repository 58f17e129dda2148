import { parseHttpDate } from "#http/http-date.ts";
import type { CacheControl } from "./cache-control.ts";
import type { CachingRules } from "./caching-rules.ts";
import { isHeuristicallyCacheable } from "./status-rules.ts";
import type { StoredResponse } from "./stored-response.ts";

/** Where a freshness lifetime comes from. */
export type LifetimeSource = "s-maxage" | "max-age" | "expires" | "heuristic" | "none";

export interface Lifetime {
  readonly ms: number;
  readonly source: LifetimeSource;
}

const SECOND_MS = 1_000;
const ERROR_STATUS_MIN = 400;

/**
 * How long a response is fresh in a shared cache (RFC 9111 section 4.2.1), from the moment of its age 0.
 * `isTargeted`: the directives are those of a targeted field, and Expires does not count (RFC 9213 section 2.2).
 */
export function freshnessLifetime(
  response: StoredResponse,
  directives: CacheControl,
  rules: CachingRules,
  isTargeted: boolean,
): Lifetime {
  const lifetime =
    explicitLifetime(response, directives, isTargeted) ?? heuristicLifetime(response, directives, rules);
  if (response.status < ERROR_STATUS_MIN || lifetime.ms <= rules.negativeMaxMs) return lifetime;
  return { ms: rules.negativeMaxMs, source: lifetime.source };
}

function explicitLifetime(
  response: StoredResponse,
  directives: CacheControl,
  isTargeted: boolean,
): Lifetime | null {
  if (directives.sMaxAge !== null) return { ms: directives.sMaxAge * SECOND_MS, source: "s-maxage" };
  if (directives.maxAge !== null) return { ms: directives.maxAge * SECOND_MS, source: "max-age" };
  const expires = response.fields.get("expires");
  if (expires === undefined || isTargeted) return null;
  // Section 5.3: an invalid date, above all "0", is in the past. Several lines: the first (section 4.2.1).
  const { responseWallMs } = response;
  const expiresMs = parseHttpDate(expires, responseWallMs);
  if (expiresMs === null) return { ms: 0, source: "expires" };
  const dateMs = parseHttpDate(response.fields.get("date") ?? "", responseWallMs) ?? responseWallMs;
  return { ms: Math.max(0, expiresMs - dateMs), source: "expires" };
}

/** Section 4.2.2: a share of the time since the last modification, where the status or `public` allows it. */
function heuristicLifetime(
  response: StoredResponse,
  directives: CacheControl,
  rules: CachingRules,
): Lifetime {
  const none: Lifetime = { ms: 0, source: "none" };
  if (!isHeuristicallyCacheable(response.status) && !directives.public) return none;
  // A cookie is somebody's: only a response that says how long it lives is shared with it (section 7.3).
  if (response.fields.get("set-cookie") !== undefined) return none;
  const { responseWallMs } = response;
  const modifiedMs = parseHttpDate(response.fields.get("last-modified") ?? "", responseWallMs);
  if (modifiedMs === null) return none;
  const dateMs = parseHttpDate(response.fields.get("date") ?? "", responseWallMs) ?? responseWallMs;
  const ms = Math.min((dateMs - modifiedMs) * rules.heuristicFraction, rules.heuristicMaxMs);
  return ms > 0 ? { ms, source: "heuristic" } : none;
}
