/** What a transaction has as its exchange while another object does the fetching. */
import type { FieldList } from "#http/field-list.ts";
import type { Exchange } from "#transport/exchange.ts";
import type { Fill } from "./fill.ts";

/** The exchange of a transaction that only waits. */
export class Seat implements Exchange {
  readonly #onAbort: () => void;

  constructor(onAbort: () => void) {
    this.#onAbort = onAbort;
  }

  write(): boolean {
    return true;
  }

  end(): void {}

  resume(): void {}

  abort(): void {
    this.#onAbort();
  }
}

/** That of the transaction whose fetch it is. */
export class LeaderSeat implements Exchange {
  readonly #fill: Fill;

  constructor(fill: Fill) {
    this.#fill = fill;
  }

  write(bytes: Buffer): boolean {
    return this.#fill.upstream?.write(bytes) ?? true;
  }

  end(trailers: FieldList | null): void {
    this.#fill.upstream?.end(trailers);
  }

  resume(): void {
    this.#fill.leaderResumed();
  }

  abort(): void {
    this.#fill.leaderGone();
  }
}
