/** The request line (RFC 9112 section 3): method SP request-target SP HTTP-version, and nothing looser. */
import type { CloseReason } from "#http/close-reason.ts";
import { parseRequestTarget, type RequestTarget } from "#http/request-target.ts";
import { isToken } from "#http/token.ts";

export interface RequestLine {
  readonly method: string;
  readonly rawTarget: string;
  readonly target: RequestTarget;
  readonly minorVersion: 0 | 1;
}

/** Spares the check, and the copy, of a method that everybody uses. */
const METHODS: ReadonlyMap<string, string> = new Map(
  ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE"].map((name) => [
    name,
    name,
  ]),
);

const HTTP_VERSION = /^HTTP\/[0-9]\.[0-9]$/;

/**
 * Reads the line. RFC 9112 section 3 lets a lenient recipient split on any white space; that is how two
 * readers come to see two targets, so we split on exactly two spaces.
 */
export function parseRequestLine(line: string): RequestLine | CloseReason {
  const methodEnd = line.indexOf(" ");
  const targetEnd = line.indexOf(" ", methodEnd + 1);
  if (methodEnd === -1 || targetEnd === -1 || line.includes(" ", targetEnd + 1)) return "bad-request-line";
  const rawMethod = line.slice(0, methodEnd);
  const knownMethod = METHODS.get(rawMethod);
  if (knownMethod === undefined && !isToken(rawMethod)) return "bad-method";
  const method = knownMethod ?? rawMethod;
  const version = line.slice(targetEnd + 1);
  if (version !== "HTTP/1.1" && version !== "HTTP/1.0") {
    return HTTP_VERSION.test(version) ? "unsupported-version" : "bad-version";
  }
  const rawTarget = line.slice(methodEnd + 1, targetEnd);
  const target = parseRequestTarget(method, rawTarget);
  if (typeof target === "string") return target;
  return { method, rawTarget, target, minorVersion: version === "HTTP/1.1" ? 1 : 0 };
}
