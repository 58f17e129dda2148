/**
 * Wires over sockets of node:tls, and over those that undici hands back after an upgrade. Plain
 * connections have TcpWire. The kernel takes written bytes during the call, or the wire waits for them and
 * then calls `onDrain`.
 */
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { assert } from "#base/assert.ts";
import type { Wire, WireHandler } from "#transport/wire.ts";
import { unmappedText } from "./peer-address.ts";
import { tcpUnder } from "./tls-upgrade.ts";
import { UNCLAIMED } from "./unclaimed.ts";

const WIRE = Symbol("wire");

interface WiredSocket extends Socket {
  [WIRE]?: NetWire;
}

const NO_BYTES = Buffer.alloc(0);

function onData(this: WiredSocket, bytes: Buffer): void {
  if (this[WIRE]?.received(bytes) === false) this.pause();
}

function onEnd(this: WiredSocket): void {
  this[WIRE]?.ended();
}

function onError(this: WiredSocket, error: NodeJS.ErrnoException): void {
  this[WIRE]?.failed(error.code ?? "EUNKNOWN");
}

function onClose(this: WiredSocket): void {
  const wire = this[WIRE];
  delete this[WIRE];
  wire?.gone();
}

class NetWire implements Wire {
  handler: WireHandler = UNCLAIMED;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #socket: Socket;
  #errorCode: string | null = null;
  /** `resume` was called while the handler had the bytes: a false that it returns is already undone. */
  #resumed = false;
  /** An `onDrain` is owed: a false was returned, and an empty write behind the bytes tells when they went. */
  #drainOwed = false;
  #onFlushed: (() => void) | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    // Read at once, because the kernel forgets it: a log line is written after the end.
    this.remoteAddress = unmappedText(socket.remoteAddress ?? "");
    this.remotePort = socket.remotePort ?? 0;
    (socket as WiredSocket)[WIRE] = this;
    socket.on("data", onData);
    socket.on("end", onEnd);
    socket.on("error", onError);
    socket.on("close", onClose);
  }

  /** Tells the handler that the other side is done. */
  ended(): void {
    if (!this.#socket.destroyed) this.handler.onEnd();
  }

  failed(code: string): void {
    this.#errorCode ??= code;
  }

  gone(): void {
    this.handler.onClose(this.#errorCode);
  }

  /** Whether reading goes on. */
  received(bytes: Buffer): boolean {
    this.#resumed = false;
    return this.handler.onData(bytes) || this.#resumed;
  }

  settle(): void {
    // Nothing is kept between reads.
  }

  get bytesRead(): number {
    return this.#socket.bytesRead;
  }

  get bytesWritten(): number {
    return this.#socket.bytesWritten;
  }

  get unsentBytes(): number {
    return this.#socket.destroyed ? 0 : this.#socket.writableLength;
  }

  get closed(): boolean {
    return this.#socket.destroyed;
  }

  post(piece: Buffer | string): void {
    if (typeof piece === "string") this.writeLatin1(piece);
    else this.write(piece);
  }

  write(bytes: Buffer): boolean {
    // Bytes for a connection that is gone are dropped, and nothing holds them; onClose tells the rest.
    if (!this.#socket.writable) return true;
    this.#socket.write(bytes);
    return this.#isSent();
  }

  writeLatin1(text: string): boolean {
    if (!this.#socket.writable) return true;
    this.#socket.write(text, "latin1");
    return this.#isSent();
  }

  cork(): void {
    this.#socket.cork();
  }

  uncork(): boolean {
    this.#socket.uncork();
    return !this.#socket.writable || this.#isSent();
  }

  #isSent(): boolean {
    const socket = this.#socket;
    if (socket.writableLength === 0) return true;
    // While corked, false means no more than "not yet": the answer is that of uncork().
    if (!this.#drainOwed && socket.writableCorked === 0) {
      this.#drainOwed = true;
      this.#watchFlush();
    }
    return false;
  }

  /**
   * The stream's own 'drain' comes only after more than its high-water mark; a write behind the others
   * that carries nothing ends when they have all gone.
   */
  #watchFlush(): void {
    this.#onFlushed ??= () => this.#flushed();
    if (this.#socket.writableEnded) this.#socket.once("finish", this.#onFlushed);
    else this.#socket.write(NO_BYTES, this.#onFlushed);
  }

  #flushed(): void {
    if (this.#socket.destroyed) return;
    if (this.#socket.writableLength > 0) {
      this.#watchFlush();
      return;
    }
    this.#drainOwed = false;
    this.handler.onDrain();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#resumed = true;
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  reset(): void {
    const socket = this.#socket;
    if (socket.destroyed) return;
    const tcp = tcpUnder(socket) ?? socket;
    // While a FIN is on its way libuv refuses a reset (EINVAL); every byte is with the kernel then.
    const isShuttingDown = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
    if (!isShuttingDown && !("encrypted" in tcp)) tcp.resetAndDestroy();
    socket.destroy();
  }
}

/** Makes a wire of a connected socket; the caller sets the handler before it returns to the event loop. */
export const createWire = (socket: Socket): Wire => new NetWire(socket);

/** A wire over the socket of another library (undici, after an upgrade) that was made by our connector. */
export function wireFromSocket(socket: Duplex): Wire {
  assert("remoteAddress" in socket, "the stream is a socket");
  socket.allowHalfOpen = true;
  return createWire(socket as Socket);
}
