/** Whether the store has failed of late, for the status. */
import type { UnitAlert } from "#control/contract.ts";
import { CounterHistory } from "#http/counter-history.ts";
import { SAMPLE_INTERVAL_MS } from "./hit-ratios.ts";

/** How long after the last error the alert stands. */
const ALERT_MS = 3_600_000;
const SAMPLES_MAX = ALERT_MS / SAMPLE_INTERVAL_MS + 2;

export class StoreAlert {
  readonly #errors: CounterHistory;

  constructor(startMs: number) {
    this.#errors = new CounterHistory(1, SAMPLES_MAX, startMs);
  }

  /** The store has had so many errors since its start. */
  sample(nowMs: number, errors: number): void {
    this.#errors.add(nowMs, [errors]);
  }

  /** Null: nothing within the last hour. */
  read(nowMs: number, errors: number, lastError: string | null): UnitAlert | null {
    const [recent = 0] = this.#errors.growth(nowMs, ALERT_MS, [errors]);
    if (recent === 0) return null;
    const count = recent === 1 ? "1 error" : `${recent} errors`;
    const last = lastError ?? "unknown";
    return {
      code: "cache-store-errors",
      message: `the cache's store had ${count} within the last hour, each a miss for somebody; the last: ${last}`,
      parameters: { errors: recent, last },
    };
  }
}
