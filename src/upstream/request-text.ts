import { assert } from "#base/assert.ts";
import { authorityText } from "#http/authority.ts";
import type { FieldList } from "#http/field-list.ts";
import { requestHeadText } from "#http1/serialize.ts";
import type { UpstreamRequest } from "#transport/exchange.ts";
import type { OriginRoute } from "./origin-route.ts";

const DEFAULT_PORT = { http: 80, https: 443 } as const;

/**
 * The head of a request as it goes out: the caller's fields, then those that belong to this hop alone
 * (framing, Connection with Upgrade, Expect, the parent's Proxy-Authorization). RFC 9112 section 3.2.
 */
export function requestText(request: UpstreamRequest, route: OriginRoute): string {
  const target = route.server === null ? request.path : absoluteTarget(request);
  const text = requestHeadText(request.method, target, request.fields);
  const own = ownFields(request, route);
  return own === "" ? text : `${text.slice(0, -2)}${own}\r\n`;
}

/** A second length from anywhere else is how requests are smuggled (RFC 9112 section 11.2). */
export function assertUnframed(fields: FieldList): void {
  assert(fields.get("content-length") === undefined, "the exchange alone adds Content-Length");
  assert(fields.get("transfer-encoding") === undefined, "the exchange alone adds Transfer-Encoding");
}

/** RFC 9112 section 3.2.2, and 3.2.4 for OPTIONS: an empty path stands for "*". */
function absoluteTarget(request: UpstreamRequest): string {
  const authority = authorityText(request.authority, DEFAULT_PORT[request.scheme]);
  return `${request.scheme}://${authority}${request.path === "*" ? "" : request.path}`;
}

function ownFields(request: UpstreamRequest, route: OriginRoute): string {
  let own = "";
  if (request.framing.kind === "length") own = `Content-Length: ${request.framing.bytes}\r\n`;
  else if (request.framing.kind === "chunked") own = "Transfer-Encoding: chunked\r\n";
  if (request.expectContinue && request.fields.get("expect") === undefined) {
    own += "Expect: 100-continue\r\n";
  }
  if (request.upgrade !== null) own += `Connection: Upgrade\r\nUpgrade: ${request.upgrade}\r\n`;
  if (route.proxyAuthorization !== null) own += `Proxy-Authorization: ${route.proxyAuthorization}\r\n`;
  return own;
}

/** Methods that are safe or idempotent (RFC 9110 section 9.2.2), with the safe ones of WebDAV. */
const IDEMPOTENT = new Set([
  "GET",
  "HEAD",
  "OPTIONS",
  "TRACE",
  "PUT",
  "DELETE",
  "PROPFIND",
  "REPORT",
  "SEARCH",
]);

/** Whether sending the request twice does no more than sending it once. */
export const isIdempotent = (method: string): boolean => IDEMPOTENT.has(method);
