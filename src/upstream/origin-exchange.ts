import { assert } from "#base/assert.ts";
import type { CloseReason } from "#http/close-reason.ts";
import type { FieldList } from "#http/field-list.ts";
import { CHUNK_END, chunkSizeLine, lastChunkText } from "#http1/serialize.ts";
import type { Cancel } from "#transport/connect.ts";
import type { Exchange, ExchangeHandler, UpstreamRequest } from "#transport/exchange.ts";
import type { Wire } from "#transport/wire.ts";
import type { OriginConnection } from "./origin-connection.ts";
import type { OriginPool } from "./origin-pool.ts";
import { remoteText } from "./origin-route.ts";
import { assertUnframed, isIdempotent, requestText } from "./request-text.ts";

/**
 * The request's half of an exchange over our own client; the answer's half is `OriginConnection`.
 *
 *   no connection ──attach──▶ head unsent ──▶ body ──▶ request sent
 *        │                                                 │
 *        └── failed, abort ──▶ done ◀── finish, failed, abort ┘
 *
 * Body pieces that come before there is a connection are held: their `write` returned false.
 */
export class OriginExchange implements Exchange {
  readonly request: UpstreamRequest;
  readonly handler: ExchangeHandler;
  readonly #pool: OriginPool;
  /** When a waiter has waited for too long, on the monotonic clock. */
  waitUntilMs = 0;
  #connection: OriginConnection | null = null;
  #cancelConnect: Cancel | null = null;
  #held: Buffer[] = [];
  #trailers: FieldList | null = null;
  #bodyBytes = 0;
  #headSent = false;
  #bodyBegun = false;
  /** There is no body at all: the head is the request. */
  readonly #bodiless: boolean;
  #bodyEnded: boolean;
  #requestSent = false;
  #blocked = false;
  #retried = false;
  #done = false;

  constructor(pool: OriginPool, request: UpstreamRequest, handler: ExchangeHandler) {
    this.#pool = pool;
    this.request = request;
    this.handler = handler;
    const { framing } = request;
    assert(framing.kind !== "close", "a request is not delimited by the close");
    assertUnframed(request.fields);
    this.#bodiless = framing.kind === "none" || (framing.kind === "length" && framing.bytes === 0);
    this.#bodyEnded = this.#bodiless;
  }

  /** The whole request is with the connection. */
  get requestSent(): boolean {
    return this.#requestSent;
  }

  connecting(cancel: Cancel): void {
    this.#cancelConnect = cancel;
  }

  /** There is a connection: the request goes out on it. */
  attach(connection: OriginConnection, reused: boolean): void {
    this.#cancelConnect = null;
    this.#connection = connection;
    connection.begin(this, reused);
    this.handler.onConnection(remoteText(connection.wire), this.#pool.route.parent);
    if (this.#done) return;
    if (this.#bodiless) {
      this.#sendBodiless(connection);
    } else if (reused && this.#held.length === 0 && !this.request.expectContinue) {
      // The first body bytes are most likely here before this turn is over: one write for both.
      queueMicrotask(() => this.#flush());
    } else {
      this.#flush();
    }
  }

  write(bytes: Buffer): boolean {
    if (this.#done) return true;
    const { framing } = this.request;
    assert(!this.#bodyEnded, "no body bytes after the end of the request");
    this.#bodyBytes += bytes.length;
    assert(
      framing.kind !== "length" || this.#bodyBytes <= framing.bytes,
      "no more bytes than Content-Length",
    );
    const connection = this.#connection;
    if (connection === null) {
      this.#held.push(bytes);
      this.#blocked = true;
      return false;
    }
    const { wire } = connection;
    wire.cork();
    this.#putHead(wire);
    this.#putPiece(wire, bytes);
    const flushed = wire.uncork();
    if (!flushed) this.#blocked = true;
    connection.requestProgress(flushed);
    return flushed;
  }

  end(trailers: FieldList | null): void {
    if (this.#done || this.#bodyEnded) return;
    const { framing } = this.request;
    assert(framing.kind !== "length" || this.#bodyBytes === framing.bytes, "as many bytes as Content-Length");
    this.#bodyEnded = true;
    this.#trailers = trailers;
    const connection = this.#connection;
    if (connection === null) return;
    const { wire } = connection;
    wire.cork();
    this.#putHead(wire);
    this.#putEnd(wire);
    wire.uncork();
    connection.requestSent();
  }

  resume(): void {
    this.#connection?.releaseBody(this);
  }

  abort(): void {
    if (this.#done) return;
    this.#done = true;
    const cancel = this.#cancelConnect;
    if (this.#connection !== null) {
      this.#connection.abandon();
    } else if (cancel !== null) {
      cancel();
      this.#pool.freePlace();
    } else {
      this.#pool.cancelWait(this);
    }
    this.#forget();
  }

  /** The connection took all that was written. */
  drained(): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    this.handler.onRequestDrain();
  }

  /**
   * Whether the request may be sent again on another connection: it is idempotent and nothing of its
   * body is gone (RFC 9110 section 9.2.2, RFC 9112 section 9.3.1). Once only.
   */
  mayRetry(): boolean {
    return !this.#retried && !this.#bodyBegun && !this.#done && isIdempotent(this.request.method);
  }

  /** Starts anew on a connection of its own. */
  retry(): void {
    this.#retried = true;
    this.#connection = null;
    this.#headSent = false;
    this.#requestSent = false;
    this.#pool.retry(this);
  }

  /** The answer is complete; the connection is already somebody else's. */
  finish(trailers: FieldList | null): void {
    this.#done = true;
    this.#forget();
    this.handler.onEnd(trailers);
  }

  /** The connection has left us for another protocol; the handler is told by the caller. */
  leave(): void {
    this.#done = true;
    this.#forget();
  }

  failed(reason: CloseReason, detail: string): void {
    if (this.#done) return;
    this.#done = true;
    this.#forget();
    this.handler.onError(reason, detail);
  }

  #forget(): void {
    this.#connection = null;
    this.#cancelConnect = null;
    this.#held = [];
  }

  #sendBodiless(connection: OriginConnection): void {
    this.#headSent = true;
    this.#requestSent = true;
    connection.wire.post(requestText(this.request, this.#pool.route));
    connection.requestSent();
  }

  /** Sends what there is: the head, the held pieces, the end. */
  #flush(): void {
    const connection = this.#connection;
    if (this.#done || connection === null || this.#headSent) return;
    const { wire } = connection;
    wire.cork();
    this.#putHead(wire);
    for (const piece of this.#held) this.#putPiece(wire, piece);
    this.#held = [];
    if (this.#bodyEnded) this.#putEnd(wire);
    const flushed = wire.uncork();
    if (this.#requestSent) connection.requestSent();
    else connection.requestProgress(flushed);
    if (flushed) this.drained();
    else this.#blocked = true;
  }

  #putHead(wire: Wire): void {
    if (this.#headSent) return;
    this.#headSent = true;
    wire.writeLatin1(requestText(this.request, this.#pool.route));
  }

  #putPiece(wire: Wire, bytes: Buffer): void {
    if (bytes.length === 0) return; // An empty chunk would end the body.
    this.#bodyBegun = true;
    if (this.request.framing.kind !== "chunked") {
      wire.write(bytes);
      return;
    }
    wire.writeLatin1(chunkSizeLine(bytes.length));
    wire.write(bytes);
    wire.writeLatin1(CHUNK_END);
  }

  #putEnd(wire: Wire): void {
    this.#requestSent = true;
    if (this.request.framing.kind !== "chunked") return;
    this.#bodyBegun = true;
    wire.writeLatin1(lastChunkText(this.#trailers));
  }
}
