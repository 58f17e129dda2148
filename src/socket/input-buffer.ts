/**
 * Where a wire reads to. What was read is copied out of the block that all wires of a thread share, for a
 * wire has no way to take back bytes that a handler still holds. A wire that fills it carries bulk data and
 * gets a large buffer of its own, which it hands over without a copy: it is not read into again before the
 * handler lets go of it.
 */
import { BASE, BLOCK, EINTR, INPUT_AT, INPUT_BYTES, lastError, read, readInto } from "./system-calls.ts";

/** One read of bulk data; more was not measurably faster. */
const OWN_BYTES = 64 * 1024;
/** Reads in a row that would have fitted the shared block before the own buffer is given back. */
const SMALL_READS_TO_SHRINK = 256;

export class InputBuffer {
  #own: Buffer | null = null;
  #smallReads = 0;

  /** Bytes that one read may take. */
  get size(): number {
    return this.#own === null ? INPUT_BYTES : OWN_BYTES;
  }

  /** Reads: how many bytes, 0 at the end of the stream, or a negative error. */
  read(fd: number): number {
    for (;;) {
      const own = this.#own;
      const count = own === null ? read(fd, BASE + INPUT_AT, INPUT_BYTES) : readInto(fd, own, OWN_BYTES);
      if (count >= 0) return count;
      const error = lastError();
      if (error !== EINTR) return -error;
    }
  }

  /** The bytes of the read just made. The next read needs the handler's leave. */
  take(length: number): Buffer {
    const own = this.#own;
    if (own === null) {
      const bytes = Buffer.allocUnsafe(length);
      BLOCK.copy(bytes, 0, INPUT_AT, INPUT_AT + length);
      if (length === INPUT_BYTES) this.#grow();
      return bytes;
    }
    this.#smallReads = length < INPUT_BYTES ? this.#smallReads + 1 : 0;
    if (this.#smallReads >= SMALL_READS_TO_SHRINK) this.#own = null;
    return length === OWN_BYTES ? own : own.subarray(0, length);
  }

  #grow(): void {
    this.#own = Buffer.allocUnsafeSlow(OWN_BYTES);
    this.#smallReads = 0;
  }

  /** Gives back the memory that bulk data needed. */
  settle(): void {
    this.#own = null;
  }
}
