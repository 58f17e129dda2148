/** How slowly a body may flow. */
export interface PaceLimits {
  readonly bodyRateBytesPerSecondMin: number;
  readonly bodyRateGraceMs: number;
}

export type PaceSide = "request" | "answer";

/**
 * Judges the minimum rate of a body over windows of `bodyRateGraceMs`: a client that sends or takes
 * fewer bytes in a whole window than the rate allows holds memory and connections for nothing.
 * Only time during which we wait for the client counts; `rest` starts a new window.
 */
export class BodyPace {
  readonly #bytesPerWindow: number;
  readonly #windowMs: number;
  #side: PaceSide | null = null;
  #sinceMs: number;
  #sinceBytes = 0;

  constructor(limits: PaceLimits, nowMs: number) {
    this.#windowMs = limits.bodyRateGraceMs;
    this.#bytesPerWindow = (limits.bodyRateBytesPerSecondMin * limits.bodyRateGraceMs) / 1_000;
    this.#sinceMs = nowMs;
  }

  /** Nobody waits for the client now. */
  rest(nowMs: number): void {
    this.#side = null;
    this.#sinceMs = nowMs;
  }

  /** `bytes` is the running total of that side. True when a whole window was too slow. */
  tooSlow(side: PaceSide, bytes: number, nowMs: number): boolean {
    if (this.#bytesPerWindow === 0) return false;
    if (this.#side !== side) {
      this.#side = side;
      this.#sinceMs = nowMs;
      this.#sinceBytes = bytes;
      return false;
    }
    if (nowMs - this.#sinceMs < this.#windowMs) return false;
    if (bytes - this.#sinceBytes < this.#bytesPerWindow) return true;
    this.#sinceMs = nowMs;
    this.#sinceBytes = bytes;
    return false;
  }
}
