import type { Clock } from "#base/clock.ts";
import type { Counters } from "#http/counters.ts";
import type { TransactionRecord } from "#http/transaction-record.ts";
import type { ClientConnection } from "./client-connection.ts";
import type { GenerationUse } from "./generation.ts";
import type { ProxyCache } from "./proxy-cache.ts";

/** What a connection and its transactions see of the server they belong to. */
export interface ProxyContext {
  readonly clock: Clock;
  readonly counters: Counters;
  readonly record: (record: TransactionRecord) => void;
  /** The generation for the next transaction. */
  readonly current: () => GenerationUse;
  readonly draining: () => boolean;
  /** Null: nothing is stored. */
  readonly cache: ProxyCache | null;
  readonly startedWallMs: number;
  readonly version: string;
  /** The counters of the whole unit by name, for the status page. */
  readonly unitCounters: () => Readonly<Record<string, number>>;
  /** The connection is closed. */
  readonly forget: (connection: ClientConnection) => void;
}
