/**
 * How long a message body is (RFC 9112 section 6.3), and whether the connection lives on (section 9.3).
 * This is where requests are smuggled, so everything that two readers could read differently is refused.
 */
import type { CloseReason } from "#http/close-reason.ts";
import type { Framing } from "#http/message-head.ts";
import { connectionOptions, type FieldSection } from "./field-section.ts";
import { CONTENT_LENGTH_DIGITS_MAX } from "./limits.ts";

const NO_BODY: Framing = { kind: "none" };
const CHUNKED: Framing = { kind: "chunked" };
const UNTIL_CLOSE: Framing = { kind: "close" };

const CONTENT_LENGTH = new RegExp(`^[0-9]{1,${CONTENT_LENGTH_DIGITS_MAX}}$`);

/** The single Content-Length line's number; -1 without one, null when it is repeated or no plain number. */
function contentLength(section: FieldSection): number | null {
  if (section.contentLengthLines === 0) return -1;
  if (section.contentLengthLines > 1 || !CONTENT_LENGTH.test(section.contentLength)) return null;
  return Number(section.contentLength);
}

/** "chunked", once, alone, and not from an HTTP/1.0 sender (RFC 9112 section 6.1). */
const isPlainChunked = (section: FieldSection, minorVersion: 0 | 1): boolean =>
  minorVersion === 1 &&
  section.transferEncodingLines === 1 &&
  (section.transferEncoding === "chunked" || section.transferEncoding.toLowerCase() === "chunked");

/** A request without either field has no body. CONNECT has none at all (RFC 9110 section 9.3.6). */
export function requestFraming(
  section: FieldSection,
  method: string,
  minorVersion: 0 | 1,
): Framing | CloseReason {
  if (section.contentLengthLines === 0 && section.transferEncodingLines === 0) return NO_BODY;
  if (section.transferEncodingLines > 0) {
    if (section.contentLengthLines > 0) return "length-and-encoding";
    return isPlainChunked(section, minorVersion) && method !== "CONNECT" ? CHUNKED : "bad-transfer-encoding";
  }
  const bytes = contentLength(section);
  if (bytes === null) return "bad-content-length";
  if (method !== "CONNECT") return { kind: "length", bytes };
  // WinINet sends "Content-Length: 0" with CONNECT; it says the same as no field.
  return section.contentLength === "0" ? NO_BODY : "bad-content-length";
}

/**
 * The framing of a response to `requestMethod`. The fields are checked even where they do not frame
 * anything (HEAD, 304): a server that writes them wrongly there is not to be trusted with the next answer.
 */
export function responseFraming(
  section: FieldSection,
  requestMethod: string,
  status: number,
  minorVersion: 0 | 1,
): Framing | CloseReason {
  const hasEncoding = section.transferEncodingLines > 0;
  const bytes = contentLength(section);
  if (bytes === null || (hasEncoding && bytes !== -1)) return "bad-response-framing";
  if (hasEncoding && !isPlainChunked(section, minorVersion)) return "bad-response-framing";
  const isInformationalOrEmpty = status < 200 || status === 204;
  // RFC 9112 section 6.1: a server must not send Transfer-Encoding with 1xx and 204.
  if (isInformationalOrEmpty) return hasEncoding ? "bad-response-framing" : NO_BODY;
  if (requestMethod === "HEAD" || status === 304) return NO_BODY;
  // RFC 9110 section 9.3.6: framing fields of a 2xx to CONNECT are ignored.
  if (requestMethod === "CONNECT" && status < 300) return NO_BODY;
  if (hasEncoding) return CHUNKED;
  return bytes === -1 ? UNTIL_CLOSE : { kind: "length", bytes };
}

/**
 * Whether the sender means to go on (RFC 9112 section 9.3): 1.1 unless `close`, 1.0 only with
 * `keep-alive`. Null when a connection option is malformed. The old Proxy-Connection counts in one
 * direction only: its `close`, or nonsense in it, closes; its `keep-alive` opens nothing, for it may have
 * come through a proxy that did not know it (RFC 9112 appendix C.2.2).
 */
export function persistence(section: FieldSection, minorVersion: 0 | 1): boolean | null {
  const options = connectionOptions(section.connection);
  if (options === null) return null;
  if (options.close || (minorVersion === 0 && !options.keepAlive)) return false;
  return section.proxyConnection === null || connectionOptions(section.proxyConnection)?.close === false;
}
