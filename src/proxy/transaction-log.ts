import { CLOSE_REASONS, type CloseReason } from "#http/close-reason.ts";
import { type CounterName, type Counters, counterPlace } from "#http/counters.ts";
import type { CacheResult, RequestTrace, TransactionRecord } from "#http/transaction-record.ts";
import { TARGET_SHOWN_MAX } from "./limits.ts";
import type { Transaction } from "./transaction.ts";

/** The record of an ended transaction, for the access log. */
export function transactionRecord(
  transaction: Transaction,
  measured: { readonly requestBytes: number; readonly responseBytes: number; readonly nowMs: number },
): TransactionRecord {
  const { head, connection } = transaction;
  return {
    startedWallMs: transaction.startedWallMs,
    durationMs: measured.nowMs - transaction.startedMs,
    clientAddress: connection.wire.remoteAddress,
    clientPort: connection.wire.remotePort,
    method: head?.method ?? "-",
    target: shown(head?.rawTarget ?? transaction.badRequestLine),
    version: head === null ? "-" : `1.${head.minorVersion}`,
    status: transaction.status,
    requestBytes: measured.requestBytes,
    responseBytes: measured.responseBytes,
    cacheResult: cacheResult(transaction),
    hierarchy:
      transaction.upstreamAddress === "-"
        ? "HIER_NONE"
        : transaction.parent === null
          ? "HIER_DIRECT"
          : "HIER_PARENT",
    upstreamAddress: transaction.upstreamAddress,
    reason: transaction.reason,
    contentType: transaction.contentType ?? transaction.response?.fields.get("content-type") ?? "-",
    referer: head?.fields.get("referer") ?? "-",
    userAgent: head?.fields.get("user-agent") ?? "-",
    trace: transaction.generation.settings.accessLog.requestIds ? traceOf(transaction) : null,
  };
}

function traceOf(transaction: Transaction): RequestTrace {
  const { caching, requestId } = transaction;
  return { id: requestId, fwd: caching?.fwd ?? "-", notStored: caching?.notStored ?? "-" };
}

const shown = (target: string): string => (target === "" ? "-" : target.slice(0, TARGET_SHOWN_MAX));

function cacheResult(transaction: Transaction): CacheResult {
  if (transaction.tunnelled) return "TCP_TUNNEL";
  if (transaction.cacheResult !== null) return transaction.cacheResult;
  if (transaction.upstreamAddress !== "-") return "TCP_MISS";
  if (transaction.head === null) return "NONE";
  const { proxyError } = CLOSE_REASONS[transaction.reason];
  if (proxyError === "http_request_denied" || proxyError === "destination_ip_prohibited") return "TCP_DENIED";
  const form = transaction.head.target.form;
  if (form === "origin" || form === "asterisk") return "TCP_LOCAL";
  return transaction.reason === "complete" ? "TCP_MISS" : "NONE";
}

const TRANSACTIONS = counterPlace("transactions");
export const TRANSACTIONS_OPEN = counterPlace("transactions_open");
const BYTES_RECEIVED = counterPlace("client_bytes_received");
const BYTES_SENT = counterPlace("client_bytes_sent");
const BYTES_SAVED = counterPlace("cache_bytes_saved");

/** Counts an ended transaction. */
export function countTransaction(
  counters: Counters,
  reason: CloseReason,
  requestBytes: number,
  responseBytes: number,
): void {
  counters.addAt(TRANSACTIONS, 1);
  counters.addAt(TRANSACTIONS_OPEN, -1);
  counters.addAt(BYTES_RECEIVED, requestBytes);
  counters.addAt(BYTES_SENT, responseBytes);
  counters.countClose(reason);
}

const HIT = ["cache_hits", "cache_bytes_saved"] as const;

/** What each result counts as; `cache_bytes_saved` counts bytes. */
const COUNTED: Readonly<Record<CacheResult, readonly CounterName[]>> = {
  TCP_MISS: ["cache_misses"],
  TCP_REFRESH_MODIFIED: ["cache_misses"],
  TCP_CLIENT_REFRESH_MISS: ["cache_misses"],
  TCP_REFRESH_UNMODIFIED: ["cache_revalidated", "cache_bytes_saved"],
  TCP_HIT: HIT,
  TCP_MEM_HIT: [...HIT, "cache_hits_memory"],
  TCP_IMS_HIT: HIT,
  TCP_CF_HIT: [...HIT, "cache_hits_collapsed"],
  TCP_STALE_HIT: [...HIT, "cache_hits_stale"],
  TCP_REFRESH_FAIL_OLD: [...HIT, "cache_hits_stale"],
  TCP_TUNNEL: [],
  TCP_DENIED: [],
  TCP_LOCAL: [],
  NONE: [],
};

const COUNTED_PLACES: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries(COUNTED).map(([result, names]) => [result, names.map(counterPlace)]),
);

/** Counts what the cache did for an ended transaction. */
export function countCacheResult(counters: Counters, result: CacheResult, responseBytes: number): void {
  const places = COUNTED_PLACES.get(result) as readonly number[];
  for (let index = 0; index < places.length; index += 1) {
    const place = places[index] as number;
    counters.addAt(place, place === BYTES_SAVED ? responseBytes : 1);
  }
}
