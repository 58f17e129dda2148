/**
 * The worker's end of the access log: lines gather here and leave for the main thread in batches, so
 * that a transaction pays for writing its line into a buffer and not for a message. A batch is handed over
 * with its memory: nobody copies it or turns it into other text on its way to the file.
 */

/** A batch leaves at this size … */
export const BATCH_BYTES_MAX = 256 * 1024;
/** … or when its first line is this old. */
const BATCH_AGE_MS_MAX = 200;
/** Sent and not yet taken: beyond this the main thread is not keeping up, and lines are dropped here. */
export const IN_FLIGHT_BYTES_MAX = 8 * 1024 * 1024;

/** Hands a batch of whole lines on, and its memory with it. */
export type SendBatch = (bytes: Buffer<ArrayBuffer>, lines: number) => void;

interface Latin1Bytes {
  latin1Write(text: string, at: number, length: number): number;
}

export class LogBatch {
  readonly #send: SendBatch;
  readonly #dropped: (lines: number) => void;
  #bytes: Buffer<ArrayBuffer> | null = null;
  #length = 0;
  #lines = 0;
  #inFlight = 0;
  #timer: NodeJS.Timeout | null = null;

  /** `dropped` is told how many lines were lost because too much was in flight. */
  constructor(send: SendBatch, dropped: (lines: number) => void) {
    this.#send = send;
    this.#dropped = dropped;
  }

  /** Adds a line of one-byte characters that ends with a line feed. */
  add(line: string): void {
    if (this.#bytes !== null && this.#length + line.length > this.#bytes.length) this.flush();
    this.#bytes ??= Buffer.allocUnsafeSlow(Math.max(BATCH_BYTES_MAX, line.length));
    (this.#bytes as unknown as Latin1Bytes).latin1Write(line, this.#length, line.length);
    this.#length += line.length;
    this.#lines += 1;
    if (this.#length >= BATCH_BYTES_MAX) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), BATCH_AGE_MS_MAX);
  }

  /** Sends what there is, now. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const bytes = this.#bytes;
    const length = this.#length;
    const lines = this.#lines;
    this.#length = 0;
    this.#lines = 0;
    if (bytes === null || lines === 0) return;
    // What is dropped leaves its buffer for the next lines.
    if (this.#inFlight > 0 && this.#inFlight + length > IN_FLIGHT_BYTES_MAX) {
      this.#dropped(lines);
      return;
    }
    this.#bytes = null;
    this.#inFlight += length;
    this.#send(bytes.subarray(0, length), lines);
  }

  /** The receiver has taken that many bytes of what was sent. */
  taken(bytes: number): void {
    this.#inFlight -= bytes;
  }
}
