/** Time as a parameter: the pure layers never read a clock by themselves. */
export interface Clock {
  /** Monotonic milliseconds, with fractions; only differences mean anything. */
  readonly nowMs: () => number;
  /** Wall-clock milliseconds since the Unix epoch; it may jump. */
  readonly wallMs: () => number;
}
