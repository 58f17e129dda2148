import type { FieldList } from "#http/field-list.ts";
import type { BareItem, Dictionary } from "#http/structured-field.ts";
import { parseDictionary } from "#http/structured-field-parser.ts";
import { type CacheControl, DELTA_SECONDS_MAX, NO_DIRECTIVES, parseCacheControl } from "./cache-control.ts";

/** The directives that hold for a response, and whether a targeted field gave them. */
export interface ResponseDirectives {
  readonly directives: CacheControl;
  readonly isTargeted: boolean;
}

/**
 * The first valid and non-empty field of `targetedFields` (RFC 9213 section 2.1), else Cache-Control. A
 * targeted field that is no dictionary is ignored as a whole. The list is empty for a forward proxy: it is
 * nobody's CDN.
 */
export function responseDirectives(fields: FieldList, targetedFields: readonly string[]): ResponseDirectives {
  for (const name of targetedFields) {
    const value = fields.combined(name);
    const parsed = value === undefined ? null : parseDictionary(value);
    if (parsed?.ok && parsed.value.size > 0)
      return { directives: fromDictionary(parsed.value), isTargeted: true };
  }
  return { directives: parseCacheControl(fields.combined("cache-control")), isTargeted: false };
}

/** RFC 9213 section 2.1: directives are members, with the types of structured fields. */
function fromDictionary(dictionary: Dictionary): CacheControl {
  const bare = (key: string): BareItem | null => {
    const member = dictionary.get(key);
    return member?.kind === "item" ? member.value : null;
  };
  const flag = (key: string): boolean => {
    const value = bare(key);
    return value !== null && (value.kind !== "boolean" || value.value);
  };
  const seconds = (key: string): number | null => {
    const value = bare(key);
    if (value === null) return null;
    return value.kind === "integer" && value.value > 0 ? Math.min(value.value, DELTA_SECONDS_MAX) : 0;
  };
  return {
    ...NO_DIRECTIVES,
    noStore: flag("no-store"),
    noCache: flag("no-cache"),
    private: flag("private"),
    public: flag("public"),
    mustRevalidate: flag("must-revalidate"),
    proxyRevalidate: flag("proxy-revalidate"),
    mustUnderstand: flag("must-understand"),
    immutable: flag("immutable"),
    maxAge: seconds("max-age"),
    sMaxAge: seconds("s-maxage"),
    staleWhileRevalidate: seconds("stale-while-revalidate"),
    staleIfError: seconds("stale-if-error"),
  };
}
