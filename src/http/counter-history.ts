/**
 * Samples of some counters over the last hour, in a ring: how much they grew over a stretch of time that ends
 * now. Times are those of a clock that never goes back, in milliseconds, and come from the caller.
 */
export class CounterHistory {
  readonly #columns: number;
  readonly #samplesMax: number;
  readonly #times: Float64Array;
  readonly #values: Float64Array;
  /** How many samples there have been. */
  #count = 0;

  /** `columns` counters, all 0 at `startMs`; holds `samplesMax` samples. */
  constructor(columns: number, samplesMax: number, startMs: number) {
    this.#columns = columns;
    this.#samplesMax = samplesMax;
    this.#times = new Float64Array(samplesMax);
    this.#values = new Float64Array(samplesMax * columns);
    this.add(startMs, new Array<number>(columns).fill(0));
  }

  /** One more sample; the oldest makes room. */
  add(nowMs: number, values: readonly number[]): void {
    const at = this.#count % this.#samplesMax;
    this.#times[at] = nowMs;
    this.#values.set(values, at * this.#columns);
    this.#count += 1;
  }

  /**
   * How much each counter grew in the last `windowMs`: since the newest sample that is at least as old, or
   * since the oldest one where none is.
   */
  growth(nowMs: number, windowMs: number, values: readonly number[]): readonly number[] {
    const held = Math.min(this.#count, this.#samplesMax);
    let back = 1;
    while (back < held && nowMs - this.#timeOf(back) < windowMs) back += 1;
    const at = this.#placeOf(back) * this.#columns;
    return values.map((value, column) => value - (this.#values[at + column] ?? 0));
  }

  /** The place of the sample that came `back` samples ago; 1 is the newest. */
  #placeOf(back: number): number {
    return (this.#count - back) % this.#samplesMax;
  }

  #timeOf(back: number): number {
    return this.#times[this.#placeOf(back)] ?? 0;
  }
}
