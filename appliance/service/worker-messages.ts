/**
 * What the main thread and a worker say to each other. Everything is structured-cloneable data.
 * A worker is started with `WorkerData`, gets its first settings as an `apply`, and answers every `apply`
 * with `applied` or `refused`, in order.
 */
import type { LogLevel, LogValues } from "#base/logger.ts";
import type { Settings } from "#settings/schema.ts";
import type { StorePlace } from "./response-store.ts";

/** A listener with the port that it really has: a setting of 0 is already resolved. */
export interface ListenAddress {
  readonly address: string;
  readonly port: number;
}

/** What stays the same from the start of the unit to its end. */
export interface UnitFacts {
  /** A random token that no other unit, and no other run of this one, has: for Via. */
  readonly instance: string;
  readonly version: string;
  readonly startedWallMs: number;
}

/** What a worker is born with; all of it outlives the worker. */
export interface WorkerData {
  /** Its number among the workers: its region of the ledger, its label in the metrics. */
  readonly index: number;
  /** The counters of all workers, a region each. */
  readonly countersMemory: SharedArrayBuffer;
  readonly ledgerMemory: SharedArrayBuffer;
  /** Which descriptors the worker has open. */
  readonly descriptors: SharedArrayBuffer;
  /** Where responses are stored; null: nowhere. */
  readonly store: StorePlace | null;
  readonly unit: UnitFacts;
}

/** One generation of the settings, on its way to the workers. */
export interface Apply {
  readonly kind: "apply";
  readonly generation: number;
  readonly settings: Settings;
  /** `settings.listen` with every port resolved. */
  readonly listen: readonly ListenAddress[];
}

export type ToWorker =
  | Apply
  /** Close the listeners, let what runs go on for at most `timeoutMs`, cut the rest, say `drained`. */
  | { readonly kind: "drain"; readonly timeoutMs: number }
  /** A log batch of that many characters has left the worker's share of the queue. */
  | { readonly kind: "log-taken"; readonly chars: number };

export type FromWorker =
  | { readonly kind: "applied"; readonly generation: number }
  /** The worker goes on with the generation before, or without any when it was the first. */
  | { readonly kind: "refused"; readonly generation: number; readonly fault: string }
  | { readonly kind: "log"; readonly text: string; readonly lines: number }
  | {
      readonly kind: "event";
      readonly level: LogLevel;
      readonly event: string;
      readonly values: LogValues;
    }
  /** The last message: nothing runs any more and every log line has been sent. */
  | { readonly kind: "drained" };
