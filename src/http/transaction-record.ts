import type { CloseReason } from "./close-reason.ts";

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
  readonly cacheResult: "TCP_MISS" | "TCP_TUNNEL" | "TCP_DENIED" | "TCP_LOCAL" | "NONE";
  /** How the server was reached, in the words of Squid's log. */
  readonly hierarchy: "HIER_DIRECT" | "HIER_PARENT" | "HIER_NONE";
  /** The address that was connected to, "ip:port", or "-". */
  readonly upstreamAddress: string;
  readonly reason: CloseReason;
  /** Fields as received, or "-". */
  readonly contentType: string;
  readonly referer: string;
  readonly userAgent: string;
}
