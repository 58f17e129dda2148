import type { FieldList } from "#http/field-list.ts";
import type { StoredResponse } from "./stored-response.ts";
import { weightedMembers } from "./weighted-list.ts";

/** Selecting among the variants of a resource (RFC 9111 section 4.1). */

/** The field names that a response's Vary holds, in lower case, each once; "*" when it matches nothing. */
export function varyNames(fields: FieldList): readonly string[] | "*" {
  const value = fields.combined("vary");
  if (value === undefined) return [];
  const names = new Set(
    value
      .toLowerCase()
      .split(",")
      .map((name) => name.trim()),
  );
  names.delete("");
  return names.has("*") ? "*" : [...names];
}

/** What a response is stored under beside its key. */
export const varyKey = (names: readonly string[], request: FieldList): StoredResponse["varyOn"] =>
  names.map((name) => [name, normalFieldValue(name, request.combined(name))]);

/** Whether a request selects a stored response: every field that Vary named has the same meaning in both. */
export function isSelected(response: StoredResponse, request: FieldList): boolean {
  const { varyOn } = response;
  for (let index = 0; index < varyOn.length; index += 1) {
    const [name, stored] = varyOn[index] as readonly [string, string];
    const value = request.combined(name);
    if (normalFieldValue(name, value) === stored) continue;
    if (name !== "accept-language" || !isPreferredLanguage(response, value)) return false;
  }
  return true;
}

/** Lists of codes with weights, whose members mean the same in any order and any case (RFC 9110 section 12.5). */
const WEIGHTED = new Set(["accept-encoding", "accept-language", "accept-charset"]);

/**
 * A field value so that values that mean the same are equal: lists of preferences by weight and name,
 * other fields without the blanks around commas, as RFC 9111 section 4.1 allows. Absent is "", and an empty
 * value is something else.
 */
function normalFieldValue(name: string, value: string | undefined): string {
  if (value === undefined) return "";
  if (WEIGHTED.has(name)) {
    const members = weightedMembers(value);
    if (members !== null)
      return (
        members.map(({ text, weight }) => (weight === 1 ? text : `${text};q=${weight}`)).join(",") || " "
      );
  }
  // Blanks within quoted strings mean something: such a value is left as it is.
  return (value.includes('"') ? value : value.replace(/[ \t]*,[ \t]*/g, ",")).trim() || " ";
}

/**
 * Whether the stored response is in the one language that the client wants most: the origin could only have
 * answered with it. Not for two languages of the same weight.
 */
function isPreferredLanguage(response: StoredResponse, acceptLanguage: string | undefined): boolean {
  const language = response.fields.get("content-language")?.toLowerCase();
  const [first, second] = (acceptLanguage === undefined ? null : weightedMembers(acceptLanguage)) ?? [];
  if (language === undefined || first === undefined || first.text !== language) return false;
  return first.weight > 0 && (second === undefined || second.weight < first.weight);
}
