/**
 * The worker's end of the access log: lines gather here and leave for the main thread in batches, so
 * that a transaction pays for a string concatenation and not for a message.
 */

/** A batch leaves at this size … */
export const BATCH_CHARS_MAX = 64 * 1024;
/** … or when its first line is this old. */
const BATCH_AGE_MS_MAX = 200;
/** Sent and not yet taken: beyond this the main thread is not keeping up, and lines are dropped here. */
export const IN_FLIGHT_CHARS_MAX = 8 * 1024 * 1024;

/** Hands a batch of whole lines on. */
export type SendBatch = (text: string, lines: number) => void;

export class LogBatch {
  readonly #send: SendBatch;
  readonly #dropped: (lines: number) => void;
  #text = "";
  #lines = 0;
  #inFlight = 0;
  #timer: NodeJS.Timeout | null = null;

  /** `dropped` is told how many lines were lost because too much was in flight. */
  constructor(send: SendBatch, dropped: (lines: number) => void) {
    this.#send = send;
    this.#dropped = dropped;
  }

  /** Adds a line that ends with a line feed. */
  add(line: string): void {
    this.#text += line;
    this.#lines += 1;
    if (this.#text.length >= BATCH_CHARS_MAX) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), BATCH_AGE_MS_MAX);
  }

  /** Sends what there is, now. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#lines === 0) return;
    const text = this.#text;
    const lines = this.#lines;
    this.#text = "";
    this.#lines = 0;
    if (this.#inFlight > 0 && this.#inFlight + text.length > IN_FLIGHT_CHARS_MAX) {
      this.#dropped(lines);
      return;
    }
    this.#inFlight += text.length;
    this.#send(text, lines);
  }

  /** The receiver has taken `chars` of what was sent. */
  taken(chars: number): void {
    this.#inFlight -= chars;
  }
}
