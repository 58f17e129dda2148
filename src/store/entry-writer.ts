/**
 * A response on its way into the store. Its body gathers in a block; a small one stays there and goes into the
 * index with its head, a larger one goes block by block into a file and leaves memory.
 *
 *   open ── commit ──► closing ── all on disk ──► (the host's) ── or, from any state, failed
 *
 * Readers that follow take from the block that fills, from blocks that wait for the disk, or from the file.
 */
import type { BodyReader, BodySink, CacheKey, EntryWriter } from "#caching/cache-store.ts";
import type { StoredResponse } from "#caching/stored-response.ts";
import { CHECKSUM_BYTES, fileBytesOf, sealBlock } from "./body-blocks.ts";
import { BodyFileWriter } from "./body-file-writer.ts";
import { BodyPump, type BodySource, type Piece } from "./body-source.ts";
import { FileSource } from "./file-source.ts";
import { BLOCK_BYTES, INLINE_BYTES_MAX, WRITE_QUEUE_BYTES_MAX } from "./limits.ts";

const FIRST_BYTES = 8 * 1024;
const WAIT: Piece = { kind: "wait" };

export interface WriterTask {
  readonly key: CacheKey;
  readonly id: number;
  readonly hash: number;
  /** Where it is known. */
  readonly bodyBytes: number | null;
  readonly bodyBytesMax: number;
  readonly path: string;
}

/** What the store does for its writers. */
export interface WriterHost {
  /** Says that so many more bytes of files are on their way; false where the disk's budget has no room. */
  reserve(bytes: number): boolean;
  unreserve(bytes: number): void;
  /** A small body is complete. */
  storeInline(writer: SpoolingWriter, body: Buffer): void;
  /** The source said that a large body is complete; it may be read from the writer. */
  announce(writer: SpoolingWriter): void;
  /** Its file is complete. */
  storeFile(writer: SpoolingWriter): void;
  /** The writer ended without an entry. `error` where something failed. */
  gaveUp(writer: SpoolingWriter, error: Error | null): void;
}

export class SpoolingWriter implements EntryWriter {
  readonly task: WriterTask;
  /** What will be stored: freshened while the body is on its way to the disk. */
  response: StoredResponse;
  onDrain: () => void = () => {};
  readonly #host: WriterHost;
  readonly #followers = new Set<BodyPump>();
  #state: "open" | "closing" | "failed" = "open";
  #total = 0;
  /** The block that fills, with room for its checksum. Bytes once in it never change: readers may have them. */
  #tail: Buffer;
  #tailBytes = 0;
  #tailIndex = 0;
  /** Blocks that wait for the disk, by their place. */
  readonly #waiting = new Map<number, Buffer>();
  #waitingBytes = 0;
  #writtenBlocks = 0;
  #reserved = 0;
  #isFull = false;
  #file: BodyFileWriter | null = null;

  constructor(task: WriterTask, response: StoredResponse, host: WriterHost) {
    this.task = task;
    this.response = response;
    this.#host = host;
    this.#tail = Buffer.allocUnsafeSlow(
      Math.min(task.bodyBytes ?? FIRST_BYTES, BLOCK_BYTES) + CHECKSUM_BYTES,
    );
  }

  get total(): number {
    return this.#total;
  }

  append(bytes: Buffer): boolean {
    if (this.#state !== "open") return true;
    if (this.#total + bytes.length > (this.task.bodyBytes ?? this.task.bodyBytesMax)) {
      this.#fail(this.task.bodyBytes === null ? null : new Error("the body is longer than was said"));
      return true;
    }
    let from = 0;
    while (from < bytes.length && this.#state === "open") {
      if (this.#tailBytes === BLOCK_BYTES) this.#spool(this.#newTail());
      this.#grow(bytes.length - from);
      const count = Math.min(bytes.length - from, this.#tail.length - CHECKSUM_BYTES - this.#tailBytes);
      this.#tail.set(bytes.subarray(from, from + count), this.#tailBytes);
      this.#tailBytes += count;
      this.#total += count;
      from += count;
    }
    this.#wakeFollowers();
    this.#isFull = this.#waitingBytes >= WRITE_QUEUE_BYTES_MAX;
    return !this.#isFull;
  }

  commit(): void {
    if (this.#state !== "open") return;
    if (this.task.bodyBytes !== null && this.task.bodyBytes !== this.#total) {
      this.#fail(new Error("the body is shorter than was said"));
      return;
    }
    this.#state = "closing";
    if (this.#total <= INLINE_BYTES_MAX) {
      this.#host.storeInline(this, this.#tail.subarray(0, this.#total));
    } else {
      // False where the last block finds no room.
      if (!this.#spool(null)) return;
      this.#host.announce(this);
      this.#file?.finish(() => this.#host.storeFile(this));
    }
    this.#wakeFollowers();
  }

  abort(): void {
    if (this.#state === "open") this.#fail(null);
  }

  read(from: number, sink: BodySink): BodyReader {
    return this.readRange(from, Number.POSITIVE_INFINITY, sink);
  }

  readRange(from: number, to: number, sink: BodySink): BodyReader {
    const pump = new BodyPump(from, to, sink);
    this.#followers.add(pump);
    pump.start(this.#source(pump));
    return pump;
  }

  /** Bytes of files that are reserved for it: the index counts them from now on. */
  settle(): void {
    this.#host.unreserve(this.#reserved);
    this.#reserved = 0;
  }

  /** Ends it from outside: the store closes, or the index did not take it. */
  fail(error: Error | null): void {
    if (this.#state !== "failed") this.#fail(error);
  }

  /** Room for more in the block that fills: at once where the length is known, else doubling. */
  #grow(more: number): void {
    const room = this.#tail.length - CHECKSUM_BYTES;
    if (this.#tailBytes < room) return;
    const wanted = Math.max(room * 2, Math.min(room + more, BLOCK_BYTES), FIRST_BYTES);
    const grown = Buffer.allocUnsafeSlow(Math.min(wanted, BLOCK_BYTES) + CHECKSUM_BYTES);
    this.#tail.copy(grown, 0, 0, this.#tailBytes);
    this.#tail = grown;
  }

  #newTail(): Buffer {
    const left = this.task.bodyBytes === null ? BLOCK_BYTES : this.task.bodyBytes - this.#total;
    return Buffer.allocUnsafeSlow(Math.min(left, BLOCK_BYTES) + CHECKSUM_BYTES);
  }

  /** Sends the block that fills to the file; `next` fills then. */
  #spool(next: Buffer | null): boolean {
    const frame = this.#tail.subarray(0, this.#tailBytes + CHECKSUM_BYTES);
    const index = this.#tailIndex;
    if (!this.#host.reserve(frame.length)) {
      this.#fail(new Error("no room on the disk"));
      return false;
    }
    this.#reserved += frame.length;
    sealBlock(frame, this.task.id, index);
    this.#waiting.set(index, frame);
    this.#waitingBytes += frame.length;
    this.#tailIndex += 1;
    this.#tailBytes = 0;
    if (next !== null) this.#tail = next;
    this.#file ??= new BodyFileWriter(
      this.task.path,
      (bytes) => this.#wasWritten(bytes),
      (error) => this.#fail(error),
    );
    this.#file.push(frame);
    return true;
  }

  #wasWritten(bytes: number): void {
    this.#waiting.delete(this.#writtenBlocks);
    this.#writtenBlocks += 1;
    this.#waitingBytes -= bytes;
    this.#wakeFollowers();
    if (!this.#isFull || this.#waitingBytes > WRITE_QUEUE_BYTES_MAX / 2) return;
    this.#isFull = false;
    if (this.#state === "open") this.onDrain();
  }

  #fail(error: Error | null): void {
    const wasFull = this.#isFull;
    this.#state = "failed";
    this.#isFull = false;
    this.#waiting.clear();
    this.#waitingBytes = 0;
    this.#file?.discard();
    this.settle();
    this.#host.gaveUp(this, error);
    this.#wakeFollowers();
    // Who waits for room may go on: its bytes are dropped from now on.
    if (wasFull) queueMicrotask(() => this.onDrain());
  }

  #wakeFollowers(): void {
    for (const pump of this.#followers) pump.wake();
  }

  #source(pump: BodyPump): BodySource {
    let file: FileSource | null = null;
    let fileEnd = 0;
    const closeFile = (): void => {
      file?.close();
      file = null;
    };
    return {
      take: (at) => {
        const index = Math.floor(at / BLOCK_BYTES);
        const isOnDisk = index < this.#writtenBlocks && !(this.#state === "failed");
        if (!isOnDisk) return this.#takeFromMemory(at, index);
        if (file === null || at >= fileEnd) {
          closeFile();
          fileEnd = Math.min(this.#writtenBlocks * BLOCK_BYTES, this.#total);
          file = this.#openFile(fileEnd, pump);
        }
        return file.take(at);
      },
      close: () => {
        this.#followers.delete(pump);
        closeFile();
      },
    };
  }

  #takeFromMemory(at: number, index: number): Piece {
    if (this.#state === "failed") return { kind: "failed", why: "its writer gave up" };
    const frame = this.#waiting.get(index);
    const bytes =
      frame === undefined
        ? this.#tail.subarray(at - index * BLOCK_BYTES, index === this.#tailIndex ? this.#tailBytes : 0)
        : frame.subarray(at - index * BLOCK_BYTES, frame.length - CHECKSUM_BYTES);
    if (bytes.length > 0) return { kind: "bytes", bytes };
    return this.#state === "closing" && at >= this.#total ? { kind: "end" } : WAIT;
  }

  #openFile(end: number, pump: BodyPump): FileSource {
    return new FileSource({
      path: this.task.path,
      id: this.task.id,
      bodyBytes: end,
      to: end,
      wake: () => pump.wake(),
      onFault: (error) => this.#fail(error),
    });
  }

  /** Bytes of the file once it is whole. */
  get fileBytes(): number {
    return fileBytesOf(this.#total);
  }
}
