import { FieldList } from "#http/field-list.ts";
import type { EvaluatedResponse } from "./evaluated-response.ts";
import { storedFields } from "./stored-fields.ts";
import type { StoredResponse } from "./stored-response.ts";
import { tagsOf } from "./tags.ts";

/** When the request went out and its answer came, wall clock. */
export interface ExchangeTimes {
  readonly requestWallMs: number;
  readonly responseWallMs: number;
}

/**
 * Fields that an update leaves alone (RFC 9111 section 3.2): they describe the bytes that are stored. ETag
 * as well: a 304 answers the one tag that we sent, and origins are known that write another one into it.
 */
const KEPT = new Set([
  "content-encoding",
  "content-length",
  "content-md5",
  "content-range",
  "content-digest",
  "repr-digest",
  "etag",
]);

/** The stored response with the fields of a 304 or of a HEAD (sections 3.2, 4.3.4 and 4.3.5). */
export function freshened(
  stored: EvaluatedResponse,
  received: FieldList,
  times: ExchangeTimes,
): StoredResponse {
  const update = storedFields(received, stored.directives, times.responseWallMs);
  const { response } = stored;
  const fields = new FieldList();
  for (let index = 0; index < response.fields.length; index += 1) {
    const name = response.fields.nameAt(index);
    // The age was that of the response before.
    if (name === "age" || (!KEPT.has(name) && update.get(name) !== undefined)) continue;
    fields.addLower(name, response.fields.rawNameAt(index), response.fields.valueAt(index));
  }
  for (let index = 0; index < update.length; index += 1) {
    const name = update.nameAt(index);
    if (!KEPT.has(name)) fields.addLower(name, update.rawNameAt(index), update.valueAt(index));
  }
  return { ...response, ...times, fields, invalidated: false, tags: tagsOf(fields) };
}

/**
 * Whether the fields of a 200 to HEAD are those of the stored GET (section 4.3.5): no validator and no length
 * differs. If they are not, the stored response is out of date.
 */
export function isSameAsHead(stored: EvaluatedResponse, head: FieldList, bodyBytes: number): boolean {
  const etag = head.get("etag");
  const lastModified = head.get("last-modified");
  const length = head.get("content-length");
  if (etag !== undefined && etag !== stored.etag) return false;
  if (lastModified !== undefined && lastModified !== stored.lastModified) return false;
  return length === undefined || Number(length) === (stored.response.completeBytes ?? bodyBytes);
}
