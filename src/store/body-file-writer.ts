/** Writes a body's file, block after block in order, one at a time; it knows how much waits. */
import { close, open, unlink, write } from "node:fs";

export class BodyFileWriter {
  readonly #path: string;
  readonly #onWritten: (bytes: number) => void;
  readonly #onFault: (error: Error) => void;
  readonly #frames: Buffer[] = [];
  #fd: number | null = null;
  #isOpening = false;
  #isWriting = false;
  #isDiscarded = false;
  #onFinished: (() => void) | null = null;

  constructor(path: string, onWritten: (bytes: number) => void, onFault: (error: Error) => void) {
    this.#path = path;
    this.#onWritten = onWritten;
    this.#onFault = onFault;
  }

  /** The frame belongs to the file now. */
  push(frame: Buffer): void {
    this.#frames.push(frame);
    this.#go();
  }

  /** Calls `done` once all is written and the file is closed. */
  finish(done: () => void): void {
    this.#onFinished = done;
    this.#go();
  }

  /** Stops and removes the file. */
  discard(): void {
    if (this.#isDiscarded) return;
    this.#isDiscarded = true;
    this.#frames.length = 0;
    if (!this.#isOpening && !this.#isWriting) this.#remove();
  }

  #go(): void {
    if (this.#isOpening || this.#isWriting || this.#isDiscarded) return;
    if (this.#fd === null) this.#open();
    else if (this.#frames.length > 0) this.#write(this.#fd, this.#frames[0] as Buffer, 0);
    else if (this.#onFinished !== null) this.#close(this.#fd, this.#onFinished);
  }

  #open(): void {
    this.#isOpening = true;
    open(this.#path, "w", 0o600, (error, fd) => {
      this.#isOpening = false;
      if (error === null) this.#fd = fd;
      if (this.#isDiscarded) this.#remove();
      else if (error !== null) this.#onFault(error);
      else this.#go();
    });
  }

  #write(fd: number, frame: Buffer, from: number): void {
    this.#isWriting = true;
    write(fd, frame, from, frame.length - from, null, (error, bytes) => {
      this.#isWriting = false;
      if (this.#isDiscarded) {
        this.#remove();
      } else if (error !== null || bytes === 0) {
        this.#onFault(error ?? new Error("nothing was written"));
      } else if (from + bytes < frame.length) {
        this.#write(fd, frame, from + bytes);
      } else {
        this.#frames.shift();
        this.#onWritten(frame.length);
        this.#go();
      }
    });
  }

  #close(fd: number, done: () => void): void {
    this.#fd = null;
    this.#onFinished = null;
    this.#isWriting = true;
    close(fd, (error) => {
      this.#isWriting = false;
      if (this.#isDiscarded) this.#remove();
      else if (error === null || error === undefined) done();
      else this.#onFault(error);
    });
  }

  #remove(): void {
    const fd = this.#fd;
    this.#fd = null;
    if (fd !== null) close(fd, () => {});
    unlink(this.#path, () => {});
  }
}
