import { FieldList } from "#http/field-list.ts";
import { copyResponseFields } from "#http/hop-by-hop.ts";
import { imfFixdate } from "#http/http-date.ts";
import type { RequestHead, ResponseHead } from "#http/message-head.ts";
import { reasonPhrase } from "#http/status.ts";
import { viaElement } from "#http/via.ts";
import { responseHeadText } from "#http1/serialize.ts";

/** How an answer goes out to the client. */
export interface ForwardedResponse {
  readonly headText: string;
  readonly chunked: boolean;
  /** The connection must close after it: the client asked for it, or only the close ends the body. */
  readonly closes: boolean;
  /** Only the close tells the client where the body ends, so a cut body must end in a reset. */
  readonly delimitedByClose: boolean;
}

/** What the forwarding of one answer needs to know beside its head. */
export interface ResponseContext {
  readonly request: RequestHead;
  readonly pseudonym: string;
  /** Whether this unit wants the connection closed (drain, client half-closed, …). */
  readonly mustClose: boolean;
  readonly wallMs: number;
  /** The value of Cache-Status (RFC 9211); null without a cache. */
  readonly cacheStatus: string | null;
}

/** Makes the answer for the client from the origin's: new framing, Via, Date when there is none. */
export function forwardResponse(head: ResponseHead, context: ResponseContext): ForwardedResponse {
  const fields = new FieldList();
  copyResponseFields(head.fields, fields);
  fields.addLower("via", "Via", viaElement(head.minorVersion, context.pseudonym));
  // RFC 9110 section 6.6.1: a recipient with a clock adds the Date that is missing.
  if (head.fields.get("date") === undefined) fields.addLower("date", "Date", imfFixdate(context.wallMs));
  if (context.cacheStatus !== null) fields.addLower("cache-status", "Cache-Status", context.cacheStatus);
  const chunked = addFraming(head, context.request, fields);
  const sized = chunked || head.framing.kind !== "close";
  const delimitedByClose = !sized || (head.framing.kind === "chunked" && !chunked);
  const closes = delimitedByClose || context.mustClose || !context.request.keepAlive;
  if (closes) fields.addLower("connection", "Connection", "close");
  return {
    headText: responseHeadText(head.status, head.reasonPhrase, fields),
    chunked,
    closes,
    delimitedByClose,
  };
}

/** Adds Content-Length or Transfer-Encoding (RFC 9112 section 6). Answers whether the body is chunked. */
function addFraming(head: ResponseHead, request: RequestHead, fields: FieldList): boolean {
  const kind = head.framing.kind;
  if (kind === "length") {
    fields.addLower("content-length", "Content-Length", String(head.framing.bytes));
    return false;
  }
  if (kind === "none") {
    // What a GET would have had (RFC 9110 section 8.6); a 204 or 1xx must not carry it.
    const length = head.fields.get("content-length");
    if (length !== undefined && head.status !== 204)
      fields.addLower("content-length", "Content-Length", length);
    return false;
  }
  if (request.minorVersion === 0) return false;
  fields.addLower("transfer-encoding", "Transfer-Encoding", "chunked");
  return true;
}

/** An interim answer (1xx) for the client. */
export function interimHeadText(status: number, from: FieldList): string {
  const fields = new FieldList();
  copyResponseFields(from, fields);
  return responseHeadText(status, reasonPhrase(status), fields);
}

/** The 101 that hands the connection over (RFC 9110 section 15.2.2). */
export function upgradeHeadText(head: ResponseHead, pseudonym: string): string {
  const fields = new FieldList();
  copyResponseFields(head.fields, fields);
  fields.addLower("via", "Via", viaElement(head.minorVersion, pseudonym));
  fields.addLower("connection", "Connection", "Upgrade");
  fields.addLower("upgrade", "Upgrade", head.fields.combined("upgrade") ?? "");
  return responseHeadText(101, "Switching Protocols", fields);
}
