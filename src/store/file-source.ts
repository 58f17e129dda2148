/** A body in its file: a few blocks at a time, one read ahead of the sink, each block checked before it is handed out. */
import { close, open, read } from "node:fs";
import { CHECKSUM_BYTES, FRAME_BYTES, openBlock } from "./body-blocks.ts";
import type { BodySource, Piece } from "./body-source.ts";
import { BLOCK_BYTES, READ_BLOCKS } from "./limits.ts";
import type { SpareBuffers } from "./spare-buffers.ts";

const WAIT: Piece = { kind: "wait" };

interface Run {
  /** Place of the first block. */
  readonly first: number;
  readonly blocks: readonly Buffer[];
  readonly buffer: Buffer;
}

/** What is read, and the buffer that it is part of. */
interface Read {
  readonly buffer: Buffer;
  readonly frames: Buffer;
}

export interface FileSourceOptions {
  readonly path: string;
  readonly id: number;
  readonly bodyBytes: number;
  /** Blocks from byte `to` on are not wanted. */
  readonly to: number;
  /** For what is read. */
  readonly spare: SpareBuffers;
  readonly wake: () => void;
  /** The file is missing, unreadable or damaged. Called at most once. */
  readonly onFault: (error: Error) => void;
}

export class FileSource implements BodySource {
  readonly #options: FileSourceOptions;
  readonly #blockEnd: number;
  #fd: number | null = null;
  #isBusy = false;
  #isClosed = false;
  #failure: string | null = null;
  /** What was read and is not yet handed out; the one behind it is read while it is. */
  #ready: Run | null = null;
  #next: Run | null = null;

  constructor(options: FileSourceOptions) {
    this.#options = options;
    this.#blockEnd = Math.ceil(Math.min(options.to, options.bodyBytes) / BLOCK_BYTES);
  }

  take(at: number): Piece {
    if (at >= this.#options.bodyBytes) return { kind: "end" };
    const index = Math.floor(at / BLOCK_BYTES);
    let block = this.#blockOf(index);
    if (block === undefined && this.#next !== null) {
      this.#release(this.#ready);
      this.#ready = this.#next;
      this.#next = null;
      block = this.#blockOf(index);
    }
    const ready = this.#ready;
    if (block === undefined) {
      this.#release(ready);
      this.#ready = null;
    }
    if (this.#failure === null)
      this.#read(block === undefined || ready === null ? index : ready.first + ready.blocks.length);
    if (block !== undefined) return { kind: "bytes", bytes: block.subarray(at - index * BLOCK_BYTES) };
    return this.#failure === null ? WAIT : { kind: "failed", why: this.#failure };
  }

  close(isReleased: boolean): void {
    this.#isClosed = true;
    if (isReleased) this.#release(this.#ready);
    this.#release(this.#next);
    this.#ready = null;
    this.#next = null;
    if (!this.#isBusy) this.#closeFile();
  }

  #release(run: Run | null): void {
    if (run !== null) this.#options.spare.giveBack(run.buffer);
  }

  #blockOf(index: number): Buffer | undefined {
    return this.#ready === null ? undefined : this.#ready.blocks[index - this.#ready.first];
  }

  #read(first: number): void {
    if (this.#isBusy || this.#isClosed || this.#next !== null || first >= this.#blockEnd) return;
    this.#isBusy = true;
    if (this.#fd !== null) {
      this.#readBlocks(this.#fd, first);
      return;
    }
    open(this.#options.path, "r", (error, fd) => {
      if (error !== null) {
        this.#fail(error);
        return;
      }
      this.#fd = fd;
      if (this.#isClosed) this.#closeFile();
      else this.#readBlocks(fd, first);
    });
  }

  #readBlocks(fd: number, first: number): void {
    const count = Math.min(READ_BLOCKS, this.#blockEnd - first);
    const bodyBytes = Math.min(count * BLOCK_BYTES, this.#options.bodyBytes - first * BLOCK_BYTES);
    const buffer = this.#options.spare.take(bodyBytes + count * CHECKSUM_BYTES);
    const frames = buffer.subarray(0, bodyBytes + count * CHECKSUM_BYTES);
    this.#fill(fd, { buffer, frames }, first, 0);
  }

  #fill(fd: number, into: Read, first: number, filled: number): void {
    const { frames } = into;
    read(fd, frames, filled, frames.length - filled, first * FRAME_BYTES + filled, (error, bytes) => {
      if (this.#isClosed) this.#closeFile();
      else if (error !== null) this.#fail(error);
      else if (bytes === 0) this.#fail(new Error("the file is too short"));
      else if (filled + bytes < frames.length) this.#fill(fd, into, first, filled + bytes);
      else this.#accept(into, first);
    });
  }

  #accept({ buffer, frames }: Read, first: number): void {
    const blocks: Buffer[] = [];
    for (let at = 0; at < frames.length; at += FRAME_BYTES) {
      const frame = frames.subarray(at, at + FRAME_BYTES);
      const block = openBlock(frame, this.#options.id, first + blocks.length);
      if (block === null) {
        this.#fail(new Error(`block ${first + blocks.length} is damaged`));
        return;
      }
      blocks.push(block);
    }
    this.#isBusy = false;
    const run = { first, blocks, buffer };
    if (this.#ready === null) this.#ready = run;
    else this.#next = run;
    this.#options.wake();
  }

  #fail(error: Error): void {
    this.#isBusy = false;
    this.#failure = error.message;
    this.#closeFile();
    if (this.#isClosed) return;
    this.#options.onFault(error);
    this.#options.wake();
  }

  #closeFile(): void {
    this.#isBusy = false;
    const fd = this.#fd;
    this.#fd = null;
    if (fd !== null) close(fd, () => {});
  }
}
