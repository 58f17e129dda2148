import type { CloseReason } from "#http/close-reason.ts";
import type { ResponseHead } from "#http/message-head.ts";
import { PARSER } from "#http1/parser-event.ts";
import { ResponseParser } from "#http1/response-parser.ts";
import type { Wire, WireHandler } from "#transport/wire.ts";
import { INTERIM_RESPONSES_MAX, KEEP_ALIVE_MARGIN_MS } from "./limits.ts";
import type { OriginExchange } from "./origin-exchange.ts";
import type { OriginPool } from "./origin-pool.ts";

/** No deadline: the other side has nothing to do. */
const NEVER = Number.POSITIVE_INFINITY;

/**
 * One connection to an origin, used by one exchange after another; the answer's half of each.
 *
 *   idle ──begin──▶ waiting for the head ──▶ body ◀──onBody false / releaseBody──▶ held
 *    ▲                       │                │
 *    └──── end, no doubt ────┴────────────────┘        every doubt ──▶ closed, never reused
 *
 * Doubt is: a parser error, bytes after the end, a body that only the close ends, an answer that is
 * complete before its request is, an origin that says close (RFC 9112 sections 6.3 and 9.6).
 */
export class OriginConnection implements WireHandler {
  readonly wire: Wire;
  readonly #pool: OriginPool;
  readonly #parser: ResponseParser;
  #exchange: OriginExchange | null = null;
  #reused = false;
  #anyByte = false;
  #interims = 0;
  #head: ResponseHead | null = null;
  /** The handler still needs the bytes of the last onBody. */
  #held = false;
  #pumping = false;
  /** The origin's direction is closed: by FIN, or with the system's error code. */
  #ended = false;
  #closed: string | null = null;
  /** What the sweep acts on: the end of a wait, or of being idle. */
  #deadlineMs = NEVER;
  #gone = false;

  constructor(pool: OriginPool, wire: Wire) {
    this.#pool = pool;
    this.wire = wire;
    this.#parser = new ResponseParser(pool.pools.options.limits);
    wire.handler = this;
    wire.resume();
  }

  /** Takes an exchange: the parser expects the answer to its method (RFC 9112 section 6.3). */
  begin(exchange: OriginExchange, reused: boolean): void {
    this.#exchange = exchange;
    this.#reused = reused;
    this.#anyByte = false;
    this.#interims = 0;
    this.#head = null;
    this.#held = false;
    this.#deadlineMs = NEVER;
    this.#parser.expect(exchange.request.method);
  }

  /** The request is complete: from now on the origin has its time to answer. */
  requestSent(): void {
    if (this.#head === null) this.#deadlineMs = this.#now() + this.#settings.responseTimeoutMs;
  }

  /** A piece of the request's body went out; `flushed` is false when the origin does not read it yet. */
  requestProgress(flushed: boolean): void {
    if (this.#held) return;
    // Before the head it is the client that we wait for, unless the origin does not read.
    const waiting = this.#head !== null || !flushed;
    this.#deadlineMs = waiting ? this.#now() + this.#settings.bodyTimeoutMs : NEVER;
  }

  /** The handler is done with the bytes that it held. */
  releaseBody(exchange: OriginExchange): void {
    if (!this.#held || this.#exchange !== exchange) return;
    this.#held = false;
    // Called from within `onBody`: its caller goes on by itself.
    if (this.#pumping) return;
    this.#deadlineMs = this.#now() + this.#settings.bodyTimeoutMs;
    if (this.#pump() && !this.#gone) this.wire.resume();
  }

  /** The exchange was given up in the middle: nothing can tell where the next answer would begin. */
  abandon(): void {
    this.#exchange = null;
    this.drop();
  }

  /** Closes the connection for good. */
  drop(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.wire.destroy();
    this.#pool.gone(this);
  }

  /** Ends what has taken too long. */
  sweep(nowMs: number): void {
    if (nowMs < this.#deadlineMs) return;
    if (this.#exchange === null) this.drop();
    else if (this.#head === null) this.#fail("origin-timeout", "no answer in time");
    else this.#fail("origin-timeout", "the body of the answer paused for too long");
  }

  onData(bytes: Buffer): boolean {
    if (this.#exchange === null) {
      // Bytes that nobody asked for: whatever they are, they are not the answer to what comes next.
      this.drop();
      return true;
    }
    this.#anyByte = true;
    if (this.#head !== null) this.#deadlineMs = this.#now() + this.#settings.bodyTimeoutMs;
    this.#parser.push(bytes);
    return this.#pump();
  }

  onEnd(): void {
    this.#ended = true;
    if (!this.#held) this.#finishInput();
  }

  onDrain(): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    if (exchange.requestSent) this.requestSent();
    else this.requestProgress(true);
    exchange.drained();
  }

  onClose(errorCode: string | null): void {
    this.#closed = errorCode ?? "closed";
    if (!this.#held) this.#finishInput();
  }

  get #settings() {
    return this.#pool.pools.options.settings;
  }

  #now(): number {
    return this.#pool.pools.options.clock.nowMs();
  }

  /** Hands on what the parser has. False: the handler holds bytes. */
  #pump(): boolean {
    this.#pumping = true;
    const flowing = this.#pumpEvents();
    this.#pumping = false;
    if (flowing && (this.#ended || this.#closed !== null)) this.#finishInput();
    return flowing;
  }

  #pumpEvents(): boolean {
    const exchange = this.#exchange;
    // A callback may end the exchange, and even begin the next one, on this connection.
    while (exchange !== null && this.#exchange === exchange) {
      switch (this.#parser.next()) {
        case PARSER.needMore:
          return true;
        case PARSER.head:
          this.#onHead(exchange, this.#parser.head);
          break;
        case PARSER.body:
          this.#held = true;
          if (exchange.handler.onBody(this.#parser.body)) this.#held = false;
          else if (this.#held && this.#exchange === exchange) {
            this.#deadlineMs = NEVER;
            return false;
          }
          break;
        case PARSER.end:
          this.#onMessageEnd(exchange);
          break;
        case PARSER.error:
          this.#fail(this.#parser.error, "");
          break;
      }
    }
    return true;
  }

  #onHead(exchange: OriginExchange, head: ResponseHead): void {
    if (head.status === 101) {
      this.#handOver(exchange, head);
    } else if (head.status < 200) {
      this.#interims += 1;
      if (this.#interims > INTERIM_RESPONSES_MAX) this.#fail("bad-response", "too many interim answers");
      else exchange.handler.onInformational(head.status, head.fields);
    } else {
      this.#head = head;
      this.#deadlineMs = this.#now() + this.#settings.bodyTimeoutMs;
      exchange.handler.onHead(head);
    }
  }

  /** 101: the connection changes hands, with the bytes that came behind the head. */
  #handOver(exchange: OriginExchange, head: ResponseHead): void {
    if (exchange.request.upgrade === null) {
      this.#fail("bad-response", "101 without a request for it");
      return;
    }
    const first = Buffer.from(this.#parser.takeRest());
    this.#exchange = null;
    this.#gone = true;
    this.#pool.gone(this);
    exchange.leave();
    // Nothing may be lost between two handlers; the new owner resumes.
    this.wire.pause();
    exchange.handler.onUpgrade(head, this.wire, first);
  }

  #onMessageEnd(exchange: OriginExchange): void {
    const head = this.#head;
    const trailers = this.#parser.trailers;
    const clean =
      head?.keepAlive === true &&
      head.framing.kind !== "close" &&
      exchange.requestSent &&
      // Asked once more, the parser forgets the message, or finds bytes that follow it.
      this.#parser.next() === PARSER.needMore &&
      this.wire.unsentBytes === 0 &&
      !this.#ended &&
      this.#closed === null;
    this.#exchange = null;
    if (clean) this.#becomeIdle(head);
    else this.drop();
    exchange.finish(trailers);
  }

  #becomeIdle(head: ResponseHead): void {
    const { idleTimeoutMs } = this.#settings;
    const grantedMs = keepAliveMs(head);
    this.#deadlineMs = this.#now() + Math.min(idleTimeoutMs, grantedMs - KEEP_ALIVE_MARGIN_MS);
    if (grantedMs <= KEEP_ALIVE_MARGIN_MS) this.drop();
    else this.#pool.release(this);
  }

  /** The origin sends no more: the end of a body, a cut body, or a connection that died while idle. */
  #finishInput(): void {
    const exchange = this.#exchange;
    if (exchange === null) {
      this.drop();
      return;
    }
    if (!this.#anyByte && this.#reused && exchange.mayRetry()) {
      // In this order the retry takes the place before a waiter can.
      this.#exchange = null;
      exchange.retry();
      this.drop();
      return;
    }
    // Only an orderly close ends a body that the close delimits (RFC 9112 section 8).
    if (this.#ended && this.#parser.finish() === PARSER.end) {
      this.#onMessageEnd(exchange);
      return;
    }
    const how = this.#closed ?? "the connection was closed";
    if (this.#head === null) this.#fail("origin-closed", how);
    else this.#fail("origin-truncated", how);
  }

  #fail(reason: CloseReason, detail: string): void {
    const exchange = this.#exchange;
    this.#exchange = null;
    this.drop();
    exchange?.failed(reason, detail);
  }
}

/** How long the origin says that it keeps the connection (`Keep-Alive: timeout=5`), or Infinity. */
function keepAliveMs(head: ResponseHead): number {
  const value = head.fields.get("keep-alive");
  if (value === undefined) return NEVER;
  const seconds = /(?:^|[,\s])timeout="?([0-9]{1,6})/i.exec(value)?.[1];
  return seconds === undefined ? NEVER : Number(seconds) * 1_000;
}
