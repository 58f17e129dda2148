/** The request line (RFC 9112 section 3): method SP request-target SP HTTP-version, and nothing looser. */
import type { CloseReason } from "#http/close-reason.ts";
import { parseRequestTarget, type RequestTarget } from "#http/request-target.ts";
import { isToken } from "#http/token.ts";
import { PopularLines } from "./popular-lines.ts";

export interface RequestLine {
  readonly method: string;
  readonly rawTarget: string;
  readonly target: RequestTarget;
  readonly minorVersion: 0 | 1;
}

const SPACE = 0x20;

const HTTP_VERSION = /^HTTP\/[0-9]\.[0-9]$/;

/** The methods of nearly all requests, as constants: the engine compares those by their address. */
const USUAL_METHODS = ["GET", "POST", "CONNECT", "HEAD"] as const;

/** The line of nearly all requests; null for any other, good or bad. */
function usualLine(line: string): RequestLine | null {
  if (!line.endsWith(" HTTP/1.1")) return null;
  for (const method of USUAL_METHODS) {
    if (line.charCodeAt(method.length) !== SPACE || !line.startsWith(method)) continue;
    const rawTarget = line.slice(method.length + 1, line.length - " HTTP/1.1".length);
    // A target holds no space, so a line with a third one is not taken here.
    const target = parseRequestTarget(method, rawTarget);
    return typeof target === "string" ? null : { method, rawTarget, target, minorVersion: 1 };
  }
  return null;
}

const readLine = (line: string): RequestLine | CloseReason => usualLine(line) ?? parseAnyLine(line);

/** Those of this thread. */
const popularLines = new PopularLines();

/**
 * Reads the line. RFC 9112 section 3 lets a lenient recipient split on any white space; that is how two
 * readers come to see two targets, so we split on exactly two spaces.
 */
export function parseRequestLine(line: string): RequestLine | CloseReason {
  return popularLines.read(line, readLine);
}

function parseAnyLine(line: string): RequestLine | CloseReason {
  const methodEnd = line.indexOf(" ");
  const targetEnd = line.indexOf(" ", methodEnd + 1);
  if (methodEnd === -1 || targetEnd === -1 || line.includes(" ", targetEnd + 1)) return "bad-request-line";
  const method = line.slice(0, methodEnd);
  if (!isToken(method)) return "bad-method";
  const version = line.slice(targetEnd + 1);
  if (version !== "HTTP/1.1" && version !== "HTTP/1.0") {
    return HTTP_VERSION.test(version) ? "unsupported-version" : "bad-version";
  }
  const rawTarget = line.slice(methodEnd + 1, targetEnd);
  const target = parseRequestTarget(method, rawTarget);
  if (typeof target === "string") return target;
  return { method, rawTarget, target, minorVersion: version === "HTTP/1.1" ? 1 : 0 };
}
