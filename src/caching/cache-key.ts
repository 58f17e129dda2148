import { type Authority, authorityText } from "#http/authority.ts";
import type { CacheKey } from "./cache-store.ts";

/** What of a request makes its key: the target URI (RFC 9111 section 2; the method is always GET). */
export interface KeyTarget {
  readonly scheme: "http" | "https";
  readonly authority: Authority;
  readonly path: string;
}

const DEFAULT_PORT = { http: 80, https: 443 } as const;

const HTTP = "http://";

/** Whether a target that was read from `text` is in normal form there: nearly all are. */
function isNormal({ scheme, authority, path }: KeyTarget, text: string): boolean {
  if (scheme !== "http" || !text.startsWith(HTTP) || !text.startsWith(authority.host, HTTP.length))
    return false;
  const portLength = text.length - HTTP.length - authority.host.length - path.length;
  return portLength === 0 || (portLength > 0 && authority.port !== DEFAULT_PORT.http);
}

/** The key of a request's target; `text` is what it was read from. */
export const cacheKeyOfRequest = (target: KeyTarget, text: string): CacheKey =>
  isNormal(target, text) ? text : cacheKeyOf(target);

/**
 * The target URI in normal form (RFC 9110 section 4.2.3): the host is in lower case and a default port is
 * left out. Path and query stay as they were sent: "%7e" and "~" may differ for an origin.
 */
export const cacheKeyOf = (target: KeyTarget): CacheKey =>
  `${target.scheme}://${authorityText(target.authority, DEFAULT_PORT[target.scheme])}${target.path}`;
