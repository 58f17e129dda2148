/**
 * Buffers of small bodies, to be filled again. Most bodies are stored and not asked for before they are
 * committed: with a buffer of its own for each, collecting these would cost more than storing them.
 */
import { SPARE_BODIES_MAX, SPARE_BODY_BYTES } from "./limits.ts";

export class SpareBodies {
  readonly #spare: Buffer[] = [];

  /** A buffer with room for so many bytes. */
  take(bytes: number): Buffer {
    if (bytes > SPARE_BODY_BYTES || bytes * 8 < SPARE_BODY_BYTES) return Buffer.allocUnsafeSlow(bytes);
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(SPARE_BODY_BYTES);
  }

  /** Gives it back. The caller knows that nobody else has it, or a part of it. */
  giveBack(buffer: Buffer): void {
    if (buffer.length === SPARE_BODY_BYTES && this.#spare.length < SPARE_BODIES_MAX) this.#spare.push(buffer);
  }
}
