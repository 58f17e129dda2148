/**
 * Where a wire reads to. What was read is copied out of the block that all wires of a thread share into a
 * buffer that they share too, and that is given away when a handler goes on holding it. So nothing is
 * allocated for what is dealt with at once, which is nearly all. A wire that fills the block again and again
 * carries bulk data and gets a large buffer of its own, which it hands over without a copy: it is not read
 * into again before the handler lets go of it.
 */
import { BASE, BLOCK, EINTR, INPUT_AT, INPUT_BYTES, lastError, read, readInto } from "./system-calls.ts";

/** One read of bulk data; more was not measurably faster. */
const OWN_BYTES = 64 * 1024;
/** What is not longer is handed out in a buffer of this size: a handler may hold it for long. */
const SHORT_BYTES = 16 * 1024;
/** Reads in a row that filled the shared block before a wire gets a buffer of its own: most bodies are shorter. */
const FULL_READS_TO_GROW = 2;
/** Reads in a row that would have fitted the shared block before the own buffer is given back. */
const SMALL_READS_TO_SHRINK = 256;

let shared = Buffer.allocUnsafeSlow(INPUT_BYTES);
let sharedShort = Buffer.allocUnsafeSlow(SHORT_BYTES);
/** Views of its first bytes by their number, for the lengths that come again and again: heads. */
let views: (Buffer | undefined)[] = [];
const VIEWS_MAX = 1024;
/** What of them a handler has now. */
let handedOut: Buffer | null = null;

function sharedBytes(length: number): Buffer {
  if (length > SHORT_BYTES) return shared.subarray(0, length);
  if (length >= VIEWS_MAX) return sharedShort.subarray(0, length);
  const known = views[length];
  if (known !== undefined) return known;
  const view = sharedShort.subarray(0, length);
  views[length] = view;
  return view;
}

function copyOfInput(length: number): Buffer {
  // A read within the handling of another one gets bytes of its own.
  const bytes = handedOut === null ? sharedBytes(length) : Buffer.allocUnsafe(length);
  handedOut ??= bytes;
  BLOCK.copy(bytes, 0, INPUT_AT, INPUT_AT + length);
  return bytes;
}

export class InputBuffer {
  #own: Buffer | null = null;
  #fullReads = 0;
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

  /** The bytes of the read just made, until `handled`. The next read needs the handler's leave. */
  take(length: number): Buffer {
    const own = this.#own;
    if (own === null) {
      const bytes = copyOfInput(length);
      this.#fullReads = length === INPUT_BYTES ? this.#fullReads + 1 : 0;
      if (this.#fullReads === FULL_READS_TO_GROW) this.#grow();
      return bytes;
    }
    this.#smallReads = length < INPUT_BYTES ? this.#smallReads + 1 : 0;
    if (this.#smallReads >= SMALL_READS_TO_SHRINK) this.#own = null;
    return length === OWN_BYTES ? own : own.subarray(0, length);
  }

  /** The handler has returned; `isHeld`: it goes on holding the bytes. */
  handled(bytes: Buffer, isHeld: boolean): void {
    if (bytes !== handedOut) return;
    handedOut = null;
    if (!isHeld) return;
    if (bytes.length > SHORT_BYTES) shared = Buffer.allocUnsafeSlow(INPUT_BYTES);
    else {
      sharedShort = Buffer.allocUnsafeSlow(SHORT_BYTES);
      views = [];
    }
  }

  #grow(): void {
    this.#own = Buffer.allocUnsafeSlow(OWN_BYTES);
    this.#fullReads = 0;
    this.#smallReads = 0;
  }

  /** Gives back the memory that bulk data needed. */
  settle(): void {
    this.#own = null;
    this.#fullReads = 0;
  }
}
