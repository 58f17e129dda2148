import { CLOSE_REASONS, type CloseReason } from "./close-reason.ts";
import { type BareItem, item, serializeList, TOKEN_PATTERN } from "./structured-field.ts";

/** What Proxy-Status (RFC 9209) says of one answer. */
export interface ProxyStatus {
  /** The unit's name: who says it. */
  readonly unit: string;
  readonly reason: CloseReason;
  /** The server that was asked: a host, an address, or a parent's name. */
  readonly nextHop?: string | undefined;
  /** For administrators; characters that a string cannot carry become "?". */
  readonly detail?: string | undefined;
  /** The status that the next hop sent, when it sent one. */
  readonly receivedStatus?: number | undefined;
}

/** A detail is cut at this many characters: it is a hint, not a log. */
const DETAIL_CHARS_MAX = 200;

/**
 * The field value, such as `futago;error=dns_timeout;details="no answer in 5 s"`: a list of one member
 * (RFC 9209 section 2). What the format cannot carry is left out, never sent broken.
 */
export function proxyStatusValue(status: ProxyStatus): string {
  const parameters = new Map<string, BareItem>();
  const error = CLOSE_REASONS[status.reason].proxyError;
  if (error !== null) parameters.set("error", { kind: "token", value: error });
  if (status.nextHop !== undefined && /^[\x21-\x7e]+$/.test(status.nextHop))
    parameters.set("next-hop", { kind: "string", value: status.nextHop });
  if (status.receivedStatus !== undefined)
    parameters.set("received-status", { kind: "integer", value: status.receivedStatus });
  const detail = asciiText(status.detail ?? "");
  if (detail !== "") parameters.set("details", { kind: "string", value: detail });
  const value = serializeList([item(unitItem(status.unit), parameters)]);
  return value.ok ? value.value : '"proxy"';
}

/** A token where the name is one, else a string (RFC 9209 section 2: both are allowed). */
const unitItem = (unit: string): BareItem =>
  TOKEN_PATTERN.test(unit) ? { kind: "token", value: unit } : { kind: "string", value: asciiText(unit) };

const asciiText = (text: string): string =>
  text
    .replace(/[^\x20-\x7e]+/g, "?")
    .slice(0, DETAIL_CHARS_MAX)
    .trim();
