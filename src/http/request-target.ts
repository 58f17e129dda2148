import { type Authority, parseAuthority } from "./authority.ts";

/** The four forms of a request target (RFC 9112 section 3.2). */
export type RequestTarget =
  /** `GET http://host/path?query`: for another server, through us. `path` starts with "/". */
  | {
      readonly form: "absolute";
      readonly scheme: "http" | "https";
      readonly authority: Authority;
      readonly path: string;
    }
  /** `GET /path`: for this unit itself. */
  | { readonly form: "origin"; readonly path: string }
  /** `CONNECT host:port`. */
  | { readonly form: "authority"; readonly authority: Authority }
  /** `OPTIONS *`. */
  | { readonly form: "asterisk" };

/** Why a target was refused: a fragment, userinfo, a stray byte or the wrong form; or another scheme. */
export type TargetFault = "bad-target" | "scheme-not-supported";

/**
 * A path and a query as clients really send them. RFC 3986 would also encode `| { } ^` and the grave
 * accent, but browsers leave them as they are, and a backslash in a query too (URL Standard, section
 * 1.3, path and query percent-encode sets): those pass. Refused are space, control and non-ASCII bytes,
 * `" < >`, a backslash in the path (some servers read it as a slash, and browsers never send it) and
 * `#` (a fragment is never sent, RFC 9112 section 3.2). Percent-encodings are opaque here, bad ones too.
 */
const PATH_AND_QUERY = /^\/[!$-;=@-[\]-~]*(?:\?[!$-;=?-~]*)?$/;

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
const HTTP = /^http:\/\//i;
const HTTPS = /^https:\/\//i;

/** The authority that was read last with the scheme http, and its text: clients ask one host for many things. */
let lastText = "";
let lastAuthority: Authority | null = null;

/** Userinfo ("user@") and fragments fail as authorities (RFC 9110 section 4.2.4). */
function authorityAt(scheme: "http" | "https", text: string, from: number, to: number): Authority | null {
  if (scheme === "https") return parseAuthority(text.slice(from, to), 443);
  if (to - from === lastText.length && text.startsWith(lastText, from)) return lastAuthority;
  lastText = text.slice(from, to);
  lastAuthority = parseAuthority(lastText, 80);
  return lastAuthority;
}

function parseAbsolute(scheme: "http" | "https", text: string): RequestTarget | TargetFault {
  const from = scheme === "http" ? "http://".length : "https://".length;
  let to = from;
  while (to < text.length) {
    const code = text.charCodeAt(to);
    if (code === 0x2f || code === 0x3f) break;
    to += 1;
  }
  const authority = authorityAt(scheme, text, from, to);
  // An empty path is "/" to an origin server (RFC 9112 section 3.2.1).
  const rest = text.slice(to);
  const path = rest.charCodeAt(0) === 0x2f ? rest : `/${rest}`;
  if (authority === null || !PATH_AND_QUERY.test(path)) return "bad-target";
  return { form: "absolute", scheme, authority, path };
}

/**
 * Reads the request target of `method` (RFC 9112 section 3.2). CONNECT has the authority form, with a
 * port, and nothing else has it; only OPTIONS may have the asterisk form.
 */
export function parseRequestTarget(method: string, text: string): RequestTarget | TargetFault {
  if (method === "CONNECT") {
    const authority = parseAuthority(text, null);
    return authority === null ? "bad-target" : { form: "authority", authority };
  }
  if (text.startsWith("http://")) return parseAbsolute("http", text);
  if (text.charCodeAt(0) === 0x2f)
    return PATH_AND_QUERY.test(text) ? { form: "origin", path: text } : "bad-target";
  if (text === "*") return method === "OPTIONS" ? { form: "asterisk" } : "bad-target";
  if (HTTP.test(text)) return parseAbsolute("http", text);
  if (HTTPS.test(text)) return parseAbsolute("https", text);
  return SCHEME.test(text) ? "scheme-not-supported" : "bad-target";
}
