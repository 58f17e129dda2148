/**
 * The reusable buffer of a connection that we made: `onread` of node:net, which was measured faster than
 * streams for bulk data because nothing is allocated for a read.
 */

/** Enough for a connection that says little: 10,000 quiet tunnels must not cost 640 MiB. */
const SMALL_BYTES = 8 * 1024;
/** One read of bulk data; more was not measurably faster. */
const LARGE_BYTES = 64 * 1024;
/** Reads in a row that would have fitted the small buffer before the large one is given back. */
const SMALL_READS_TO_SHRINK = 256;

/** What is called with each read; false stops reading. */
export type ReadSink = (bytes: Buffer) => boolean;

/** The shape that node:net wants. */
export interface OnreadOptions {
  readonly buffer: () => Uint8Array;
  readonly callback: (bytesRead: number, buffer: Uint8Array) => boolean;
}

export class ReadBuffer {
  /** Set once the connection is made; nothing is read before. */
  sink: ReadSink = () => false;
  #buffer = Buffer.allocUnsafeSlow(SMALL_BYTES);
  #smallReads = 0;

  readonly onread: OnreadOptions = {
    // Asked for once at the start and after every read. Bytes that the sink still holds are safe when the
    // buffer is replaced: they keep the old one.
    buffer: () => this.#buffer,
    callback: (bytesRead) => {
      const buffer = this.#buffer;
      if (bytesRead === buffer.length) this.#grow();
      else if (buffer.length > SMALL_BYTES) this.#shrinkWhenQuiet(bytesRead);
      return this.sink(bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead));
    },
  };

  #grow(): void {
    this.#smallReads = 0;
    if (this.#buffer.length < LARGE_BYTES) this.#buffer = Buffer.allocUnsafeSlow(LARGE_BYTES);
  }

  #shrinkWhenQuiet(bytesRead: number): void {
    this.#smallReads = bytesRead < SMALL_BYTES ? this.#smallReads + 1 : 0;
    if (this.#smallReads < SMALL_READS_TO_SHRINK) return;
    this.#smallReads = 0;
    this.#buffer = Buffer.allocUnsafeSlow(SMALL_BYTES);
  }
}
