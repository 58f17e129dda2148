import type { FieldList } from "#http/field-list.ts";
import { type CacheControl, NO_DIRECTIVES, parseCacheControl } from "./cache-control.ts";

/** What in a request's head concerns the cache; most requests have nothing of it. */
export interface RequestTraits {
  /** Nothing of what follows. */
  readonly isPlain: boolean;
  readonly directives: CacheControl;
  /** The client wants an answer that is validated or new: no-cache, max-age=0, or Pragma. */
  readonly isReload: boolean;
  /** It is a reload that says no-cache. */
  readonly insists: boolean;
  readonly hasAuthorization: boolean;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
  /** If-Match or If-Unmodified-Since: only the origin can evaluate them (RFC 9110 section 13.2.2). */
  readonly hasOriginConditions: boolean;
  /** The connection may become something else: nothing for a cache. */
  readonly wantsUpgrade: boolean;
}

const PLAIN: RequestTraits = {
  isPlain: true,
  directives: NO_DIRECTIVES,
  isReload: false,
  insists: false,
  hasAuthorization: false,
  range: undefined,
  ifRange: undefined,
  ifNoneMatch: undefined,
  ifModifiedSince: undefined,
  hasOriginConditions: false,
  wantsUpgrade: false,
};

/** Reads them; allocates nothing where there are none. */
export function requestTraits(fields: FieldList): RequestTraits {
  for (let index = 0; index < fields.length; index += 1) {
    switch (fields.nameAt(index)) {
      case "cache-control":
      case "pragma":
      case "authorization":
      case "range":
      case "if-range":
      case "if-none-match":
      case "if-modified-since":
      case "if-match":
      case "if-unmodified-since":
      case "upgrade":
        return readTraits(fields);
    }
  }
  return PLAIN;
}

function readTraits(fields: FieldList): RequestTraits {
  const cacheControl = fields.combined("cache-control");
  const directives = parseCacheControl(cacheControl);
  // RFC 9111 section 5.4: Pragma counts only where there is no Cache-Control.
  const pragma = cacheControl === undefined ? fields.combined("pragma") : undefined;
  const isPragmaNoCache = pragma !== undefined && /(?:^|,)\s*no-cache\s*(?:$|,)/i.test(pragma);
  // A no-cache with field names is none of a request's (section 5.2.1.4): it restricts all the same.
  const insists = directives.noCache || directives.noCacheFields.length > 0 || isPragmaNoCache;
  return {
    isPlain: false,
    directives,
    insists,
    isReload: insists || directives.maxAge === 0,
    hasAuthorization: fields.get("authorization") !== undefined,
    range: fields.combined("range"),
    ifRange: fields.combined("if-range"),
    ifNoneMatch: fields.combined("if-none-match"),
    ifModifiedSince: fields.combined("if-modified-since"),
    hasOriginConditions:
      fields.get("if-match") !== undefined || fields.get("if-unmodified-since") !== undefined,
    wantsUpgrade: fields.get("upgrade") !== undefined,
  };
}
