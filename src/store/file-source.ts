/** A body in its file: a few blocks at a time, one read ahead of the sink, each block checked before it is handed out. */
import { close, open, read } from "node:fs";
import { CHECKSUM_BYTES, FRAME_BYTES, openBlock } from "./body-blocks.ts";
import type { BodySource, Piece } from "./body-source.ts";
import { BLOCK_BYTES, READ_BLOCKS } from "./limits.ts";

const WAIT: Piece = { kind: "wait" };

interface Run {
  /** Place of the first block. */
  readonly first: number;
  readonly blocks: readonly Buffer[];
}

export interface FileSourceOptions {
  readonly path: string;
  readonly id: number;
  readonly bodyBytes: number;
  /** Blocks from byte `to` on are not wanted. */
  readonly to: number;
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
      this.#ready = this.#next;
      this.#next = null;
      block = this.#blockOf(index);
    }
    const ready = this.#ready;
    if (block === undefined) this.#ready = null;
    if (this.#failure === null)
      this.#read(block === undefined || ready === null ? index : ready.first + ready.blocks.length);
    if (block !== undefined) return { kind: "bytes", bytes: block.subarray(at - index * BLOCK_BYTES) };
    return this.#failure === null ? WAIT : { kind: "failed", why: this.#failure };
  }

  close(): void {
    this.#isClosed = true;
    this.#ready = null;
    this.#next = null;
    if (!this.#isBusy) this.#closeFile();
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
    const frames = Buffer.allocUnsafeSlow(bodyBytes + count * CHECKSUM_BYTES);
    this.#fill(fd, frames, first, 0);
  }

  #fill(fd: number, frames: Buffer, first: number, filled: number): void {
    read(fd, frames, filled, frames.length - filled, first * FRAME_BYTES + filled, (error, bytes) => {
      if (this.#isClosed) this.#closeFile();
      else if (error !== null) this.#fail(error);
      else if (bytes === 0) this.#fail(new Error("the file is too short"));
      else if (filled + bytes < frames.length) this.#fill(fd, frames, first, filled + bytes);
      else this.#accept(frames, first);
    });
  }

  #accept(frames: Buffer, first: number): void {
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
    if (this.#ready === null) this.#ready = { first, blocks };
    else this.#next = { first, blocks };
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
