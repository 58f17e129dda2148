/** New lines of a growing file, read on a timer; a file that is rotated or cut short is followed. */
import { type FileHandle, open, stat } from "node:fs/promises";

const POLL_MS = 500;
/** What is read at one time; more is passed over and counted, so that a busy proxy costs a bounded share. */
const BYTES_PER_POLL_MAX = 1024 * 1024;
const LINE_FEED = 0x0a;

export interface TailNews {
  readonly lines: readonly Buffer[];
  /** Bytes that were passed over. */
  readonly skippedBytes: number;
}

export class LogTail implements Disposable {
  readonly #path: () => string | null;
  readonly #onNews: (news: TailNews) => void;
  readonly #timer: NodeJS.Timeout;
  #inode = 0;
  #position = -1;
  #rest: Buffer = Buffer.alloc(0);
  #isBusy = false;

  /** Begins at the end of the file as it is now. */
  constructor(path: () => string | null, onNews: (news: TailNews) => void) {
    this.#path = path;
    this.#onNews = onNews;
    this.#timer = setInterval(() => void this.#poll(), POLL_MS);
    this.#timer.unref();
    void this.#poll();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #poll(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      const path = this.#path();
      if (path !== null) await this.#read(path);
    } catch {
      // It comes back, or the log is off: the next turn looks again.
    } finally {
      this.#isBusy = false;
    }
  }

  async #read(path: string): Promise<void> {
    const { ino, size } = await stat(path);
    if (this.#position < 0) {
      this.#inode = ino;
      this.#position = size;
      return;
    }
    if (ino !== this.#inode || size < this.#position) {
      this.#inode = ino;
      this.#position = 0;
      this.#rest = Buffer.alloc(0);
    }
    if (size === this.#position) return;
    const skippedBytes = Math.max(0, size - this.#position - BYTES_PER_POLL_MAX);
    if (skippedBytes > 0) this.#rest = Buffer.alloc(0);
    await using file = await open(path, "r");
    const bytes = await readRange(file, this.#position + skippedBytes, size);
    this.#position = size;
    this.#take(bytes, skippedBytes);
  }

  #take(bytes: Buffer, skippedBytes: number): void {
    const lines: Buffer[] = [];
    const all = Buffer.concat([this.#rest, bytes]);
    // After a gap the first line is most likely the rest of one.
    let from = skippedBytes > 0 ? all.indexOf(LINE_FEED) + 1 : 0;
    for (let feed = all.indexOf(LINE_FEED, from); feed >= 0; feed = all.indexOf(LINE_FEED, from)) {
      if (feed > from) lines.push(all.subarray(from, feed));
      from = feed + 1;
    }
    this.#rest = Buffer.from(all.subarray(from)).subarray(0, BYTES_PER_POLL_MAX);
    if (lines.length > 0 || skippedBytes > 0) this.#onNews({ lines, skippedBytes });
  }
}

async function readRange(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(to - from);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
  return buffer.subarray(0, bytesRead);
}
