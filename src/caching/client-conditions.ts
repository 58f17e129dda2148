import { parseHttpDate } from "#http/http-date.ts";
import { listedTags, matchesStrongly, matchesWeakly } from "./entity-tag.ts";
import type { EvaluatedResponse } from "./evaluated-response.ts";
import type { RequestTraits } from "./request-traits.ts";

/**
 * Whether the client's own copy is as good as the stored response, so that 304 answers it (RFC 9111 section
 * 4.3.2). Only a 200 has that meaning; If-None-Match wins over If-Modified-Since (RFC 9110 section 13.2.2).
 */
export function isNotModified(stored: EvaluatedResponse, traits: RequestTraits): boolean {
  const { ifNoneMatch, ifModifiedSince } = traits;
  if (ifNoneMatch !== undefined) {
    const tags = listedTags(ifNoneMatch);
    if (tags === null) return stored.response.status === 200;
    const { etag } = stored;
    return etag !== undefined && tags.some((tag) => matchesWeakly(tag, etag));
  }
  if (ifModifiedSince === undefined || stored.response.status !== 200) return false;
  const { responseWallMs, fields } = stored.response;
  const sinceMs = parseHttpDate(ifModifiedSince, responseWallMs);
  if (sinceMs === null) return false;
  // Without Last-Modified, Date tells (RFC 9111 section 4.3.2): it was not modified after it was made.
  const modifiedMs =
    parseHttpDate(stored.lastModified ?? fields.get("date") ?? "", responseWallMs) ?? responseWallMs;
  return modifiedMs <= sinceMs;
}

/**
 * Whether a Range holds (RFC 9110 section 13.1.5): If-Range names this very representation. A date matches
 * only when it is exactly Last-Modified and that is strong: at least a second older than Date.
 */
export function isRangeWanted(stored: EvaluatedResponse, ifRange: string | undefined): boolean {
  if (ifRange === undefined) return true;
  if (ifRange.includes('"')) return stored.etag !== undefined && matchesStrongly(ifRange, stored.etag);
  return ifRange === stored.lastModified && hasStrongDate(stored);
}

/** RFC 9110 section 8.8.2.2. */
function hasStrongDate({ lastModified, response }: EvaluatedResponse): boolean {
  const { responseWallMs, fields } = response;
  const modifiedMs = parseHttpDate(lastModified ?? "", responseWallMs);
  const dateMs = parseHttpDate(fields.get("date") ?? "", responseWallMs);
  return modifiedMs !== null && dateMs !== null && dateMs - modifiedMs >= 1_000;
}
