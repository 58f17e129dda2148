import type { TransactionRecord } from "#http/transaction-record.ts";

/** A plain finished transaction, with what a test wants different. */
export const sampleRecord = (different: Partial<TransactionRecord> = {}): TransactionRecord => ({
  startedWallMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  durationMs: 12.4,
  clientAddress: "192.0.2.7",
  clientPort: 50_123,
  method: "GET",
  target: "http://www.example.com/a?b=c",
  version: "1.1",
  status: 200,
  requestBytes: 123,
  responseBytes: 4_567,
  cacheResult: "TCP_MISS",
  hierarchy: "HIER_DIRECT",
  upstreamAddress: "198.51.100.9:80",
  reason: "complete",
  contentType: "text/html; charset=utf-8",
  referer: "-",
  userAgent: "curl/8.5.0",
  trace: null,
  ...different,
});
