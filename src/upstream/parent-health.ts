/** How a parent may be judged; from the settings (`parentPolicy`). */
export interface ParentHealthLimits {
  readonly failuresToDown: number;
  readonly retryAfterMs: number;
}

export type ParentState = "up" | "down" | "trial";

/**
 * Whether a parent is worth a try. Time comes as a parameter, in monotonic milliseconds.
 *
 *   up ──failuresToDown connection failures in a row──▶ down ──retryAfterMs──▶ trial (one request)
 *   ▲                                                    ▲                      │        │
 *   └──────────────── a success ─────────────────────────┼──────────────────────┘        │
 *                                                        └──── a failure, or no news ────┘
 */
export class ParentHealth {
  readonly #limits: ParentHealthLimits;
  #failures = 0;
  #state: ParentState = "up";
  /** When the next trial may begin. */
  #retryAtMs = 0;

  constructor(limits: ParentHealthLimits) {
    this.#limits = limits;
  }

  get state(): ParentState {
    return this.#state;
  }

  /** Connection failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** Whether a request may try it now; when it is down, that request is the trial. */
  tryNow(nowMs: number): boolean {
    if (this.#state === "up") return true;
    if (nowMs < this.#retryAtMs) return false;
    // A trial that is given up without news makes room for the next one after the same time.
    this.#state = "trial";
    this.#retryAtMs = nowMs + this.#limits.retryAfterMs;
    return true;
  }

  /** A connection stands, or an answer came. */
  succeeded(): void {
    this.#failures = 0;
    this.#state = "up";
  }

  /** A connection could not be made. */
  failed(nowMs: number): void {
    this.#failures += 1;
    if (this.#state === "up" && this.#failures < this.#limits.failuresToDown) return;
    this.#state = "down";
    this.#retryAtMs = nowMs + this.#limits.retryAfterMs;
  }
}
