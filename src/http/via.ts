import type { FieldList } from "./field-list.ts";

/**
 * Our name in Via (RFC 9110 section 7.6.3): the unit's name and a token of this instance, such as
 * "futago-3fa29b1c". The name alone could be a peer's too (both units of a pair may keep the default), and a
 * chain through two units is no loop; so `instance` is drawn at random once for all workers of a unit.
 * Both parts must be tokens.
 */
export const viaPseudonym = (unitName: string, instance: string): string => `${unitName}-${instance}`;

/** What we add to Via for a message received in HTTP/1.`minorVersion`. */
export const viaElement = (minorVersion: 0 | 1, pseudonym: string): string =>
  `1.${minorVersion} ${pseudonym}`;

/**
 * Whether a request has been here before: one of its Via elements is received by `pseudonym`, in
 * any case of letters and with any port. What stands in comments is never an element.
 */
export function isLoop(fields: FieldList, pseudonym: string): boolean {
  const via = fields.combined("via");
  if (via === undefined) return false;
  const value = via.toLowerCase();
  const wanted = pseudonym.toLowerCase();
  // A value without the name at all, the usual case, is not worth parsing.
  if (!value.includes(wanted)) return false;
  return withoutComments(value)
    .split(",")
    .some((element) => receivedBy(element) === wanted);
}

/** `received-protocol RWS received-by`: the host or pseudonym of the second word, without its port. */
function receivedBy(element: string): string {
  const words = element.split(/[ \t]+/).filter((word) => word !== "");
  return (words[1] ?? "").replace(/:[0-9]*$/, "");
}

/**
 * Replaces comments, which nest and hold quoted pairs (RFC 9110 section 5.6.5), by spaces. A value with
 * a comment that never ends is returned whole: else a client's open parenthesis would hide every
 * element that follows it, ours among them.
 */
function withoutComments(value: string): string {
  let text = "";
  let depth = 0;
  for (let at = 0; at < value.length; at += 1) {
    const char = value[at] as string;
    if (char === "(") depth += 1;
    if (depth === 0) text += char;
    else if (char === "\\") at += 1;
    else if (char === ")") {
      depth -= 1;
      text += " ";
    }
  }
  return depth === 0 ? text : value;
}
