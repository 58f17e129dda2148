import { assert } from "#base/assert.ts";

export const NO_BYTES: Buffer = Buffer.alloc(0);

/**
 * The bytes that were pushed and are not consumed yet. The fields are open because the parsers' loops
 * live on them: `at` only grows, up to `end`.
 */
export class InputWindow {
  bytes: Buffer = NO_BYTES;
  at = 0;
  end = 0;

  /** Takes the next piece. The one before must be consumed: a parser asks with `needMore`. */
  push(bytes: Buffer): void {
    assert(this.at === this.end, "bytes are pushed only after needMore");
    this.bytes = bytes;
    this.at = 0;
    this.end = bytes.length;
  }

  /** Lets go of a consumed piece, so that an idle parser holds nobody's buffer. */
  release(): void {
    this.bytes = NO_BYTES;
    this.at = 0;
    this.end = 0;
  }

  /** The next `bytesMax` bytes at most, as a view of what was pushed. */
  take(bytesMax: number): Buffer {
    const from = this.at;
    this.at = Math.min(this.end, from + bytesMax);
    return this.bytes.subarray(from, this.at);
  }

  /** All that is left, copied, because it outlives the piece that it came in. */
  takeRest(): Buffer {
    const rest = this.at === this.end ? NO_BYTES : Buffer.from(this.bytes.subarray(this.at, this.end));
    this.release();
    return rest;
  }
}
