import type { FieldList } from "#http/field-list.ts";
import { parseRequestTarget } from "#http/request-target.ts";
import { cacheKeyOf, type KeyTarget } from "./cache-key.ts";
import type { CacheKey } from "./cache-store.ts";

/** The registered safe methods (RFC 9110 section 9.2.1, RFC 4918 and its like). */
const SAFE = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "SEARCH", "QUERY"]);

/** A method whose safety is unknown is unsafe (RFC 9111 section 4.4). */
const isUnsafe = (method: string): boolean => !SAFE.has(method);

/** What a response to a request invalidates (section 4.4): nothing when it is an error. */
export function invalidatedKeys(
  target: KeyTarget,
  method: string,
  response: { readonly status: number; readonly fields: FieldList },
): readonly CacheKey[] {
  if (!isUnsafe(method) || response.status < 200 || response.status >= 400) return [];
  const keys = new Set([cacheKeyOf(target)]);
  for (const name of ["location", "content-location"]) {
    const key = keyOfReference(target, response.fields.get(name));
    // Another origin's responses are not for this one to invalidate.
    if (key?.startsWith(originOf(target))) keys.add(key);
  }
  return [...keys];
}

/** The key of the URI that a reference means (RFC 3986 section 5); null when it is none of http. */
export function keyOfReference(target: KeyTarget, reference: string | undefined): CacheKey | null {
  if (reference === undefined) return null;
  // As it stands where that is enough: the URL parser would write some characters otherwise than a client.
  const [plain = ""] = reference.split("#", 1);
  if (/^\/(?!\/)/.test(plain) && !plain.includes("/.")) return originOf(target) + plain.slice(1);
  const resolved = URL.parse(reference, cacheKeyOf(target));
  if (resolved === null || (resolved.protocol !== "http:" && resolved.protocol !== "https:")) return null;
  const parsed = parseRequestTarget("GET", resolved.origin + resolved.pathname + resolved.search);
  return typeof parsed === "object" && parsed.form === "absolute" ? cacheKeyOf(parsed) : null;
}

/** With its slash, so that a longer host name does not begin with it. */
const originOf = (target: KeyTarget): string => cacheKeyOf({ ...target, path: "/" });
