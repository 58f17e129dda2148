/** What goes wrong in a store: counted, kept for the alert, and logged without flooding the log. */
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import { FAULT_LOG_INTERVAL_MS } from "./limits.ts";
import type { SharedState } from "./shared-memory.ts";

export type FaultEvent =
  | "store-write-failed"
  | "store-read-failed"
  | "store-entry-damaged"
  | "store-commit-failed"
  | "store-change-dropped";

export type ReportFault = (event: FaultEvent, error: unknown) => void;

export const faultText = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** One for each thread; the counters behind it are shared. */
export function faultReporter(shared: SharedState, clock: Clock, logger: Logger): ReportFault {
  const loggedMs = new Map<FaultEvent, number>();
  return (event, error) => {
    const text = faultText(error);
    shared.recordError(`${event}: ${text}`);
    const nowMs = clock.nowMs();
    if (nowMs - (loggedMs.get(event) ?? Number.NEGATIVE_INFINITY) < FAULT_LOG_INTERVAL_MS) return;
    loggedMs.set(event, nowMs);
    logger("error", event, { error: text, errors: shared.errors });
  };
}
