import { Readable } from "node:stream";
import { SECURE_BODY_BYTES_MAX } from "./limits.ts";

/**
 * A request body on its way into undici. The pieces are copied, because undici does not say when it is
 * done with one; how many bytes wait is bounded by the stream's high-water mark.
 */
export class SecureBody extends Readable {
  readonly #onWanted: () => void;
  readonly #onDrain: () => void;
  #wanted = false;
  #blocked = false;

  /** `onWanted` is called once, when undici first asks; `onDrain` when it asks again after a false `add`. */
  constructor(onWanted: () => void, onDrain: () => void) {
    super({ highWaterMark: SECURE_BODY_BYTES_MAX });
    this.#onWanted = onWanted;
    this.#onDrain = onDrain;
  }

  /** Adds a piece. False: wait for the drain. */
  add(bytes: Buffer): boolean {
    if (bytes.length === 0) return true;
    const flowing = this.push(Buffer.from(bytes));
    if (!flowing) this.#blocked = true;
    return flowing;
  }

  /** The body is complete. */
  complete(): void {
    this.push(null);
  }

  override _read(): void {
    if (!this.#wanted) {
      this.#wanted = true;
      this.#onWanted();
    }
    if (!this.#blocked) return;
    this.#blocked = false;
    this.#onDrain();
  }
}
