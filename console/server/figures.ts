/**
 * Figures over time: read once a second, kept as an hour of 5 s, a day of minutes and a month of hours. Rates are
 * differences of the unit's counters, so that a second that was missed is not lost.
 */
import { SERIES } from "#console/contract/host.ts";
import { CLOSE_REASONS } from "#http/close-reason.ts";

export type SeriesName = (typeof SERIES)[number];
export type Sample = Readonly<Record<SeriesName, number | null>>;

interface Span {
  readonly stepMs: number;
  readonly steps: number;
}

export const SPANS = {
  hour: { stepMs: 5_000, steps: 720 },
  day: { stepMs: 60_000, steps: 1_440 },
  month: { stepMs: 3_600_000, steps: 744 },
} as const satisfies Readonly<Record<string, Span>>;

export type SpanName = keyof typeof SPANS;

/** Means of one series by step, in a ring. */
class Ring {
  readonly #span: Span;
  readonly #sums: Float64Array;
  readonly #counts: Uint32Array;
  #lastStep = -1;

  constructor(span: Span) {
    this.#span = span;
    this.#sums = new Float64Array(span.steps);
    this.#counts = new Uint32Array(span.steps);
  }

  add(wallMs: number, value: number | null): void {
    const step = Math.floor(wallMs / this.#span.stepMs);
    if (this.#lastStep < 0 || step < this.#lastStep - this.#span.steps) this.#lastStep = step - 1;
    // Steps that nobody measured stay empty; a clock that went back adds to what is there.
    for (let next = Math.max(this.#lastStep + 1, step - this.#span.steps + 1); next <= step; next += 1) {
      this.#sums[next % this.#span.steps] = 0;
      this.#counts[next % this.#span.steps] = 0;
    }
    this.#lastStep = Math.max(this.#lastStep, step);
    if (value === null) return;
    const at = step % this.#span.steps;
    this.#sums[at] = (this.#sums[at] ?? 0) + value;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  values(lastStep: number): readonly (number | null)[] {
    return Array.from({ length: this.#span.steps }, (_, index) => {
      const step = lastStep - this.#span.steps + 1 + index;
      if (step > this.#lastStep || step <= this.#lastStep - this.#span.steps) return null;
      const at = ((step % this.#span.steps) + this.#span.steps) % this.#span.steps;
      const count = this.#counts[at] ?? 0;
      return count === 0 ? null : (this.#sums[at] ?? 0) / count;
    });
  }
}

export class Figures {
  readonly #rings = new Map<string, Ring>();
  #latest: Sample | null = null;

  constructor() {
    for (const name of SERIES)
      for (const span of Object.keys(SPANS) as SpanName[])
        this.#rings.set(`${span} ${name}`, new Ring(SPANS[span]));
  }

  get latest(): Sample | null {
    return this.#latest;
  }

  add(wallMs: number, sample: Sample): void {
    this.#latest = sample;
    for (const name of SERIES)
      for (const span of Object.keys(SPANS) as SpanName[])
        this.#rings.get(`${span} ${name}`)?.add(wallMs, sample[name]);
  }

  /** All steps of a span that end now, the oldest first. */
  read(
    span: SpanName,
    names: readonly SeriesName[],
    wallMs: number,
  ): { readonly fromMs: number; readonly series: { name: SeriesName; values: (number | null)[] }[] } {
    const { stepMs, steps } = SPANS[span];
    const lastStep = Math.floor(wallMs / stepMs);
    return {
      fromMs: (lastStep - steps + 1) * stepMs,
      series: names.map((name) => ({
        name,
        values: [...(this.#rings.get(`${span} ${name}`)?.values(lastStep) ?? [])],
      })),
    };
  }
}

/** The counters of ends that are failures. */
export const FAILURES: readonly string[] = Object.entries(CLOSE_REASONS)
  .filter(([, { isError }]) => isError)
  .map(([code]) => `close_${code.replaceAll("-", "_")}`);

type Counts = Readonly<Record<string, number>>;

/** Per-second rates between two readings of the unit's counters, and its gauges. */
export function rates(
  before: { readonly counters: Counts; readonly atMs: number } | null,
  now: { readonly counters: Counts; readonly atMs: number },
): Pick<
  Sample,
  "requests" | "hits" | "receivedBytes" | "sentBytes" | "savedBytes" | "errors" | "connections" | "tunnels"
> {
  const seconds = before === null ? 0 : (now.atMs - before.atMs) / 1_000;
  const rate = (...names: readonly string[]): number | null => {
    if (before === null || seconds <= 0) return null;
    const sum = (counters: Counts): number => names.reduce((total, name) => total + (counters[name] ?? 0), 0);
    const difference = sum(now.counters) - sum(before.counters);
    // The unit was started again: its counters began anew.
    return difference < 0 ? null : difference / seconds;
  };
  const gauge = (name: string): number | null => now.counters[name] ?? null;
  return {
    requests: rate("transactions"),
    hits: rate("cache_hits"),
    receivedBytes: rate("client_bytes_received"),
    sentBytes: rate("client_bytes_sent"),
    savedBytes: rate("cache_bytes_saved"),
    errors: rate(...FAILURES),
    connections: gauge("client_connections_open"),
    tunnels: gauge("tunnels_open"),
  };
}
