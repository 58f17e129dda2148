/**
 * Wires over bare TCP handles: every plain connection, accepted or made. TLS has NetWire.
 *
 * Reading: all quiet wires of a thread share one buffer, and what was read is copied out of it, for a wire
 * has no way to take back bytes that a handler still holds. A wire that fills that buffer carries bulk data
 * and gets a large one of its own, which it hands over without a copy: it is not read into again before
 * the handler lets go of it.
 *
 * Writing: the kernel takes the bytes during the call, or libuv queues them and `onDrain` follows.
 *
 *   open ──peer's FIN──▶ read side ended ─┐
 *     └──end()──▶ write side ended ───────┴─both─▶ closing ──▶ closed (onClose)
 *     └──destroy(), reset(), an error ────────────▶ closing
 */
import type { Wire, WireHandler } from "#transport/wire.ts";
import {
  END_OF_STREAM,
  errorName,
  lastRead,
  lastWriteIsUnfinished,
  newShutdownRequest,
  newWriteRequest,
  type Request,
  type TcpHandle,
} from "./tcp-binding.ts";
import { UNCLAIMED } from "./unclaimed.ts";

const SHARED_BYTES = 16 * 1024;
/** One read of bulk data; more was not measurably faster. */
const OWN_BYTES = 64 * 1024;
/** Reads in a row that would have fitted the shared buffer before the own one is given back. */
const SMALL_READS_TO_SHRINK = 256;

const SHARED = Buffer.allocUnsafeSlow(SHARED_BYTES);

/** The other end of a connection. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** What the next write uses. A write that the kernel takes at once leaves it untouched. */
let spareRequest: Request | null = null;

export class TcpWire implements Wire {
  handler: WireHandler = UNCLAIMED;
  readonly remoteAddress: string;
  readonly remotePort: number;
  #handle: TcpHandle | null;
  #bytesRead = 0;
  #bytesWritten = 0;
  /** The large buffer of a wire that carries bulk data. */
  #own: Buffer | null = null;
  #smallReads = 0;
  #corked: (Buffer | string)[] | null = null;
  /** What goes out when this turn of the event loop ends. */
  #posted: Buffer | string | null = null;
  /** Writes that libuv has queued. */
  #unfinishedWrites = 0;
  #isPaused = false;
  #isReading = false;
  #readEnded = false;
  #endCalled = false;
  #isShuttingDown = false;
  #writeEnded = false;
  /** `resume` was called while the handler had the bytes: a false that it returns is already undone. */
  #resumed = false;
  #errorCode: string | null = null;
  #onGone: (() => void) | null = null;

  /** Nothing is read before `start`. `onGone` is called when the connection is closed. */
  constructor(handle: TcpHandle, peer: Endpoint, onGone: (() => void) | null = null) {
    this.#handle = handle;
    this.#onGone = onGone;
    this.remoteAddress = peer.address;
    this.remotePort = peer.port;
    handle.owner = this;
    handle.onread = onRead;
    handle.useUserBuffer(SHARED);
  }

  /** Begins to read, now that there is a handler; a handler may have paused the wire before. */
  start(): void {
    if (!this.#isPaused) this.#read();
  }

  /** Reads on, unless it does: a call into libuv for nothing would cost every transaction half a µs. */
  #read(): void {
    if (this.#isReading || this.#readEnded) return;
    this.#isReading = true;
    this.#handle?.readStart();
  }

  /** For the handle: something was read, or the stream is over. */
  wasRead(status: number): Buffer | undefined {
    if (status > 0) return this.#received(status);
    if (status === 0 || this.#handle === null) return undefined;
    if (status !== END_OF_STREAM) this.#fail(status);
    else if (!this.#readEnded) {
      this.#readEnded = true;
      this.handler.onEnd();
      this.#closeWhenEnded();
    }
    return undefined;
  }

  #received(length: number): Buffer | undefined {
    const own = this.#own;
    let bytes: Buffer;
    if (own === null) {
      bytes = Buffer.allocUnsafe(length);
      SHARED.copy(bytes, 0, 0, length);
    } else bytes = length === own.length ? own : own.subarray(0, length);
    this.#resumed = false;
    const goesOn = this.handler.onData(bytes) || this.#resumed;
    if (!goesOn) this.pause();
    return own === this.#own ? this.#bufferAfter(length) : undefined;
  }

  /** The buffer for the next read, when it is another one. */
  #bufferAfter(length: number): Buffer | undefined {
    if (this.#own === null) {
      if (length < SHARED_BYTES) return undefined;
      this.#own = Buffer.allocUnsafeSlow(OWN_BYTES);
      this.#smallReads = 0;
      return this.#own;
    }
    this.#smallReads = length < SHARED_BYTES ? this.#smallReads + 1 : 0;
    if (this.#smallReads < SMALL_READS_TO_SHRINK) return undefined;
    this.#own = null;
    return SHARED;
  }

  settle(): void {
    if (this.#own === null || this.#handle === null) return;
    this.#own = null;
    this.#handle.useUserBuffer(SHARED);
  }

  get bytesRead(): number {
    return this.#handle === null ? this.#bytesRead : this.#handle.bytesRead;
  }

  get bytesWritten(): number {
    return this.#handle === null ? this.#bytesWritten : this.#handle.bytesWritten;
  }

  get unsentBytes(): number {
    if (this.#handle === null) return 0;
    const queued = this.#unfinishedWrites === 0 ? 0 : this.#handle.writeQueueSize;
    return this.#corked === null ? queued : this.#corked.reduce((sum, piece) => sum + piece.length, queued);
  }

  get closed(): boolean {
    return this.#handle === null;
  }

  post(piece: Buffer | string): void {
    if (this.#handle === null || this.#endCalled) return;
    if (this.#posted !== null || this.#corked !== null || this.#unfinishedWrites > 0) {
      this.#writePiece(piece);
      return;
    }
    this.#posted = piece;
    if (posters.length === 0) setImmediate(sendPosted);
    posters.push(this);
  }

  /** Sends what was posted, if it has not gone yet. */
  sendPosted(): void {
    const piece = this.#posted;
    if (piece === null) return;
    this.#posted = null;
    this.#writePiece(piece);
  }

  #writePiece(piece: Buffer | string): boolean {
    return typeof piece === "string" ? this.writeLatin1(piece) : this.write(piece);
  }

  write(bytes: Buffer): boolean {
    if (this.#posted !== null) this.sendPosted();
    const handle = this.#handle;
    // Bytes for a connection that is gone are dropped, and nothing holds them; onClose tells the rest.
    if (handle === null || this.#endCalled) return true;
    if (this.#corked !== null) {
      this.#corked.push(bytes);
      return false;
    }
    const request = takeRequest();
    return this.#written(handle.writeBuffer(request, bytes), request, bytes);
  }

  writeLatin1(text: string): boolean {
    if (this.#posted !== null) this.sendPosted();
    const handle = this.#handle;
    if (handle === null || this.#endCalled) return true;
    if (this.#corked !== null) {
      this.#corked.push(text);
      return false;
    }
    const request = takeRequest();
    return this.#written(handle.writeLatin1String(request, text), request, null);
  }

  cork(): void {
    if (this.#posted !== null) this.sendPosted();
    this.#corked ??= [];
  }

  uncork(): boolean {
    const pieces = this.#corked;
    this.#corked = null;
    const handle = this.#handle;
    if (handle === null || this.#endCalled) return true;
    if (pieces === null || pieces.length === 0) return this.#unfinishedWrites === 0;
    const [first] = pieces;
    if (pieces.length === 1 && first !== undefined) return this.#writePiece(first);
    const buffers = pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece, "latin1") : piece));
    const request = takeRequest();
    return this.#written(handle.writev(request, buffers, true), request, buffers);
  }

  /** Whether the kernel has all of it. */
  #written(status: number, request: Request, held: unknown): boolean {
    if (status !== 0) {
      spareRequest = request;
      this.#fail(status);
      return true;
    }
    if (!lastWriteIsUnfinished()) {
      spareRequest = request;
      return this.#unfinishedWrites === 0;
    }
    request.owner = this;
    request.buffer = held;
    request.oncomplete = onWritten;
    this.#unfinishedWrites += 1;
    return false;
  }

  /** For a request: an unfinished write is finished. */
  wasWritten(status: number): void {
    this.#unfinishedWrites -= 1;
    if (this.#handle === null) return;
    if (status < 0) this.#fail(status);
    else if (this.#unfinishedWrites === 0) {
      this.handler.onDrain();
      this.#finishEnd();
    }
  }

  pause(): void {
    this.#isPaused = true;
    if (!this.#isReading) return;
    this.#isReading = false;
    this.#handle?.readStop();
  }

  resume(): void {
    this.#resumed = true;
    this.#isPaused = false;
    this.#read();
  }

  end(): void {
    const handle = this.#handle;
    if (handle === null || this.#endCalled) return;
    if (this.#posted !== null) this.sendPosted();
    if (this.#corked !== null) this.uncork();
    if (this.#handle === null) return;
    this.#endCalled = true;
    this.#finishEnd();
  }

  /** Sends the FIN. Not before the kernel has every byte: until then a reset must stay possible. */
  #finishEnd(): void {
    const handle = this.#handle;
    if (handle === null || !this.#endCalled || this.#unfinishedWrites > 0 || this.#isShuttingDown) return;
    // With both directions over, closing sends the FIN: one system call and one callback less.
    if (this.#readEnded) this.destroy();
    else this.#shutDown(handle);
  }

  #shutDown(handle: TcpHandle): void {
    this.#isShuttingDown = true;
    const request = newShutdownRequest();
    request.owner = this;
    request.oncomplete = onShutdown;
    // A peer that is gone already: its reset or its end is on the way to us.
    if (handle.shutdown(request) !== 0) this.wasShutDown();
  }

  /** For a request: our direction is closed. */
  wasShutDown(): void {
    this.#writeEnded = true;
    this.#closeWhenEnded();
  }

  #closeWhenEnded(): void {
    if (this.#readEnded && this.#writeEnded) this.destroy();
  }

  destroy(): void {
    const handle = this.#release();
    handle?.close(onClosed);
  }

  reset(): void {
    // While a FIN is on its way libuv refuses a reset.
    if (this.#isShuttingDown && !this.#writeEnded) this.destroy();
    else this.#release()?.reset(onClosed);
  }

  /** For the handle: the connection is closed. */
  wasClosed(): void {
    this.#onGone?.();
    this.handler.onClose(this.#errorCode);
  }

  #fail(status: number): void {
    if (this.#handle === null) return;
    this.#errorCode ??= errorName(status);
    this.destroy();
  }

  /** Takes the handle out, with what will be asked for after the end. */
  #release(): TcpHandle | null {
    const handle = this.#handle;
    if (handle === null) return null;
    this.#bytesRead = handle.bytesRead;
    this.#bytesWritten = handle.bytesWritten;
    this.#handle = null;
    this.#corked = null;
    this.#posted = null;
    return handle;
  }
}

// What libuv calls: shared functions that find the wire through the object they are called on.

function onRead(this: TcpHandle): Buffer | undefined {
  const status = lastRead();
  return (this.owner as TcpWire).wasRead(status);
}

function onWritten(this: Request, status: number): void {
  this.buffer = null;
  (this.owner as TcpWire).wasWritten(status);
}

function onShutdown(this: Request): void {
  (this.owner as TcpWire).wasShutDown();
}

function onClosed(this: TcpHandle): void {
  (this.owner as TcpWire).wasClosed();
}

/** The wires with something posted, in this turn of the event loop. */
let posters: TcpWire[] = [];

function sendPosted(): void {
  const now = posters;
  posters = [];
  for (const wire of now) wire.sendPosted();
}

function takeRequest(): Request {
  const request = spareRequest ?? newWriteRequest();
  spareRequest = null;
  return request;
}
