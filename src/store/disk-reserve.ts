/** A file that holds nothing but room on the disk, to be given up when the disk is full. */
import { statSync, truncateSync, writeFileSync } from "node:fs";
import { RESERVE_BYTES } from "./limits.ts";

export class DiskReserve {
  readonly #path: string;
  #isFilled = false;

  constructor(folder: string) {
    this.#path = `${folder}/reserve`;
  }

  /** Takes the room, as far as there is any. */
  fill(): void {
    if (this.#isFilled) return;
    this.#isFilled = true;
    try {
      if (statSync(this.#path, { throwIfNoEntry: false })?.size === RESERVE_BYTES) return;
      writeFileSync(this.#path, Buffer.alloc(RESERVE_BYTES, 1), { mode: 0o600 });
    } catch {
      // No room for a reserve: there is none, then, until it is released and filled again.
    }
  }

  /** Gives the room back. */
  release(): void {
    this.#isFilled = false;
    try {
      truncateSync(this.#path, 0);
    } catch {
      // There was none.
    }
  }
}
