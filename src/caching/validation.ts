import type { FieldList } from "#http/field-list.ts";
import type { EvaluatedResponse } from "./evaluated-response.ts";

/**
 * Turns a request for the origin into a conditional one (RFC 9111 section 4.3.1): our validators take the
 * place of the client's, which are answered from the validated response. Both are sent where there are
 * both: an origin that knows If-None-Match ignores the other.
 */
export function addValidators(fields: FieldList, stored: EvaluatedResponse): void {
  removeClientConditions(fields);
  if (stored.etag !== undefined) fields.addLower("if-none-match", "If-None-Match", stored.etag);
  if (stored.lastModified !== undefined)
    fields.addLower("if-modified-since", "If-Modified-Since", stored.lastModified);
}

/** Takes out what the answer from the store, or the whole response, will decide instead. */
export function removeClientConditions(fields: FieldList): void {
  for (const name of ["if-none-match", "if-modified-since", "range", "if-range"]) fields.remove(name);
}
