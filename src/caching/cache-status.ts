import { TOKEN_PATTERN } from "#http/structured-field.ts";

/** What Cache-Status (RFC 9211) says of one answer. */
export interface CacheStatus {
  /** The answer came from the store, without the origin's help. */
  readonly hit?: boolean;
  /** Why the request went on (section 2.2). */
  readonly fwd?: "bypass" | "method" | "uri-miss" | "vary-miss" | "request" | "stale" | "partial";
  /** The origin's status where it is not the answer's. */
  readonly fwdStatus?: number;
  /** Freshness left in whole seconds; negative when it is stale. */
  readonly ttl?: number;
  /** The answer is stored now. */
  readonly stored?: boolean;
  /** Together with another request. */
  readonly collapsed?: boolean;
  /** A token for people. */
  readonly detail?: string;
}

/** The largest integer of a structured field (RFC 9651 section 3.3.1) is far beyond a lifetime; this keeps below it. */
const TTL_MAX = 999_999_999_999;

/** The field value: one member of the list, for this unit. */
export function cacheStatusText(unit: string, status: CacheStatus): string {
  let text = TOKEN_PATTERN.test(unit) ? unit : `"${unit}"`;
  if (status.hit) text += "; hit";
  if (status.fwd !== undefined) text += `; fwd=${status.fwd}`;
  if (status.fwdStatus !== undefined) text += `; fwd-status=${status.fwdStatus}`;
  if (status.ttl !== undefined)
    text += `; ttl=${Math.max(-TTL_MAX, Math.min(TTL_MAX, Math.floor(status.ttl)))}`;
  if (status.stored) text += "; stored";
  if (status.collapsed) text += "; collapsed";
  if (status.detail !== undefined) text += `; detail=${status.detail}`;
  return text;
}
