/**
 * Buffers of one size, to be filled again. Most bodies are stored and not asked for before they are committed,
 * and what is read from a file is sent at once: with new buffers for each, collecting the old ones would cost
 * more than storing and reading.
 */
export class SpareBuffers {
  readonly #bytes: number;
  readonly #countMax: number;
  readonly #spare: Buffer[] = [];

  /** Keeps up to `countMax` of `bytes` each. */
  constructor(bytes: number, countMax: number) {
    this.#bytes = bytes;
    this.#countMax = countMax;
  }

  /** A buffer with room for so many bytes: not much more, unless it is a spare one. */
  take(bytes: number): Buffer {
    if (bytes > this.#bytes || bytes * 8 < this.#bytes) return Buffer.allocUnsafeSlow(bytes);
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.#bytes);
  }

  /** Gives it back. The caller knows that nobody else has it, or a part of it. */
  giveBack(buffer: Buffer): void {
    if (buffer.length === this.#bytes && this.#spare.length < this.#countMax) this.#spare.push(buffer);
  }
}
