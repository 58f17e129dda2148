import type { CloseReason } from "#http/close-reason.ts";
import { PARSER } from "#http1/parser-event.ts";
import { RequestParser } from "#http1/request-parser.ts";
import type { Settings } from "#settings/schema.ts";
import type { Wire, WireHandler } from "#transport/wire.ts";
import { FORGET_AFTER_MS, LINGER_BYTES_MAX, LINGER_MS } from "./limits.ts";
import type { ProxyContext } from "./proxy-context.ts";
import { ResponseWriter } from "./response-writer.ts";
import { Transaction } from "./transaction.ts";
import type { Tunnel } from "./tunnel.ts";

/**
 * One client's connection: it feeds the parser, runs one transaction after the other (answers in
 * order, RFC 9112 section 9.3.2) and keeps the time limits between them.
 *
 *   waiting ──head──▶ serving ──answer complete──▶ waiting (keep-alive) | lingering
 *      │                 └──CONNECT, Upgrade──▶ tunnel ──▶ closed
 *      └──bad head──▶ serving (an error answer) ──▶ lingering ──client closes, or limits──▶ closed
 *
 * waiting:   no transaction; `#sinceMs` is when the last one ended, or when a head began.
 * serving:   `#transaction` is set; request bytes beyond its own are held, unread.
 * tunnel:    the wire has another handler; only the sweep still comes here.
 * lingering: the answer is out and our direction closed; what comes is thrown away.
 */
type ConnectionState = "waiting" | "serving" | "tunnel" | "lingering" | "closed";

/** What waits for it runs when the current event is over: cheaper than queueMicrotask, which tracks each call. */
const EVENT_OVER = Promise.resolve();

export class ClientConnection implements WireHandler {
  readonly wire: Wire;
  readonly writer: ResponseWriter;
  readonly context: ProxyContext;
  #parser: RequestParser;
  #parserSettings: Settings;
  #at: ConnectionState = "waiting";
  #transaction: Transaction | null = null;
  #tunnel: Tunnel | null = null;
  /** Bytes that arrived while the parser could not take them; the wire is paused then. */
  #held: Buffer | null = null;
  /** The exchange holds a piece of the request body: the parser must wait. */
  #bodyHeld = false;
  #requestOpen = false;
  /** The parser met an error: nothing that follows can be trusted. */
  #broken = false;
  #clientEnded = false;
  #pumping = false;
  #sinceMs: number;
  #headSinceMs = 0;
  #lingeredBytes = 0;
  /** Where the last transaction's bytes ended in the stream of received bytes. */
  lastConsumedByte = 0;
  #flushScheduled = false;
  readonly #flush = (): void => {
    this.#flushScheduled = false;
    if (this.#at !== "closed") this.writer.flush();
  };

  constructor(wire: Wire, context: ProxyContext) {
    this.wire = wire;
    this.context = context;
    this.writer = new ResponseWriter(wire);
    this.#parserSettings = context.current().generation.settings;
    this.#parser = new RequestParser(this.#parserSettings.limits);
    this.#sinceMs = context.clock.nowMs();
    wire.handler = this;
  }

  /** Whether the client has sent all of the current request (its end event may still be to come). */
  get requestComplete(): boolean {
    return !this.#requestOpen || (!this.#broken && this.#transaction?.head?.framing.kind === "none");
  }

  /** The exchange does not take more of the request body now: the client is not to blame for a pause. */
  get requestBodyHeld(): boolean {
    return this.#bodyHeld;
  }

  /** The client closed its direction and all that it sent before is taken: no further request can come. */
  get clientEnded(): boolean {
    return this.#clientEnded && this.earlyBytes === 0;
  }

  /** Bytes received that belong to requests up to the current one. */
  get consumedBytes(): number {
    return this.wire.bytesRead - this.#parser.bufferedBytes - (this.#held?.length ?? 0);
  }

  /** Bytes that follow the current request and are not parsed yet. */
  get earlyBytes(): number {
    return this.#parser.bufferedBytes + (this.#held?.length ?? 0);
  }

  // ── what the wire says ────────────────────────────────────────────────────────────────────────

  onData(bytes: Buffer): boolean {
    if (this.#at === "lingering" || this.#broken) return this.#discard(bytes);
    if (this.#at === "closed") return true;
    if (this.#at === "serving" && (!this.#requestOpen || this.#bodyHeld)) {
      this.#held = bytes;
      this.#transaction?.onEarlyBytes();
      return false;
    }
    this.#parser.push(bytes);
    return this.#pump();
  }

  onEnd(): void {
    this.#clientEnded = true;
    if (this.#at === "serving") {
      if (this.#requestOpen) this.#transaction?.onClientGone();
      // With the request complete this is a half-close: the answer is still wanted (RFC 9112 section 9.5).
      return;
    }
    if (this.#at === "waiting") this.#close("client-closed");
    else if (this.#at === "lingering") this.wire.destroy();
  }

  onDrain(): void {
    this.#transaction?.onClientDrain();
  }

  onClose(errorCode: string | null): void {
    const before = this.#at;
    this.#at = "closed";
    if (before === "serving") this.#transaction?.onClientGone();
    else if (before === "waiting")
      this.context.counters.countClose(errorCode === null ? "client-closed" : "client-aborted");
    this.context.forget(this);
  }

  // ── what the transaction says ─────────────────────────────────────────────────────────────────

  /** The exchange can take more of the request body. */
  resumeRequestBody(): void {
    if (!this.#bodyHeld) return;
    this.#bodyHeld = false;
    if (this.#pump()) this.wire.resume();
  }

  /** Sends what the writer holds back once the current event is over. */
  scheduleFlush(): void {
    if (this.#flushScheduled || !this.writer.pending) return;
    this.#flushScheduled = true;
    void EVENT_OVER.then(this.#flush);
  }

  /** The transaction is over and its answer is with the kernel. */
  finished(mustClose: boolean): void {
    const complete = this.requestComplete;
    this.#transaction = null;
    if (this.#at === "closed") return;
    if (mustClose || !complete || this.clientEnded || this.context.draining()) {
      this.#linger();
      return;
    }
    this.#at = "waiting";
    this.#sinceMs = this.context.clock.nowMs();
    this.#headSinceMs = 0;
    this.#followReload();
    if (this.earlyBytes === 0) this.wire.settle();
    if (!this.#pumping && this.#pump()) this.wire.resume();
  }

  /** The connection belongs to the tunnel now. */
  becomeTunnel(tunnel: Tunnel): void {
    this.#at = "tunnel";
    this.#tunnel = tunnel;
  }

  /** The tunnel is over: both wires are closed or closing. */
  tunnelEnded(): void {
    this.#transaction = null;
    this.#tunnel = null;
    this.#at = "closed";
    this.context.forget(this);
  }

  // ── what the server says ──────────────────────────────────────────────────────────────────────

  /** Keeps the time limits; called a few times a second. */
  sweep(nowMs: number): void {
    if (this.#at === "serving") this.#transaction?.sweep(nowMs);
    else if (this.#at === "tunnel") {
      const transaction = this.#transaction;
      if (transaction !== null) this.#tunnel?.sweep(nowMs, transaction.generation.settings.connect);
    } else if (this.#at === "waiting") this.#sweepWaiting(nowMs);
    else if (this.#at === "lingering" && nowMs - this.#sinceMs >= LINGER_MS) this.wire.destroy();
  }

  /** The unit drains: a connection without a transaction closes, another after its transaction. */
  drain(): void {
    if (this.#at === "waiting" && !this.#parser.midHead) this.#close("draining");
  }

  /** Ends whatever is under way, now. */
  cut(reason: CloseReason): void {
    if (this.#tunnel !== null) this.#tunnel.close(reason);
    else if (this.#at === "serving") this.#transaction?.cut(reason);
    else this.wire.destroy();
  }

  // ── inside ────────────────────────────────────────────────────────────────────────────────────

  #sweepWaiting(nowMs: number): void {
    const limits = this.context.current().generation.settings.limits;
    if (this.#parser.midHead) {
      if (nowMs - this.#headSinceMs >= limits.headTimeoutMs) this.#serveFault("head-too-slow");
    } else if (nowMs - this.#sinceMs >= limits.idleTimeoutMs) this.#close("client-idle");
    else if (nowMs - this.#sinceMs >= FORGET_AFTER_MS) this.#parser.forget();
  }

  /** Limits of a newer generation hold from the next request on; pipelined bytes stay with their parser. */
  #followReload(): void {
    const settings = this.context.current().generation.settings;
    if (settings === this.#parserSettings || this.#parser.bufferedBytes > 0 || this.#held !== null) return;
    this.#parserSettings = settings;
    this.#parser = new RequestParser(settings.limits);
  }

  /** Runs the parser until it has nothing more to say. True: every byte is consumed. */
  #pump(): boolean {
    this.#pumping = true;
    const consumed = this.#parseOn();
    this.#pumping = false;
    return consumed;
  }

  #parseOn(): boolean {
    for (;;) {
      if (this.#at === "closed" || this.#at === "tunnel") return true;
      if (this.#at === "lingering") return this.#dropRest();
      if (this.#bodyHeld) return false;
      // The answer to the current request comes first; the next request waits unread.
      if (this.#at === "serving" && !this.#requestOpen) return this.earlyBytes === 0;
      switch (this.#parser.next()) {
        case PARSER.needMore:
          if (this.#held === null) return this.#awaitMore();
          this.#parser.push(this.#held);
          this.#held = null;
          break;
        case PARSER.head:
          this.#beginTransaction();
          break;
        case PARSER.body:
          if (this.#transaction?.onRequestBody(this.#parser.body) === false) this.#bodyHeld = true;
          break;
        case PARSER.end:
          this.#requestOpen = false;
          this.#transaction?.onRequestEnd(this.#parser.trailers);
          break;
        case PARSER.error:
          this.#broken = true;
          this.#serveFault(this.#parser.error);
          return this.#dropRest();
      }
    }
  }

  /** Everything is parsed. A head that has begun has a time limit from its first byte. */
  #awaitMore(): boolean {
    if (this.#at === "waiting" && this.#clientEnded) this.#close("client-closed");
    if (this.#at === "waiting" && this.#parser.midHead && this.#headSinceMs === 0) {
      this.#headSinceMs = this.context.clock.nowMs();
    }
    return true;
  }

  #beginTransaction(): void {
    const startedMs = this.#headSinceMs === 0 ? this.context.clock.nowMs() : this.#headSinceMs;
    this.#at = "serving";
    this.#requestOpen = true;
    this.#transaction = new Transaction(this, this.context.current(), startedMs);
    this.#transaction.begin(this.#parser.head);
  }

  /** The client broke a rule: answered, if an answer is still possible, and closed. */
  #serveFault(reason: CloseReason): void {
    if (this.#at === "serving") {
      this.#transaction?.fail(reason, "");
      return;
    }
    const startedMs = this.#headSinceMs === 0 ? this.context.clock.nowMs() : this.#headSinceMs;
    this.#at = "serving";
    this.#requestOpen = true; // whatever follows is not a request any more: the connection must close
    this.#transaction = new Transaction(this, this.context.current(), startedMs);
    this.#transaction.beginRefused(reason, this.#parser.requestLine);
  }

  #linger(): void {
    this.#at = "lingering";
    this.#sinceMs = this.context.clock.nowMs();
    this.#dropRest();
    this.wire.end();
    if (this.#clientEnded) return; // both directions are closed: the wire closes by itself
    if (!this.#pumping) this.wire.resume();
  }

  #dropRest(): boolean {
    this.#held = null;
    return true;
  }

  #discard(bytes: Buffer): boolean {
    this.#lingeredBytes += bytes.length;
    if (this.#lingeredBytes > LINGER_BYTES_MAX) this.wire.destroy();
    return true;
  }

  /** Ends a connection that has no transaction. */
  #close(reason: CloseReason): void {
    this.context.counters.countClose(reason);
    this.#linger();
  }
}
