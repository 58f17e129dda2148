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
    client.handler = this.#side(server, "client-aborted");
    server.handler = this.#side(client, "origin-truncated");
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
    const bytes =
      this.#client.bytesRead + this.#server.bytesRead - this.#client.unsentBytes - this.#server.unsentBytes;
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

  /** The handler of one wire: what it receives goes `to` the other. */
  #side(to: Wire, cutReason: CloseReason): WireHandler {
    return {
      onData: (bytes) => to.write(bytes),
      onEnd: () => {
        this.#openDirections -= 1;
        to.end();
      },
      onDrain: () => to.resume(),
      onClose: (errorCode) => {
        if (this.#ended) return;
        if (this.#openDirections === 0 && errorCode === null) {
          // Both ended in order; the other side may still be sending what it has.
          if (to.closed || to.unsentBytes === 0) this.#finish("complete");
          return;
        }
        this.#ended = true;
        // A reset is passed on as a reset, so that neither side takes a cut stream for a whole one.
        if (errorCode === null) to.destroy();
        else to.reset();
        this.#onEnded(errorCode === null ? "complete" : cutReason);
      },
    };
  }

  #finish(reason: CloseReason): void {
    this.#ended = true;
    this.#onEnded(reason);
  }
}
