/**
 * One TCP or TLS connection as the proxy sees it: bytes in through a handler, bytes out through
 * `write`, and back-pressure in both directions that a caller cannot forget.
 *
 * The rule of `onData`: the bytes are the handler's only until it returns. If it returns false it
 * still needs them (they are on their way into another wire): the wire reads nothing more, and
 * leaves those bytes alone, until `resume()`.
 */
export interface WireHandler {
  /** Bytes arrived. True: done with them. False: still held; call `resume()` when they are released. */
  onData(bytes: Buffer): boolean;
  /** The other side will send no more (half-close); it may still read. */
  onEnd(): void;
  /** All that was written has gone to the kernel, after a `write` that returned false. */
  onDrain(): void;
  /** The connection is gone; nothing follows. `errorCode` is the system's (ECONNRESET …), or null. */
  onClose(errorCode: string | null): void;
}

export interface Wire {
  /** Who gets the events; set once at the start, and again when a connection changes hands (tunnel). */
  handler: WireHandler;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Bytes received and sent so far. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** True: the bytes are with the kernel and may be reused. False: held until `onDrain`. */
  write(bytes: Buffer): boolean;
  /**
   * Hands over a small piece for good: it goes out before anything that is written later, at the latest
   * when this turn of the event loop ends. Pieces for many connections then leave one right after the
   * other, which wakes the processes at their other ends once instead of once for each.
   */
  post(piece: Buffer | string): void;
  /** As `write`, of a one-byte-per-character string: the cheapest way to send a head. */
  writeLatin1(text: string): boolean;
  /** Gathers the writes made until `uncork` into one. Their false owes no `onDrain`: ask `uncork`. */
  cork(): void;
  /** Sends what was gathered. True: it is with the kernel. */
  uncork(): boolean;
  /** Bytes written and not yet with the kernel; what is posted counts once its turn has come. */
  readonly unsentBytes: number;
  /** Reads no more until `resume()`. */
  pause(): void;
  resume(): void;
  /** Between messages, with no bytes held: gives back the memory that bulk data needed. */
  settle(): void;
  /** Sends what is unsent, then closes our direction (FIN). */
  end(): void;
  /** Drops the connection now. */
  destroy(): void;
  /** Drops it with a reset, so that the other side cannot take a cut body for a whole one. */
  reset(): void;
  readonly closed: boolean;
}
