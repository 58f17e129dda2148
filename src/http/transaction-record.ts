import type { CloseReason } from "./close-reason.ts";

/** How a request was answered, in the words of Squid's log; TCP_STALE_HIT and TCP_LOCAL are ours. */
export type CacheResult =
  | "TCP_MISS"
  /** From the disk tier, or from memory. */
  | "TCP_HIT"
  | "TCP_MEM_HIT"
  /** 304 from the store: the client's own copy is good. */
  | "TCP_IMS_HIT"
  /** Stale, as the client or the response allowed. */
  | "TCP_STALE_HIT"
  /** Together with the request that fetched it. */
  | "TCP_CF_HIT"
  /** The origin validated it, or sent another one, or failed, so that the stale one served. */
  | "TCP_REFRESH_UNMODIFIED"
  | "TCP_REFRESH_MODIFIED"
  | "TCP_REFRESH_FAIL_OLD"
  /** The client wanted the origin's answer. */
  | "TCP_CLIENT_REFRESH_MISS"
  | "TCP_TUNNEL"
  | "TCP_DENIED"
  | "TCP_LOCAL"
  | "NONE";

/** By which a request is found again, and what the other values do not tell; kept where the settings ask for it. */
export interface RequestTrace {
  /** Letters, digits and "-"; no other transaction of the unit has it. */
  readonly id: string;
  /** Why it was not answered from the store (RFC 9211), and why its answer was not stored; "-" for neither. */
  readonly fwd: string;
  readonly notStored: string;
}

/** All that is known of a finished transaction: what the access log is made from. */
export interface TransactionRecord {
  /** Wall clock at the first byte of the request, milliseconds since the epoch. */
  readonly startedWallMs: number;
  readonly durationMs: number;
  readonly clientAddress: string;
  readonly clientPort: number;
  /** As received; "-" when no request line could be read. */
  readonly method: string;
  /** The request target as received: hostile bytes are the log format's matter. */
  readonly target: string;
  /** "1.1", "1.0", or "-" when unknown. */
  readonly version: string;
  /** The status that was sent; 0 when none was. */
  readonly status: number;
  /** Bytes received from the client, and sent to it, heads and framing included. */
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly cacheResult: CacheResult;
  /** How the server was reached, in the words of Squid's log. */
  readonly hierarchy: "HIER_DIRECT" | "HIER_PARENT" | "HIER_NONE";
  /** The address that was connected to, "ip:port", or "-". */
  readonly upstreamAddress: string;
  readonly reason: CloseReason;
  /** Fields as received, or "-". */
  readonly contentType: string;
  readonly referer: string;
  readonly userAgent: string;
  /** Null where accessLog.requestIds is off. */
  readonly trace: RequestTrace | null;
}
