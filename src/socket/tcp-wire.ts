/**
 * Wires over bare descriptors: every plain connection, accepted or made. TLS has NetWire.
 *
 * The kernel takes written bytes during the call, or they are queued here and `onDrain` follows.
 *
 *   open ──peer's FIN──▶ read side ended ─┐
 *     └──end()──▶ write side ended ───────┴─both─▶ closing ──▶ closed (onClose)
 *     └──destroy(), reset(), an error ────────────▶ closing
 */
import type { Wire, WireHandler } from "#transport/wire.ts";
import { descriptorClosing } from "./descriptor-table.ts";
import { BROKEN, eventPoll, HUNG_UP, PEER_ENDED, READABLE, type Watcher, WRITABLE } from "./event-poll.ts";
import { InputBuffer } from "./input-buffer.ts";
import type { Endpoint } from "./socket-address.ts";
import {
  type Piece,
  SMALL_BYTES_MAX,
  sendBytes,
  sendGathered,
  sendText,
  unsentPart,
} from "./socket-output.ts";
import {
  close,
  EAGAIN,
  errorName,
  IPPROTO_TCP,
  lingerToReset,
  SHUT_WR,
  setOption,
  shutdown,
  TCP_NODELAY,
} from "./system-calls.ts";
import { UNCLAIMED } from "./unclaimed.ts";

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
  readonly #input = new InputBuffer();
  #corked: Piece[] | null = null;
  /** What goes out when this turn of the event loop ends. */
  #posted: Piece | null = null;
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
      if (this.#hasLastWords && this.#isReadable && !this.#isPutOff) {
        // What was said comes to its effect before the end does: an answer that was cut short still leaves.
        this.#isPutOff = true;
        eventPoll().putOffTurn(this);
        break;
      }
    }
    this.#isReading = false;
  }

  #readOnce(): void {
    const size = this.#input.size;
    const count = this.#input.read(this.#fd);
    if (count > 0) {
      // A short read has emptied the kernel's buffer: an event will tell of more.
      if (count < size && !this.#hasLastWords) this.#isReadable = false;
      this.bytesRead += count;
      this.#resumed = false;
      const bytes = this.#input.take(count);
      const isHeld = !this.handler.onData(bytes) && !this.#resumed;
      if (isHeld) this.#isPaused = true;
      this.#input.handled(bytes, isHeld);
    } else if (count === 0) {
      // Nothing follows: without this every end would take a turn more, for nothing.
      this.#isReadable = false;
      this.#readEnded = true;
      this.handler.onEnd();
      this.#closeWhenEnded();
    } else if (count === -EAGAIN) this.#isReadable = false;
    else this.#fail(-count);
  }

  settle(): void {
    this.#input.settle();
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

  post(piece: Piece): void {
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

  #writePiece(piece: Piece): boolean {
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
    return this.#sendNow(bytes, false);
  }

  writeLatin1(text: string): boolean {
    if (this.#posted !== null) this.#sendPosted();
    if (this.#fd < 0 || this.#endCalled) return true;
    if (this.#corked !== null) {
      this.#corked.push(text);
      this.unsentBytes += text.length;
      return false;
    }
    if (this.#queue !== null || text.length > SMALL_BYTES_MAX) return this.write(Buffer.from(text, "latin1"));
    this.bytesWritten += text.length;
    if (this.#delays) this.#countDelayed();
    return this.#restQueued(sendText(this.#fd, text), text.length);
  }

  /** Queues what the block still has of the last `length` bytes, for what the kernel took of them. */
  #restQueued(sent: number, length: number): boolean {
    if (sent < 0) this.#fail(-sent);
    return sent < 0 || sent === length ? true : this.#enqueue(unsentPart(sent, length));
  }

  /** Whether the kernel has all of it. */
  #sendNow(bytes: Buffer, goesOn: boolean): boolean {
    if (this.#delays) this.#countDelayed();
    const sent = sendBytes(this.#fd, bytes, goesOn);
    if (sent < 0) this.#fail(-sent);
    if (sent < 0 || sent === bytes.length) return true;
    return this.#enqueue(sent === 0 ? bytes : bytes.subarray(sent));
  }

  /** Nagle's algorithm never holds back the first write; many a tunnel has no second. */
  #countDelayed(): void {
    if (this.#hasWritten) {
      setOption(this.#fd, IPPROTO_TCP, TCP_NODELAY, 1);
      this.#delays = false;
    }
    this.#hasWritten = true;
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
      else this.#sendNow(bytes, false);
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
    if (this.#queue === null && bytes <= SMALL_BYTES_MAX) {
      this.bytesWritten += bytes;
      if (this.#delays) this.#countDelayed();
      return this.#restQueued(sendGathered(this.#fd, pieces), bytes);
    }
    let left = pieces.length;
    for (const piece of pieces) {
      left -= 1;
      const part = typeof piece === "string" ? Buffer.from(piece, "latin1") : piece;
      if (this.#fd < 0) return true;
      this.bytesWritten += part.length;
      if (this.#queue !== null) this.#enqueue(part);
      else this.#sendNow(part, left > 0);
    }
    return this.#queue === null;
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
    this.#input.settle();
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
    if (this.#fd >= 0) this.#read();
    else if (!this.#isCloseTold && !this.#isPutOff) {
      this.#isCloseTold = true;
      this.#onGone?.();
      this.handler.onClose(this.#errorCode);
    }
  }
}
