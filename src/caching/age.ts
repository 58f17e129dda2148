import { parseHttpDate } from "#http/http-date.ts";
import type { StoredResponse } from "./stored-response.ts";

const SECOND_MS = 1_000;
const AGE_SECONDS_MAX = 2_147_483_648;

/**
 * The age a response had when it was received, in milliseconds: corrected_initial_age of RFC 9111 section
 * 4.2.3. Infinity where its Age cannot be believed: section 5.1 would let us ignore it, but then an old
 * response would count as new.
 */
export function initialAgeMs(response: StoredResponse): number {
  const { requestWallMs, responseWallMs } = response;
  const dateMs = parseHttpDate(response.fields.get("date") ?? "", responseWallMs);
  const apparentMs = dateMs === null ? 0 : Math.max(0, responseWallMs - dateMs);
  const responseDelayMs = Math.max(0, responseWallMs - requestWallMs);
  return Math.max(apparentMs, ageValueMs(response) + responseDelayMs);
}

/**
 * Age is one number of seconds (section 5.1). Of a list the first member counts, as that section says. Several
 * lines, or several that somebody joined with ", ", mean that two caches each wrote theirs: unknown.
 */
function ageValueMs({ fields }: StoredResponse): number {
  const value = fields.combined("age");
  if (value === undefined) return 0;
  const [, first] = /^([0-9]+)(?:,[0-9]+)*$/.exec(value) ?? [];
  if (first === undefined || fields.count("age") > 1) return Number.POSITIVE_INFINITY;
  return Math.min(Number(first), AGE_SECONDS_MAX) * SECOND_MS;
}
