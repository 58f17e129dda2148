import { CLOSE_REASON_CODES, CLOSE_REASONS, type CloseReason } from "./close-reason.ts";

interface CounterRow {
  /** "counter" only grows; "gauge" is the value now. */
  readonly type: "counter" | "gauge";
  readonly help: string;
}

const counter = (help: string): CounterRow => ({ type: "counter", help });
const gauge = (help: string): CounterRow => ({ type: "gauge", help });

/** What a worker counts, beside one counter for each close reason. A new counter is a new row. */
export const COUNTERS = {
  client_connections: counter("Client connections accepted"),
  client_connections_open: gauge("Client connections open now"),
  transactions: counter("Transactions ended, tunnels included"),
  transactions_open: gauge("Transactions under way now, tunnels included"),
  tunnels: counter("Tunnels opened"),
  tunnels_open: gauge("Tunnels open now"),
  client_bytes_received: counter("Bytes received from clients"),
  client_bytes_sent: counter("Bytes sent to clients"),
  upstream_connections: counter("Connections made to origins and parents"),
  upstream_connections_open: gauge("Connections to origins and parents open now"),
  upstream_connections_reused: counter("Transactions that used a kept connection"),
  cache_hits: counter("Requests answered from the store without asking the origin"),
  cache_hits_memory: counter("Hits whose body was in the worker's memory"),
  cache_hits_stale: counter("Hits that were stale, as the client, the response or a failing origin allowed"),
  cache_hits_collapsed: counter("Requests answered along with another one that was fetching the same"),
  cache_revalidated: counter("Requests answered from the store after the origin validated it"),
  cache_misses: counter("Requests that could be answered from the store and had to go to the origin"),
  cache_bytes_saved: counter("Bytes sent to clients that did not come from the origin"),
  cache_stores: counter("Responses that were stored"),
  cache_stores_refused: counter("Responses that the store did not take"),
  cache_invalidations: counter("Stored responses invalidated by a request that changed something"),
  cache_background_fetches: counter("Validations and fills that no client waited for"),
  log_lines: counter("Access log lines written"),
  log_lines_dropped: counter("Access log lines dropped because the disk was slow or full"),
} as const satisfies Record<string, CounterRow>;

export type CounterName = keyof typeof COUNTERS;

const NAMES = Object.keys(COUNTERS) as readonly CounterName[];
const INDEX = new Map<string, number>([...NAMES, ...CLOSE_REASON_CODES].map((name, index) => [name, index]));

/** Where a counter is, for what is counted with every transaction. */
export const counterPlace = (name: CounterName): number => INDEX.get(name) as number;

const REGION_WORDS = NAMES.length + CLOSE_REASON_CODES.length;

/** Bytes of shared memory that one worker's counters need. */
export const COUNTERS_BYTES = REGION_WORDS * Float64Array.BYTES_PER_ELEMENT;

/**
 * The counters of one worker, in memory that the supervisor reads while the worker writes. One writer,
 * so plain stores are enough; a reader may see a value that is a moment old.
 */
export class Counters {
  readonly #values: Float64Array;

  /** `region` is the worker's number where the memory holds those of several. */
  constructor(memory: SharedArrayBuffer, region = 0) {
    this.#values = new Float64Array(memory, region * COUNTERS_BYTES, REGION_WORDS);
  }

  /** Adds to a counter or a gauge; `amount` may be negative for a gauge. */
  add(name: CounterName, amount = 1): void {
    const index = INDEX.get(name) as number;
    this.#values[index] = (this.#values[index] as number) + amount;
  }

  /** As `add`, for a place that was looked up before. */
  addAt(place: number, amount: number): void {
    this.#values[place] = (this.#values[place] as number) + amount;
  }

  /** Counts one end for that reason. */
  countClose(reason: CloseReason): void {
    const index = INDEX.get(reason) as number;
    this.#values[index] = (this.#values[index] as number) + 1;
  }

  /** The value now. */
  value(name: CounterName | CloseReason): number {
    return this.#values[INDEX.get(name) as number] as number;
  }

  /** All values by name, close reasons as `close_<code with underscores>`. */
  snapshot(): Record<string, number> {
    const all: Record<string, number> = {};
    for (const name of NAMES) all[name] = this.value(name);
    for (const code of CLOSE_REASON_CODES) all[closeCounterName(code)] = this.value(code);
    return all;
  }
}

/** The sums over all regions of the memory, by the names of `snapshot`. */
export function sumCounters(memory: SharedArrayBuffer): Record<string, number> {
  const sums = new SharedArrayBuffer(COUNTERS_BYTES);
  const totals = new Float64Array(sums);
  const values = new Float64Array(memory);
  for (let at = 0; at < values.length; at += 1) {
    const word = at % REGION_WORDS;
    totals[word] = (totals[word] as number) + (values[at] as number);
  }
  return new Counters(sums).snapshot();
}

/** The counter's name for a close reason, such as `close_client_idle`. */
const closeCounterName = (code: CloseReason): string => `close_${code.replaceAll("-", "_")}`;

/** The help text of any counter name that `snapshot` returns, with its type. */
export function describeCounter(name: string): CounterRow | undefined {
  if (name in COUNTERS) return COUNTERS[name as CounterName];
  const code = CLOSE_REASON_CODES.find((candidate) => closeCounterName(candidate) === name);
  return code === undefined ? undefined : counter(`Ends because: ${CLOSE_REASONS[code].text}`);
}
