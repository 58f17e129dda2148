import type { CacheResult } from "#http/transaction-record.ts";
import type { CacheStatus } from "./cache-status.ts";
import type { NotStorable } from "./storable.ts";

/** What became of the last request for a key, as the worker that served it remembers it. */
export interface LastRequest {
  /** When it ended, wall clock. */
  readonly wallMs: number;
  readonly method: string;
  /** The status that was sent; 0 when none was. */
  readonly status: number;
  readonly result: CacheResult;
  /** Why it went to the origin; does not count where `result` is a hit. */
  readonly fwd: NonNullable<CacheStatus["fwd"]>;
  /** It went past the store in both directions. */
  readonly isBypassed: boolean;
  /** Why its answer was not stored; null where it was, or where there was none to store. */
  readonly notStored: NotStorable;
}

/** Results that say it all. */
const HITS: Partial<Record<CacheResult, string>> = {
  TCP_MEM_HIT: "a hit, from memory",
  TCP_HIT: "a hit, from the disk",
  TCP_IMS_HIT: "a hit: the client's own copy was still good",
  TCP_STALE_HIT: "a hit, stale, as the request or the response allowed",
  TCP_CF_HIT: "a hit: answered along with another request that was fetching the same",
  TCP_REFRESH_UNMODIFIED: "answered from the store after the origin said that it is still good",
  TCP_REFRESH_FAIL_OLD: "a hit, stale, because the origin could not be asked or failed",
};

const FORWARDED: Readonly<Record<LastRequest["fwd"], string>> = {
  bypass: "no hit: its conditions are for the origin to judge",
  method: "no hit: such a request is not answered from the store",
  "uri-miss": "no hit: nothing was stored for the URL",
  "vary-miss": "no hit: no stored variant matched the request",
  request: "no hit: what was stored was fresh, but the request wanted the origin's word",
  stale: "no hit: what was stored was stale or invalidated",
  partial: "no hit: not all that it asked for was stored",
};

const NOT_STORED: Readonly<Record<NonNullable<NotStorable>, string>> = {
  method: "the method does not allow it",
  override: "the settings say never",
  status: "its status is never stored",
  "must-understand": "must-understand, and its status is unknown here",
  "no-store": "no-store",
  private: "private",
  authorization: "the request had Authorization",
  vary: "its Vary names what is different for every client",
  "no-freshness": "nothing in it says how long it is fresh or how to validate it",
};

/** Why it was a hit or not, in one sentence for people. */
export function lastRequestReason(last: LastRequest): string {
  const hit = HITS[last.result];
  if (hit !== undefined) return hit;
  const why =
    last.isBypassed && last.fwd === "uri-miss" ? "no hit: the settings say never" : FORWARDED[last.fwd];
  return last.notStored === null ? why : `${why}; its answer was not stored: ${NOT_STORED[last.notStored]}`;
}
