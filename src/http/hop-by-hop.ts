import type { FieldList } from "./field-list.ts";

/**
 * Which fields stay on the connection they arrived on, and which go on (RFC 9110 section 7.6.1).
 *
 * Left out of both directions: Connection and what it names, and the fields that concern one
 * connection whether it names them or not. Content-Length goes too: the framing of the outgoing
 * message writes it anew. Trailer stays, because trailers are forwarded (RFC 9110 section 6.6.2).
 */

const ONE_CONNECTION = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-authentication-info",
  "content-length",
];

/**
 * Host is made anew from the target (RFC 9112 section 3.2.2). Expect is what `expectContinue` of the
 * outgoing request says, and must not outlive an HTTP/1.0 client that is not to be answered 100.
 */
const REQUEST_ONLY = ["host", "expect"];

const LEFT_OUT_OF_REQUESTS = new Set([...ONE_CONNECTION, ...REQUEST_ONLY]);
const LEFT_OUT_OF_RESPONSES = new Set(ONE_CONNECTION);

/**
 * Fields that Connection cannot remove. RFC 9110 section 7.6.1: "A sender MUST NOT send a connection
 * option corresponding to a field that is intended for all recipients of the content." A sender who
 * does so anyway means to strip, behind the back of whoever wrote it, what routing, authentication,
 * caching, the content's meaning or the trace of proxies rests upon: so the option is ignored.
 */
const PROTECTED = new Set([
  // Routing and the trace of proxies.
  ...["host", "via", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"],
  ...["x-forwarded-port", "x-real-ip", "max-forwards", "cdn-loop", "cache-status", "proxy-status"],
  // Authentication and the client's state.
  ...["authorization", "www-authenticate", "authentication-info", "cookie", "set-cookie", "origin"],
  // Caching and conditions.
  ...["cache-control", "pragma", "expires", "age", "date", "vary", "etag", "last-modified"],
  ...["if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range", "range"],
  // What the content is, and where it leads.
  ...["content-type", "content-encoding", "content-language", "content-location", "content-range"],
  ...["content-disposition", "accept", "accept-encoding", "accept-language", "accept-ranges", "location"],
  ...["allow", "retry-after", "user-agent", "referer", "trailer"],
  // What keeps the browser's own walls up; with the prefixes below.
  ...["strict-transport-security", "content-security-policy", "content-security-policy-report-only"],
  ...["x-content-type-options", "x-frame-options", "referrer-policy", "permissions-policy"],
]);

const PROTECTED_PREFIXES = ["access-control-", "sec-", "cross-origin-"];

/**
 * Copies the fields of a request that go on to the next server: neither hop-by-hop fields, nor Host,
 * Content-Length or Expect, which the caller writes anew. Allocates nothing but the target's lines
 * as long as Connection says no more than keep-alive or close.
 */
export function copyRequestFields(from: FieldList, to: FieldList): void {
  copyExcept(from, to, LEFT_OUT_OF_REQUESTS);
}

/** Copies the fields of an answer, or of trailers, that go on to the client; not Content-Length. */
export function copyResponseFields(from: FieldList, to: FieldList): void {
  copyExcept(from, to, LEFT_OUT_OF_RESPONSES);
}

function copyExcept(from: FieldList, to: FieldList, leftOut: ReadonlySet<string>): void {
  const connection = from.combined("connection");
  const named = connection === undefined || isPlain(connection) ? null : namedBy(connection);
  for (let index = 0; index < from.length; index += 1) {
    const name = from.nameAt(index);
    if (leftOut.has(name) || named?.has(name)) continue;
    to.addLower(name, from.rawNameAt(index), from.valueAt(index));
  }
}

/** The spellings that name no field and are nearly all that clients send. */
const isPlain = (connection: string): boolean =>
  connection === "keep-alive" ||
  connection === "close" ||
  connection === "Keep-Alive" ||
  connection === "Close" ||
  connection === "Upgrade" ||
  connection === "upgrade";

/** The fields that Connection may remove; their number is bounded by the head's size. */
function namedBy(connection: string): ReadonlySet<string> {
  const named = new Set<string>();
  for (const option of connection.toLowerCase().split(",")) {
    const name = option.trim();
    if (PROTECTED.has(name) || PROTECTED_PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
    named.add(name);
  }
  return named;
}
