import type { BodyReader, BodySink, CacheStore, StoredEntry } from "#caching/cache-store.ts";
import type { Exchange, ExchangeHandler } from "#transport/exchange.ts";

/** A run of a stored body, after a text of ours (the head of a part of a multipart body). */
export interface StoredRun {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/**
 * A body from the store on its way to a client, in the place of an exchange: the transaction takes and
 * resumes it as it does an origin's.
 */
export class StoredBody implements Exchange, BodySink {
  readonly #store: CacheStore;
  readonly #entry: StoredEntry;
  readonly #runs: readonly StoredRun[];
  readonly #handler: Pick<ExchangeHandler, "onBody" | "onEnd" | "onError">;
  #next = 0;
  #reader: BodyReader | null = null;
  #bytes = 0;
  #over = false;

  constructor(
    store: CacheStore,
    entry: StoredEntry,
    runs: readonly StoredRun[],
    handler: Pick<ExchangeHandler, "onBody" | "onEnd" | "onError">,
  ) {
    this.#store = store;
    this.#entry = entry;
    this.#runs = runs;
    this.#handler = handler;
  }

  /** Begins; the first callback comes later. The last run may be empty: a text that ends the body. */
  start(): void {
    const run = this.#runs[this.#next];
    if (run === undefined) {
      this.#over = true;
      this.#handler.onEnd(null);
      return;
    }
    this.#next += 1;
    this.#bytes = run.to - run.from;
    // The text is a buffer of its own: whoever holds it needs no resume from here.
    if (run.text !== "") this.#handler.onBody(Buffer.from(run.text, "latin1"));
    if (this.#over) return;
    if (this.#bytes === 0) this.start();
    else this.#reader = this.#store.read(this.#entry, run.from, run.to, this);
  }

  onBody(bytes: Buffer): boolean {
    this.#bytes -= bytes.length;
    return this.#handler.onBody(bytes);
  }

  onEnd(): void {
    this.#reader = null;
    if (this.#over) return;
    if (this.#bytes === 0) this.start();
    else this.onError("fewer bytes than stored");
  }

  onError(why: string): void {
    this.#reader = null;
    if (this.#over) return;
    this.#over = true;
    this.#handler.onError("store-failed", why);
  }

  resume(): void {
    this.#reader?.resume();
  }

  abort(): void {
    this.#over = true;
    this.#reader?.abort();
    this.#reader = null;
  }

  /** The request has no body. */
  write(): boolean {
    return true;
  }

  end(): void {}
}
