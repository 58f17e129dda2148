/**
 * Wires over bare descriptors: every plain connection, accepted or made. TLS has NetWire.
 *
 * Reading: what was read is copied out of the block that all wires of a thread share, for a wire has no way
 * to take back bytes that a handler still holds. A wire that fills it carries bulk data and gets a large
 * buffer of its own, which it hands over without a copy: it is not read into again before the handler lets
 * go of it.
 *
 * Writing: the kernel takes the bytes during the call, or they are queued here and `onDrain` follows.
 *
 *   open ──peer's FIN──▶ read side ended ─┐
 *     └──end()──▶ write side ended ───────┴─both─▶ closing ──▶ closed (onClose)
 *     └──destroy(), reset(), an error ────────────▶ closing
 */
import type { Wire, WireHandler } from "#transport/wire.ts";
import { descriptorClosing } from "./descriptor-table.ts";
import { BROKEN, eventPoll, HUNG_UP, PEER_ENDED, READABLE, type Watcher, WRITABLE } from "./event-poll.ts";
import type { Endpoint } from "./socket-address.ts";
import {
  BASE,
  BLOCK,
  close,
  EAGAIN,
  EINTR,
  errorName,
  INPUT_AT,
  INPUT_BYTES,
  IPPROTO_TCP,
  lastError,
  lingerToReset,
  MSG_MORE,
  MSG_NOSIGNAL,
  OUTPUT_AT,
  OUTPUT_BYTES,
  putLatin1,
  read,
  readInto,
  SHUT_WR,
  sendFrom,
  setOption,
  shutdown,
  TCP_NODELAY,
  write,
} from "./system-calls.ts";
import { UNCLAIMED } from "./unclaimed.ts";

/** One read of bulk data; more was not measurably faster. */
const OWN_BYTES = 64 * 1024;
/** Reads in a row that would have fitted the shared block before the own buffer is given back. */
const SMALL_READS_TO_SHRINK = 256;
/** Reads before others get their turn. */
const READS_IN_A_ROW_MAX = 8;

/** The events after which a read tells something. */
const TO_READ = READABLE | BROKEN | HUNG_UP | PEER_ENDED;
const TO_WRITE = WRITABLE | BROKEN | HUNG_UP;
/** After these the end of the stream follows the last bytes, and no further event comes. */
const LAST_WORDS = BROKEN | HUNG_UP | PEER_ENDED;

interface Made {
  readonly events: number;
  readonly onGone: () => void;
}

export class TcpWire implements Wire, Watcher {
  handler: WireHandler = UNCLAIMED;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** -1 once it is closed. */
  #fd: number;
  bytesRead = 0;
  bytesWritten = 0;
  unsentBytes = 0;
  /** The large buffer of a wire that carries bulk data. */
  #own: Buffer | null = null;
  #smallReads = 0;
  #corked: (Buffer | string)[] | null = null;
  /** What goes out when this turn of the event loop ends. */
  #posted: Buffer | string | null = null;
  /** What the kernel has not taken, in order. */
  #queue: Buffer[] | null = null;
  #isStarted = false;
  #isPaused = false;
  /** Between the start and the end of handing out what was read. */
  #isReading = false;
  /** The kernel may have bytes, or news, that have not been read. */
  #isReadable: boolean;
  /** Such that no event announces what follows them. */
  #hasLastWords: boolean;
  #readEnded = false;
  #endCalled = false;
  #writeEnded = false;
  /** Nagle's algorithm is still on. */
  #delays: boolean;
  #hasWritten = false;
  #isPutOff = false;
  #isCloseTold = false;
  /** `resume` was called while the handler had the bytes: a false that it returns is already undone. */
  #resumed = false;
  #errorCode: string | null = null;
  #onGone: (() => void) | null;

  /**
   * Takes over a descriptor that is watched; nothing is read before `start`. `made` is for a connection that
   * was made here: the events that have been told of it, and who wants to know when it is closed.
   */
  constructor(fd: number, peer: Endpoint, made: Made | null) {
    this.#fd = fd;
    this.remoteAddress = peer.address;
    this.remotePort = peer.port;
    // An accepted one has the option from its listener.
    this.#delays = made !== null;
    const events = made === null ? 0 : made.events;
    this.#isReadable = (events & TO_READ) !== 0;
    this.#hasLastWords = (events & LAST_WORDS) !== 0;
    this.#onGone = made === null ? null : made.onGone;
  }

  /** Begins to read, now that there is a handler; a handler may have paused the wire before. */
  start(): void {
    this.#isStarted = true;
    if (this.#isReadable && !this.#isPaused) this.#runLater();
  }

  onReady(events: number): void {
    if ((events & TO_READ) !== 0) {
      this.#isReadable = true;
      if ((events & LAST_WORDS) !== 0) this.#hasLastWords = true;
      this.#read();
    }
    if (this.#queue !== null && (events & TO_WRITE) !== 0) this.#sendQueue();
  }

  // ── reading ───────────────────────────────────────────────────────────────────────────────────

  #read(): void {
    if (this.#isReading || !this.#isStarted) return;
    this.#isReading = true;
    let reads = 0;
    while (this.#isReadable && !this.#isPaused && this.#fd >= 0 && !this.#readEnded) {
      if (reads === READS_IN_A_ROW_MAX) {
        this.#runLater();
        break;
      }
      reads += 1;
      this.#readOnce();
    }
    this.#isReading = false;
  }

  #readOnce(): void {
    const own = this.#own;
    const size = own === null ? INPUT_BYTES : own.length;
    const count =
      own === null ? read(this.#fd, BASE + INPUT_AT, INPUT_BYTES) : readInto(this.#fd, own, own.length);
    if (count > 0) {
      // A short read has emptied the kernel's buffer: an event will tell of more.
      if (count < size && !this.#hasLastWords) this.#isReadable = false;
      this.bytesRead += count;
      this.#deliver(own, count);
    } else if (count === 0) {
      this.#readEnded = true;
      this.handler.onEnd();
      this.#closeWhenEnded();
    } else this.#readFailed(lastError());
  }

  #readFailed(error: number): void {
    if (error === EAGAIN) this.#isReadable = false;
    else if (error !== EINTR) this.#fail(error);
  }

  #deliver(own: Buffer | null, length: number): void {
    let bytes: Buffer;
    if (own === null) {
      bytes = Buffer.allocUnsafe(length);
      BLOCK.copy(bytes, 0, INPUT_AT, INPUT_AT + length);
    } else bytes = length === own.length ? own : own.subarray(0, length);
    this.#resumed = false;
    if (!this.handler.onData(bytes) && !this.#resumed) this.#isPaused = true;
    if (own === this.#own) this.#fitBuffer(length);
  }

  /** Chooses the buffer for the next read. */
  #fitBuffer(length: number): void {
    if (this.#own === null) {
      if (length < INPUT_BYTES) return;
      this.#own = Buffer.allocUnsafeSlow(OWN_BYTES);
      this.#smallReads = 0;
      return;
    }
    this.#smallReads = length < INPUT_BYTES ? this.#smallReads + 1 : 0;
    if (this.#smallReads >= SMALL_READS_TO_SHRINK) this.#own = null;
  }

  settle(): void {
    this.#own = null;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#resumed = true;
    this.#isPaused = false;
    // Not at once: the caller may be in the middle of something.
    if (this.#isReadable && !this.#isReading && this.#isStarted) this.#runLater();
  }

  // ── writing ───────────────────────────────────────────────────────────────────────────────────

  post(piece: Buffer | string): void {
    if (this.#fd < 0 || this.#endCalled) return;
    if (this.#posted !== null || this.#corked !== null || this.#queue !== null) {
      this.#writePiece(piece);
      return;
    }
    this.#posted = piece;
    this.#runLater();
  }

  #sendPosted(): void {
    const piece = this.#posted;
    if (piece === null) return;
    this.#posted = null;
    this.#writePiece(piece);
  }

  #writePiece(piece: Buffer | string): boolean {
    return typeof piece === "string" ? this.writeLatin1(piece) : this.write(piece);
  }

  write(bytes: Buffer): boolean {
    if (this.#posted !== null) this.#sendPosted();
    // Bytes for a connection that is gone are dropped, and nothing holds them; onClose tells the rest.
    if (this.#fd < 0 || this.#endCalled) return true;
    if (this.#corked !== null) {
      this.#corked.push(bytes);
      this.unsentBytes += bytes.length;
      return false;
    }
    this.bytesWritten += bytes.length;
    if (this.#queue !== null) return this.#enqueue(bytes);
    return this.#sendNow(bytes, 0);
  }

  writeLatin1(text: string): boolean {
    if (this.#posted !== null) this.#sendPosted();
    if (this.#fd < 0 || this.#endCalled) return true;
    if (this.#corked !== null) {
      this.#corked.push(text);
      this.unsentBytes += text.length;
      return false;
    }
    if (this.#queue !== null || text.length > OUTPUT_BYTES) return this.write(Buffer.from(text, "latin1"));
    this.bytesWritten += text.length;
    putLatin1(text, OUTPUT_AT);
    const sent = this.#sendOutput(text.length);
    return sent === text.length || this.#fd < 0
      ? true
      : this.#enqueue(Buffer.from(text.slice(sent), "latin1"));
  }

  /** Whether the kernel has all of it. */
  #sendNow(bytes: Buffer, flags: number): boolean {
    let sent: number;
    if (bytes.length <= OUTPUT_BYTES && flags === 0) {
      bytes.copy(BLOCK, OUTPUT_AT);
      sent = this.#sendOutput(bytes.length);
    } else {
      if (this.#delays) this.#countDelayed();
      sent = this.#sent(sendFrom(this.#fd, bytes, bytes.length, MSG_NOSIGNAL | flags));
    }
    if (sent === bytes.length || this.#fd < 0) return true;
    return this.#enqueue(sent === 0 ? bytes : bytes.subarray(sent));
  }

  #sendOutput(length: number): number {
    if (this.#delays) this.#countDelayed();
    return this.#sent(write(this.#fd, BASE + OUTPUT_AT, length));
  }

  /** Nagle's algorithm never holds back the first write; many a tunnel has no second. */
  #countDelayed(): void {
    if (this.#hasWritten) {
      setOption(this.#fd, IPPROTO_TCP, TCP_NODELAY, 1);
      this.#delays = false;
    }
    this.#hasWritten = true;
  }

  /** How much was sent, for what the call gave. */
  #sent(count: number): number {
    if (count >= 0) return count;
    const error = lastError();
    if (error !== EAGAIN && error !== EINTR) this.#fail(error);
    // Interrupted before the first byte: as good as full, but no event would come.
    else if (error === EINTR) this.#runLater();
    return 0;
  }

  #enqueue(bytes: Buffer): false {
    this.#queue ??= [];
    this.#queue.push(bytes);
    this.unsentBytes += bytes.length;
    return false;
  }

  #sendQueue(): void {
    const queue = this.#queue;
    this.#queue = null;
    this.unsentBytes = 0;
    for (const bytes of queue ?? []) {
      if (this.#fd < 0) return;
      if (this.#queue !== null) this.#enqueue(bytes);
      else this.#sendNow(bytes, 0);
    }
    if (this.#fd < 0 || this.#queue !== null) return;
    this.handler.onDrain();
    this.#finishEnd();
  }

  cork(): void {
    if (this.#posted !== null) this.#sendPosted();
    this.#corked ??= [];
  }

  uncork(): boolean {
    const pieces = this.#corked;
    if (pieces === null) return this.#queue === null;
    this.#corked = null;
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    this.unsentBytes -= bytes;
    if (this.#fd < 0 || this.#endCalled) return true;
    if (this.#queue === null && bytes <= OUTPUT_BYTES) return this.#sendGathered(pieces, bytes);
    let left = pieces.length;
    for (const piece of pieces) {
      left -= 1;
      const part = typeof piece === "string" ? Buffer.from(piece, "latin1") : piece;
      if (this.#fd < 0) return true;
      this.bytesWritten += part.length;
      if (this.#queue !== null) this.#enqueue(part);
      else this.#sendNow(part, left > 0 ? MSG_MORE : 0);
    }
    return this.#queue === null;
  }

  #sendGathered(pieces: readonly (Buffer | string)[], bytes: number): boolean {
    let at = OUTPUT_AT;
    for (const piece of pieces) {
      if (typeof piece === "string") putLatin1(piece, at);
      else piece.copy(BLOCK, at);
      at += piece.length;
    }
    this.bytesWritten += bytes;
    const sent = this.#sendOutput(bytes);
    if (sent === bytes || this.#fd < 0) return true;
    return this.#enqueue(Buffer.from(BLOCK.subarray(OUTPUT_AT + sent, OUTPUT_AT + bytes)));
  }

  // ── ends ──────────────────────────────────────────────────────────────────────────────────────

  get closed(): boolean {
    return this.#fd < 0;
  }

  end(): void {
    if (this.#fd < 0 || this.#endCalled) return;
    if (this.#posted !== null) this.#sendPosted();
    if (this.#corked !== null) this.uncork();
    this.#endCalled = true;
    this.#finishEnd();
  }

  /** Sends the FIN. Not before the kernel has every byte: until then a reset must stay possible. */
  #finishEnd(): void {
    if (this.#fd < 0 || !this.#endCalled || this.#queue !== null || this.#writeEnded) return;
    this.#writeEnded = true;
    // With both directions over, closing sends the FIN: one system call less.
    if (this.#readEnded) this.destroy();
    // A peer that is gone already: its reset or its end is on the way to us.
    else shutdown(this.#fd, SHUT_WR);
  }

  #closeWhenEnded(): void {
    if (this.#readEnded && this.#writeEnded) this.destroy();
  }

  destroy(): void {
    const fd = this.#fd;
    if (fd < 0) return;
    this.#fd = -1;
    this.#corked = null;
    this.#posted = null;
    this.#queue = null;
    this.#own = null;
    this.unsentBytes = 0;
    eventPoll().forget(fd);
    descriptorClosing(fd);
    close(fd);
    this.#runLater();
  }

  reset(): void {
    if (this.#fd < 0) return;
    lingerToReset(this.#fd);
    this.destroy();
  }

  #fail(error: number): void {
    this.#errorCode ??= errorName(error);
    this.destroy();
  }

  // ── later in the turn ─────────────────────────────────────────────────────────────────────────

  #runLater(): void {
    if (this.#isPutOff) return;
    this.#isPutOff = true;
    eventPoll().putOff(this);
  }

  /** For the poll: what was put off. */
  run(): void {
    this.#isPutOff = false;
    if (this.#posted !== null) this.#sendPosted();
    else if (this.#queue !== null) this.#sendQueue();
    if (this.#fd >= 0) this.#read();
    else if (!this.#isCloseTold && !this.#isPutOff) {
      this.#isCloseTold = true;
      this.#onGone?.();
      this.handler.onClose(this.#errorCode);
    }
  }
}
