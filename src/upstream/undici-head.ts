import type { CloseReason } from "#http/close-reason.ts";
import { FieldList } from "#http/field-list.ts";
import type { Framing, ResponseHead } from "#http/message-head.ts";
import { isForbiddenTrailer } from "#http1/trailer-fields.ts";

/** What undici's parser found, names and values in turn, in our words. */
export function fieldListOf(raw: unknown): FieldList {
  const fields = new FieldList();
  if (!Array.isArray(raw)) return fields;
  for (let at = 0; at + 1 < raw.length; at += 2) fields.add(latin1(raw[at]), latin1(raw[at + 1]));
  return fields;
}

/** Trailers, without those that must not come so late (RFC 9110 section 6.5.1); null without any. */
export function trailersOf(raw: unknown): FieldList | null {
  const all = fieldListOf(raw);
  const kept = new FieldList();
  for (let index = 0; index < all.length; index += 1) {
    if (!isForbiddenTrailer(all.nameAt(index))) kept.add(all.rawNameAt(index), all.valueAt(index));
  }
  return kept.length === 0 ? null : kept;
}

const latin1 = (part: unknown): string => (Buffer.isBuffer(part) ? part.toString("latin1") : String(part));

/** The head as our own parser would have made it, or why it is refused: llhttp is the laxer of the two. */
export function responseHeadOf(
  answer: { readonly status: number; readonly reasonPhrase: string; readonly fields: FieldList },
  requestMethod: string,
  headFieldsMax: number,
): ResponseHead | CloseReason {
  const { status, reasonPhrase, fields } = answer;
  if (fields.length > headFieldsMax) return "response-head-too-large";
  const framing = framingOf(fields, requestMethod, status);
  if (typeof framing === "string") return framing;
  // undici does not say; nothing that is done with a head of its depends on them.
  return { status, reasonPhrase, minorVersion: 1, fields, framing, keepAlive: framing.kind !== "close" };
}

/** RFC 9112 section 6.3, as strict as http1/framing.ts. */
function framingOf(fields: FieldList, requestMethod: string, status: number): Framing | CloseReason {
  const encodings = fields.count("transfer-encoding");
  const lengths = fields.count("content-length");
  if (lengths > 1 || encodings > 1 || (lengths > 0 && encodings > 0)) return "bad-response-framing";
  const length = fields.get("content-length");
  if (length !== undefined && !/^[0-9]{1,15}$/.test(length)) return "bad-response-framing";
  const encoding = fields.get("transfer-encoding");
  if (encoding !== undefined && encoding.toLowerCase() !== "chunked") return "bad-response-framing";
  if (status === 204 && encoding !== undefined) return "bad-response-framing";
  if (requestMethod === "HEAD" || status === 204 || status === 304) return { kind: "none" };
  if (encoding !== undefined) return { kind: "chunked" };
  return length === undefined ? { kind: "close" } : { kind: "length", bytes: Number(length) };
}
