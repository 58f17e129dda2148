import type { FieldList } from "#http/field-list.ts";

/** The bytes `first` to `last` of a representation, both included (RFC 9110 section 14.1.2). */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * A response as the cache holds it, without its body (RFC 9111 section 3). Immutable: freshening by a 304
 * or marking it stale makes another one.
 */
export interface StoredResponse {
  /** Never 206: a stored part has the status of the whole, and `parts`. */
  readonly status: number;
  /** End-to-end fields as received; what section 3.1 forbids to store is already left out. */
  readonly fields: FieldList;
  /** request_time and response_time of RFC 9111 section 4.2.3, wall clock milliseconds. */
  readonly requestWallMs: number;
  readonly responseWallMs: number;
  /**
   * The request fields that Vary names, by lower-case name, with their normalised values at the time of the
   * request ("" where absent). Empty without Vary.
   */
  readonly varyOn: readonly (readonly [name: string, value: string])[];
  /** Soft-purged or invalidated: used only after a successful validation (RFC 9111 section 4.4). */
  readonly invalidated: boolean;
  /** The length of the whole representation; null where a 206 did not tell. */
  readonly completeBytes: number | null;
  /** The ranges that are held, ascending and apart; null when the body is whole. */
  readonly parts: readonly ByteRange[] | null;
  /** Surrogate-Key and Cache-Tag values, for purges. */
  readonly tags: readonly string[];
}
