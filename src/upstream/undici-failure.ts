import { errors } from "undici";
import type { CloseReason } from "#http/close-reason.ts";
import type { TransportFailure } from "#transport/resolve.ts";

/**
 * A failed connection attempt on its way through undici, which knows only errors. Its code must not be
 * one of undici's own: those make it connect again and again.
 */
export class ConnectError extends Error {
  readonly code = "FUTAGO_CONNECT";
  readonly failure: TransportFailure;

  constructor(failure: TransportFailure) {
    super(failure.detail);
    this.failure = failure;
  }
}

/** undici's codes, where the stage of the answer does not matter. */
const REASONS: Readonly<Record<string, CloseReason>> = {
  UND_ERR_HEADERS_TIMEOUT: "origin-timeout",
  UND_ERR_BODY_TIMEOUT: "origin-timeout",
  UND_ERR_CONNECT_TIMEOUT: "connect-timeout",
  UND_ERR_HEADERS_OVERFLOW: "response-head-too-large",
};

/** The connection ended: what that means depends on how much of the answer was there. */
const CLOSED = new Set([
  "UND_ERR_SOCKET",
  "UND_ERR_INFO",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
]);

/** What undici says when a 100 or a 101 comes that it had not asked for. */
const UNASKED_ANSWER = /^bad (?:response|upgrade)$/;

/** Why an exchange failed, from the error that undici gives; `headSeen` tells a cut answer from none. */
export function undiciFailure(error: Error, headSeen: boolean): TransportFailure {
  if (error instanceof ConnectError) return error.failure;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const detail = error.message === "" ? code : error.message;
  const reason = REASONS[code];
  if (reason !== undefined) return { reason, detail };
  if (UNASKED_ANSWER.test(error.message)) return { reason: "bad-response", detail };
  const lost = headSeen ? "origin-truncated" : "origin-closed";
  if (CLOSED.has(code)) return { reason: lost, detail };
  // Fewer bytes than the length says; before the head is complete it is the parser that gave up.
  if (code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH") {
    return { reason: headSeen ? "origin-truncated" : "bad-response-framing", detail };
  }
  if (error.name === "HTTPParserError") return { reason: parserReason(detail, lost), detail };
  // OpenSSL's codes, in an alert after the handshake.
  if (code.startsWith("ERR_SSL_") || code.startsWith("ERR_TLS_")) return { reason: "tls-failed", detail };
  return { reason: "internal-error", detail: `${code} ${detail}`.trim() };
}

/** llhttp's codes get lost within undici: only its sentences arrive. */
function parserReason(sentence: string, lost: CloseReason): CloseReason {
  if (/EOF/.test(sentence)) return lost;
  return /Content-Length|Transfer-Encoding/i.test(sentence) ? "bad-response-framing" : "bad-response";
}

/** Whether the connection died, as against a malformed or late answer. */
export const isConnectionLoss = (error: Error): boolean =>
  "code" in error &&
  typeof error.code === "string" &&
  CLOSED.has(error.code) &&
  !UNASKED_ANSWER.test(error.message);

/** The reason that an exchange is given up with; nobody but undici sees it. */
export const abortedError = (): Error => new errors.RequestAbortedError();
