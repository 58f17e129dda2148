import type { EvaluatedResponse } from "./evaluated-response.ts";
import type { RequestTraits } from "./request-traits.ts";

const SECOND_MS = 1_000;

/**
 * How a stored response may answer a request (RFC 9111 section 4):
 * - fresh: as it is
 * - stale: though its time is over, because the client allows it
 * - stale-while-revalidate: now, with a validation in the background (RFC 5861 section 3)
 * - validate: only after the origin was asked
 */
export type Reuse = "fresh" | "stale" | "stale-while-revalidate" | "validate";

export function reuseOf(stored: EvaluatedResponse, traits: RequestTraits, wallMs: number): Reuse {
  if (stored.needsValidation) return "validate";
  const { directives } = traits;
  const ignoresReload = stored.override?.ignoreClientReload === true;
  const leftMs = stored.freshnessLeftMs(wallMs);
  // RFC 8246: what is immutable needs no validation while it is fresh, unless the client insists (no-cache).
  if (stored.directives.immutable && leftMs > 0 && traits.directives.maxAge === 0 && !traits.insists)
    return "fresh";
  if (traits.isReload && !ignoresReload) return "validate";
  // Section 5.2.1.1; with max-stale the client takes an older one all the same (5.2.1.2).
  const { maxAge, minFresh, maxStale } = directives;
  if (!ignoresReload) {
    if (maxAge !== null && maxStale === null && stored.ageMs(wallMs) > maxAge * SECOND_MS) return "validate";
    if (minFresh !== null && leftMs < minFresh * SECOND_MS) return "validate";
  }
  if (leftMs > 0) return "fresh";
  if (maxStale !== null && !stored.forbidsStale && -leftMs <= maxStale * SECOND_MS) return "stale";
  if (-leftMs < stored.staleWindowMs("staleWhileRevalidate")) return "stale-while-revalidate";
  return "validate";
}

/** Why the origin gave no usable answer. */
export type OriginFailure =
  /** It answered 500, 502, 503 or 504. */
  | "server-error"
  /** It could not be reached, or its connection broke. */
  | "unreachable";

/**
 * Whether a stale response may serve instead of a failure: stale-if-error of the response or of the request
 * (RFC 5861 section 4), or because we are disconnected (RFC 9111 section 4.2.4), for a time that is set.
 */
export function mayServeStaleOnFailure(
  stored: EvaluatedResponse,
  traits: RequestTraits,
  failure: OriginFailure,
  wallMs: number,
): boolean {
  if (stored.forbidsStale || stored.response.invalidated) return false;
  const staleMs = -stored.freshnessLeftMs(wallMs);
  const requestMs = (traits.directives.staleIfError ?? 0) * SECOND_MS;
  const downMs = failure === "unreachable" && !traits.isReload ? stored.rules.staleIfDownMs : 0;
  const windowMs = Math.max(stored.staleWindowMs("staleIfError"), requestMs, downMs);
  return windowMs > 0 && staleMs <= windowMs;
}
