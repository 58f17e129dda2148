import type { CloseReason } from "#http/close-reason.ts";
import type { Wire, WireHandler } from "#transport/wire.ts";

/**
 * Two connections joined byte for byte: CONNECT (RFC 9110 section 9.3.6) and upgraded protocols.
 *
 *   both open ──onEnd of one──▶ half closed ──onEnd of the other──▶ ended
 *        └────────── onClose of either, or idle ──────────────────────▲
 *
 * Each direction holds at most one buffer: a side is read again when the other has taken its bytes.
 */
export class Tunnel {
  readonly #client: Wire;
  readonly #server: Wire;
  readonly #onEnded: (reason: CloseReason) => void;
  #openDirections = 2;
  #ended = false;
  /** Bytes seen when the sweep last looked, and when that changed. */
  #lastBytes = 0;
  #lastActiveMs: number;

  constructor(client: Wire, server: Wire, nowMs: number, onEnded: (reason: CloseReason) => void) {
    this.#client = client;
    this.#server = server;
    this.#onEnded = onEnded;
    this.#lastActiveMs = nowMs;
    client.handler = new TunnelSide(this, server, "client-aborted");
    server.handler = new TunnelSide(this, client, "origin-truncated");
  }

  /** Starts the flow; `first` are bytes of the server that arrived before the tunnel stood. */
  start(first: Buffer): void {
    if (first.length > 0 && !this.#client.write(first)) this.#server.pause();
    else this.#server.resume();
    this.#client.resume();
  }

  /** Closes the tunnel when it has carried nothing for too long. */
  sweep(
    nowMs: number,
    limits: { readonly idleTimeoutMs: number; readonly halfClosedTimeoutMs: number },
  ): void {
    const unsent = this.#client.unsentBytes + this.#server.unsentBytes;
    const bytes = this.#client.bytesRead + this.#server.bytesRead - unsent;
    if (bytes !== this.#lastBytes) {
      this.#lastBytes = bytes;
      this.#lastActiveMs = nowMs;
      return;
    }
    const limitMs = this.#openDirections === 2 ? limits.idleTimeoutMs : limits.halfClosedTimeoutMs;
    if (nowMs - this.#lastActiveMs >= limitMs) this.close("tunnel-idle");
  }

  /** Cuts both connections. */
  close(reason: CloseReason): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#client.destroy();
    this.#server.destroy();
    this.#onEnded(reason);
  }

  /** For a side: its wire will send no more. */
  directionEnded(): void {
    this.#openDirections -= 1;
  }

  /** For a side: its wire is gone; `other` is the wire across. */
  sideClosed(errorCode: string | null, other: Wire, cutReason: CloseReason): void {
    if (this.#ended) return;
    const isOrderly = this.#openDirections === 0 && errorCode === null;
    // Both ended in order, and the other side is still sending what it has: its own close is the end.
    if (isOrderly && !other.closed && other.unsentBytes > 0) return;
    this.#ended = true;
    if (!isOrderly) {
      // A reset is passed on as a reset, so that neither side takes a cut stream for a whole one.
      if (errorCode === null) other.destroy();
      else other.reset();
    }
    this.#onEnded(errorCode === null ? "complete" : cutReason);
  }
}

/** The handler of one wire of a tunnel: what it receives goes `to` the other. */
class TunnelSide implements WireHandler {
  readonly #tunnel: Tunnel;
  readonly #to: Wire;
  /** Why the tunnel ended, when this wire broke. */
  readonly #cutReason: CloseReason;

  constructor(tunnel: Tunnel, to: Wire, cutReason: CloseReason) {
    this.#tunnel = tunnel;
    this.#to = to;
    this.#cutReason = cutReason;
  }

  onData(bytes: Buffer): boolean {
    return this.#to.write(bytes);
  }

  onEnd(): void {
    this.#tunnel.directionEnded();
    this.#to.end();
  }

  onDrain(): void {
    this.#to.resume();
  }

  onClose(errorCode: string | null): void {
    this.#tunnel.sideClosed(errorCode, this.#to, this.#cutReason);
  }
}
