/** Entity tags (RFC 9110 section 8.8.3). What an origin sends is compared as it is, quoted or not. */

/** An entity tag as it stands in a list: the first is quoted and may be weak, the second is malformed. */
const LISTED = /\s*((?:W\/)?"[^"]*"|[^\s,"]+)\s*(?:,|$)/y;

/** The members of If-None-Match or If-Match; null for "*". */
export function listedTags(value: string): readonly string[] | null {
  if (value.trim() === "*") return null;
  const tags: string[] = [];
  let at = 0;
  while (at < value.length) {
    LISTED.lastIndex = at;
    const match = LISTED.exec(value);
    if (match === null) {
      const comma = value.indexOf(",", at);
      at = comma === -1 ? value.length : comma + 1;
      continue;
    }
    tags.push(match[1] as string);
    at = LISTED.lastIndex;
  }
  return tags;
}

const opaque = (tag: string): string => (tag.startsWith("W/") ? tag.slice(2) : tag);

/** Section 8.8.3.2: equal whether weak or not. */
export const matchesWeakly = (one: string, other: string): boolean => opaque(one) === opaque(other);

/** Section 8.8.3.2: equal and neither weak. */
export const matchesStrongly = (one: string, other: string): boolean => one === other && one.startsWith('"');
