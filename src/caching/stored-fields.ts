import { FieldList } from "#http/field-list.ts";
import { copyResponseFields } from "#http/hop-by-hop.ts";
import { imfFixdate } from "#http/http-date.ts";
import type { CacheControl } from "./cache-control.ts";

/**
 * The fields of a response that are stored (RFC 9111 section 3.1): no hop-by-hop field, none that `private`
 * or `no-cache` names (sections 5.2.2.4 and 5.2.2.7: stored, they might be reused). A missing Date is added,
 * which is when it was received (RFC 9110 section 6.6.1).
 */
export function storedFields(received: FieldList, directives: CacheControl, wallMs: number): FieldList {
  const fields = new FieldList();
  copyResponseFields(received, fields);
  for (const name of directives.privateFields) fields.remove(name);
  for (const name of directives.noCacheFields) fields.remove(name);
  // Trailers are not stored, so none are announced.
  fields.remove("trailer");
  if (fields.get("date") === undefined) fields.addLower("date", "Date", imfFixdate(wallMs));
  return fields;
}
