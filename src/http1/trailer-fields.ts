/**
 * Fields that a trailer section must not carry (RFC 9110 section 6.5.1): what frames, routes,
 * authenticates, controls or describes a message, for by then the message has been acted upon.
 */
const FORBIDDEN: ReadonlySet<string> = new Set([
  // Framing, and the connection.
  ...["content-length", "transfer-encoding", "trailer", "te", "connection", "keep-alive", "upgrade"],
  // Routing.
  ...["host", "via", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"],
  ...["max-forwards", "location"],
  // Authentication and state.
  ...["authorization", "www-authenticate", "authentication-info", "cookie", "set-cookie"],
  // Request modifiers and controls.
  ...["expect", "cache-control", "pragma", "range", "if-match", "if-none-match", "if-modified-since"],
  ...["if-unmodified-since", "if-range"],
  // Response control data.
  ...["age", "date", "expires", "retry-after", "vary", "warning"],
  // How to read the content.
  ...["content-encoding", "content-type", "content-range", "content-location"],
]);

/** Whether the lower-case name may not be in a trailer section; all of `proxy-*` may not. */
export const isForbiddenTrailer = (lowerName: string): boolean =>
  FORBIDDEN.has(lowerName) || lowerName.startsWith("proxy-");
