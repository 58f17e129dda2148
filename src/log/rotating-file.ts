/**
 * A log file that the proxy never waits for. Batches of whole lines queue up to a bound and are appended
 * in order, one write in flight. What does not fit the queue is dropped as whole lines, counted and
 * reported. A failing disk keeps the queue: a torn line is taken back, or finished when that fails too,
 * and the write is tried again until it works.
 */
import { basename, dirname, join } from "node:path";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { LogFile, LogFs } from "./log-fs.ts";
import { localDay, namesToRemove, rotatedName } from "./rotated-name.ts";

/** Between two tries on a disk that fails. */
const RETRY_DELAY_MS = 1_000;
/** Between two tries to rotate where that fails; lines go on into the old file. */
const ROTATE_RETRY_MS = 60_000;
/** While lines are dropped it is said again this often. */
const DROP_REPORT_MS = 60_000;
/** What `close` waits for a disk that does not answer. */
const CLOSE_TIMEOUT_MS = 5_000;

export interface RotatingFileSettings {
  /** Absolute. */
  readonly path: string;
  /** 0 never rotates by size. */
  readonly rotateBytes: number;
  readonly rotateDaily: boolean;
  /** How many rotated files stay. */
  readonly keep: number;
  /** Lines that wait; a single batch is taken whatever its size when nothing waits. */
  readonly bufferBytesMax: number;
}

export interface RotatingFileDeps {
  readonly fs: LogFs;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of every line that reached the file, and of every one that was lost. */
  readonly onWritten: (lines: number) => void;
  readonly onDropped: (lines: number) => void;
}

export interface RotatingFileStatus {
  readonly file: string;
  readonly queuedBytes: number;
  readonly writtenLines: number;
  readonly droppedLines: number;
  /** Why the last write failed, until one works again. */
  readonly fault: string | null;
}

interface Batch {
  bytes: Buffer;
  lines: number;
}

const LINE_FEED = 0x0a;

const codeOf = (error: unknown): string =>
  error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) lines += 1;
  return lines;
}

export class RotatingFile {
  readonly #deps: RotatingFileDeps;
  #settings: RotatingFileSettings;
  readonly #queue: Batch[] = [];
  #queuedBytes = 0;
  #writtenLines = 0;
  #droppedLines = 0;
  #fault: string | null = null;

  #file: LogFile | null = null;
  #fileBytes = 0;
  #isRegular = true;
  #lastWriteWallMs = 0;
  /** The file ends within the first line of the queue: that line is finished before anything else. */
  #isTorn = false;
  #mustReopen = false;
  #rotateNotBeforeMs = 0;

  #running: Promise<void> | null = null;
  #isClosing = false;
  #wake: (() => void) | null = null;
  /** When the loss of lines was last reported; null while none is lost. */
  #dropping: { readonly reportedAtMs: number } | null = null;

  constructor(settings: RotatingFileSettings, deps: RotatingFileDeps) {
    this.#settings = settings;
    this.#deps = deps;
  }

  get status(): RotatingFileStatus {
    return {
      file: this.#settings.path,
      queuedBytes: this.#queuedBytes,
      writtenLines: this.#writtenLines,
      droppedLines: this.#droppedLines,
      fault: this.#fault,
    };
  }

  /** Opens the file now, so that a wrong path is known at the start; the error is the system's code. */
  async open(): Promise<Outcome<null, string>> {
    try {
      await this.#openFile();
      return success(null);
    } catch (error) {
      return failure(codeOf(error));
    }
  }

  /** Queues whole lines of ASCII. False: they were dropped. */
  append(text: Buffer | string, lines: number): boolean {
    const fits = this.#queuedBytes === 0 || this.#queuedBytes + text.length <= this.#settings.bufferBytesMax;
    if (!fits || this.#isClosing) {
      this.#drop(lines);
      return false;
    }
    this.#queue.push({ bytes: typeof text === "string" ? Buffer.from(text, "latin1") : text, lines });
    this.#queuedBytes += text.length;
    this.#kick();
    return true;
  }

  /** Uses other settings from the next line on. */
  configure(settings: RotatingFileSettings): void {
    if (settings.path !== this.#settings.path) this.#mustReopen = true;
    this.#settings = settings;
    this.#kick();
  }

  /** Opens the path anew: somebody else has moved the file away. */
  reopen(): void {
    this.#mustReopen = true;
    this.#kick();
  }

  /** Writes what waits, or gives it up where the disk fails, and closes the file. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#wake?.();
    this.#kick();
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
    });
    await Promise.race([this.#running, limit]);
    clearTimeout(timer);
    const lost = this.#queue.reduce((lines, batch) => lines + batch.lines, 0);
    if (lost > 0) this.#drop(lost);
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    // Where the disk did not answer, the file is left to the end of the process.
    if (this.#running === null) await this.#closeFile();
  }

  #kick(): void {
    if (this.#running !== null || (this.#queue.length === 0 && !this.#mustReopen)) return;
    this.#running = this.#run().finally(() => {
      this.#running = null;
    });
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0 || this.#mustReopen) {
      try {
        await this.#prepare();
        await this.#writeFirst();
        this.#worked();
      } catch (error) {
        this.#failed(codeOf(error));
        if (this.#isClosing) return;
        await this.#sleep(RETRY_DELAY_MS);
      }
    }
  }

  async #prepare(): Promise<void> {
    if (this.#mustReopen) {
      await this.#closeFile();
      this.#mustReopen = false;
    }
    if (this.#file === null) await this.#openFile();
    else if (this.#isRotationDue()) await this.#rotate();
  }

  async #openFile(): Promise<void> {
    const { fs } = this.#deps;
    const { path } = this.#settings;
    await fs.makeFolder(dirname(path));
    const file = await fs.open(path);
    try {
      const facts = await file.facts();
      this.#fileBytes = facts.bytes;
      this.#isRegular = facts.isRegular;
      this.#lastWriteWallMs = facts.modifiedWallMs;
      if (!facts.endsLine) this.#fileBytes += await file.append(Buffer.from("\n"));
    } catch (error) {
      await file.close().catch(() => {});
      throw error;
    }
    this.#file = file;
    if (this.#isTorn) this.#skipTornLine();
    if (this.#isRotationDue()) await this.#rotate();
  }

  /** Another file was opened: the rest of a torn line has no beginning there. */
  #skipTornLine(): void {
    this.#isTorn = false;
    const batch = this.#queue[0];
    if (batch === undefined) return;
    this.#advance(batch, batch.bytes.indexOf(LINE_FEED) + 1, 0);
    batch.lines -= 1;
    this.#drop(1);
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close().catch((error: unknown) => {
      this.#deps.logger("warning", "access-log-close-failed", { error: codeOf(error) });
    });
  }

  #isRotationDue(): boolean {
    if (this.#isTorn || !this.#isRegular || this.#fileBytes === 0) return false;
    if (this.#deps.clock.nowMs() < this.#rotateNotBeforeMs) return false;
    const { rotateBytes, rotateDaily } = this.#settings;
    const nextBytes = this.#queue[0]?.bytes.length ?? 0;
    if (rotateBytes > 0 && nextBytes > 0 && this.#fileBytes + nextBytes > rotateBytes) return true;
    return rotateDaily && localDay(this.#lastWriteWallMs) !== localDay(this.#deps.clock.wallMs());
  }

  /** Renames the file, opens a new one and removes the oldest. Where that fails, the old one goes on. */
  async #rotate(): Promise<void> {
    const { fs, clock, logger } = this.#deps;
    const { path, keep } = this.#settings;
    const folder = dirname(path);
    const base = basename(path);
    try {
      const names = await fs.list(folder);
      const name = rotatedName(base, this.#lastWriteWallMs, names);
      await fs.rename(path, join(folder, name));
      for (const old of namesToRemove(base, [...names, name], keep)) await fs.remove(join(folder, old));
    } catch (error) {
      this.#rotateNotBeforeMs = clock.nowMs() + ROTATE_RETRY_MS;
      logger("warning", "access-log-rotation-failed", { file: path, error: codeOf(error) });
    }
    // The path decides: after a rename it is a new file, else the one before.
    await this.#closeFile();
    this.#fileBytes = 0;
    await this.#openFile();
  }

  /** Writes the first batch whole, or as much of it as can be made to end with a line. */
  async #writeFirst(): Promise<void> {
    const batch = this.#queue[0];
    const file = this.#file;
    if (batch === undefined || file === null) return;
    let written = 0;
    try {
      while (written < batch.bytes.length) {
        const count = await file.append(batch.bytes.subarray(written));
        if (count === 0) throw new Error("nothing was written");
        written += count;
      }
    } catch (error) {
      await this.#mend(file, batch, written);
      throw error;
    }
    this.#isTorn = false;
    this.#lastWriteWallMs = this.#deps.clock.wallMs();
    this.#fileBytes += written;
    this.#queue.shift();
    this.#queuedBytes -= written;
    this.#count(batch.lines);
  }

  /** After `written` bytes of a batch: takes a torn line back, or else remembers to finish it. */
  async #mend(file: LogFile, batch: Batch, written: number): Promise<void> {
    if (written === 0) return;
    const whole = batch.bytes.lastIndexOf(LINE_FEED, written - 1) + 1;
    let kept = whole;
    try {
      // What was torn before must be finished, not cut in its middle.
      if (this.#isTorn && whole === 0) kept = written;
      else if (written > whole) await file.shorten(written - whole);
    } catch {
      kept = written;
    }
    this.#isTorn = kept > whole;
    this.#fileBytes += kept;
    this.#advance(batch, kept, countLines(batch.bytes.subarray(0, whole)));
  }

  #advance(batch: Batch, bytes: number, lines: number): void {
    batch.bytes = batch.bytes.subarray(bytes);
    batch.lines -= lines;
    this.#queuedBytes -= bytes;
    if (lines > 0) this.#count(lines);
    if (batch.bytes.length === 0) this.#queue.shift();
  }

  #count(lines: number): void {
    this.#writtenLines += lines;
    this.#deps.onWritten(lines);
  }

  #failed(code: string): void {
    if (this.#fault === null) {
      this.#deps.logger("error", "access-log-failed", { file: this.#settings.path, error: code });
    }
    this.#fault = code;
  }

  #worked(): void {
    const hadFault = this.#fault !== null;
    this.#fault = null;
    const isEased = this.#dropping !== null && this.#queuedBytes <= this.#settings.bufferBytesMax / 2;
    if (!isEased && !(hadFault && this.#dropping === null)) return;
    this.#dropping = null;
    this.#deps.logger("info", "access-log-recovered", {
      file: this.#settings.path,
      droppedLines: this.#droppedLines,
    });
  }

  #drop(lines: number): void {
    this.#droppedLines += lines;
    this.#deps.onDropped(lines);
    const nowMs = this.#deps.clock.nowMs();
    if (this.#dropping !== null && nowMs - this.#dropping.reportedAtMs < DROP_REPORT_MS) return;
    this.#dropping = { reportedAtMs: nowMs };
    this.#deps.logger("error", "access-log-dropping", {
      file: this.#settings.path,
      why: this.#fault ?? "the disk is slow",
      droppedLines: this.#droppedLines,
    });
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
