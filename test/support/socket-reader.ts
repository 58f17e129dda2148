import type { Duplex } from "node:stream";

/** Reads a socket by lines and lengths, for scripted servers; it pauses the socket while nobody reads. */
export class SocketReader {
  readonly #stream: Duplex;
  #held: Buffer = Buffer.alloc(0);
  #done = false;
  #wake: (() => void) | null = null;
  /** Resolves when the other side has ended, or the connection is gone. */
  readonly ended: Promise<void>;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on("readable", this.#onReadable);
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.#done = true;
        this.#wake?.();
        resolve();
      };
      stream.on("end", end);
      stream.on("close", end);
    });
  }

  readonly #onReadable = (): void => {
    if (this.#wake !== null) this.#wake();
    // The end is only told to somebody who reads up to it.
    else if (this.#stream.readableLength === 0) this.#stream.read(0);
  };

  /** Reads no more: the stream is somebody else's. */
  release(): void {
    this.#stream.off("readable", this.#onReadable);
  }

  /** Up to and with `mark`, as latin1; null when the stream ends before it. */
  async readThrough(mark: string): Promise<string | null> {
    for (;;) {
      const at = this.#held.indexOf(mark, 0, "latin1");
      if (at !== -1) return this.#take(at + mark.length).toString("latin1");
      if (!(await this.#more())) return null;
    }
  }

  /** What there is, at least one byte and at most `bytesMax`; null at the end. */
  async readSome(bytesMax: number): Promise<Buffer | null> {
    if (this.#held.length === 0 && !(await this.#more())) return null;
    return this.#take(Math.min(bytesMax, this.#held.length));
  }

  /** Exactly so many bytes; null when the stream ends before them. */
  async readExactly(bytes: number): Promise<Buffer | null> {
    while (this.#held.length < bytes) if (!(await this.#more())) return null;
    return this.#take(bytes);
  }

  /** What was read and not taken, for whoever goes on with the stream. */
  takeHeld(): Buffer {
    return this.#take(this.#held.length);
  }

  #take(bytes: number): Buffer {
    const taken = this.#held.subarray(0, bytes);
    this.#held = this.#held.subarray(bytes);
    return taken;
  }

  async #more(): Promise<boolean> {
    for (;;) {
      const piece = this.#stream.read() as Buffer | null;
      if (piece !== null) {
        this.#held = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece]);
        return true;
      }
      if (this.#done) return false;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
  }
}
