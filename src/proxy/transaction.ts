import { CLOSE_REASONS, type CloseReason } from "#http/close-reason.ts";
import type { FieldList } from "#http/field-list.ts";
import type { RequestHead, ResponseHead } from "#http/message-head.ts";
import { REQUEST_SERIAL_MAX, requestId } from "#http/request-id.ts";
import type { CacheResult } from "#http/transaction-record.ts";
import type { Cancel, OpenedTunnel } from "#transport/connect.ts";
import type { Exchange, ExchangeHandler } from "#transport/exchange.ts";
import type { Wire } from "#transport/wire.ts";
import { BodyPace } from "./body-pace.ts";
import type { CachedRequest } from "./cached-request.ts";
import type { ClientConnection } from "./client-connection.ts";
import { forwardResponse, interimHeadText, upgradeHeadText } from "./forward-response.ts";
import type { Generation, GenerationUse } from "./generation.ts";
import { STEP, type Step, stepName, type Wait } from "./step.ts";
import { takeStep } from "./steps.ts";
import {
  countCacheResult,
  countTransaction,
  TRANSACTIONS_OPEN,
  transactionRecord,
} from "./transaction-log.ts";
import { Tunnel } from "./tunnel.ts";

/** The number of the last request that got an id, in this worker. */
let serial = 0;

/**
 * One request and its answer. What happens next is decided by the table in steps.ts; this object
 * holds what the steps share, and turns the events of both sides into steps.
 *
 * The last step is always `finish`, exactly once; it happens when the wire has
 * taken the whole answer: it is with the kernel, or small enough to be posted.
 */
export class Transaction implements ExchangeHandler {
  readonly connection: ClientConnection;
  readonly generation: Generation;
  readonly startedMs: number;
  readonly startedWallMs: number;
  readonly use: GenerationUse;
  /** Made when the sweep first finds the transaction: most are over before. */
  #pace: BodyPace | null = null;
  readonly #firstByte: number;
  readonly #firstSentByte: number;
  /** Null when no head could be parsed. */
  head: RequestHead | null = null;
  /** What a log line shows as the target when there is no head. */
  badRequestLine = "";
  reason: CloseReason = "complete";
  detail = "";
  status = 0;
  upstreamAddress = "-";
  parent: string | null = null;
  /** The origin's answer, once its head is there. */
  response: ResponseHead | null = null;
  /** What the cache knows of the request; null where there is none. */
  caching: CachedRequest | null = null;
  /** For the log, once the cache has a word on it. */
  cacheResult: CacheResult | null = null;
  /** The value of Cache-Status; null without a cache. */
  cacheStatus: string | null = null;
  /** Of an answer from the store. */
  contentType: string | null = null;
  /** The connection must close after this answer. */
  mustClose = false;
  /** What Allow says with 405, where it is not the settings' list. */
  allowMethods: readonly string[] | null = null;
  exchange: Exchange | null = null;
  cancelTunnel: Cancel | null = null;
  tunnelled = false;
  requestBodyBytes = 0;
  #requestId: string | null = null;
  #headSent = false;
  #delimitedByClose = false;
  /** The origin's body waits until the client has taken what was written. */
  #bodyHeld = false;
  #answerComplete = false;
  #finished = false;

  constructor(connection: ClientConnection, use: GenerationUse, startedMs: number) {
    const { clock, counters } = connection.context;
    this.connection = connection;
    this.use = use;
    this.generation = use.generation;
    this.startedMs = startedMs;
    this.startedWallMs = clock.wallMs() - (clock.nowMs() - startedMs);
    this.#firstByte = connection.lastConsumedByte;
    this.#firstSentByte = connection.writer.sentBytes;
    use.enter();
    counters.addAt(TRANSACTIONS_OPEN, 1);
  }

  /** Starts with a request that was parsed. */
  begin(head: RequestHead): void {
    this.head = head;
    this.run(STEP.receive);
  }

  /** Starts with bytes that are no request: only an error answer is possible. */
  beginRefused(reason: CloseReason, requestLine: string): void {
    this.badRequestLine = requestLine;
    this.fail(reason, "");
  }

  /** Runs steps until one has to wait for an event. */
  run(first: Step): void {
    let step: Step | Wait = first;
    while (step !== STEP.wait) {
      if (this.#finished) throw new Error(`invariant broken: step ${stepName(step)} after finish`);
      step = takeStep(step, this);
    }
  }

  // ── the client's side ─────────────────────────────────────────────────────────────────────────

  /** A piece of the request body. False: held until the exchange takes it. */
  onRequestBody(bytes: Buffer): boolean {
    this.requestBodyBytes += bytes.length;
    const limit = this.generation.settings.limits.requestBodyBytesMax;
    if (limit > 0 && this.requestBodyBytes > limit) {
      this.fail("body-too-large", "");
      return true;
    }
    return this.exchange === null || this.#answerComplete ? true : this.exchange.write(bytes);
  }

  onRequestEnd(trailers: FieldList | null): void {
    if (this.head?.method === "CONNECT" && this.connection.earlyBytes > 0) this.onEarlyBytes();
    this.exchange?.end(trailers);
    if (this.#answerComplete) this.#finishWhenSent();
  }

  /** Bytes beyond the request arrived while it is served. */
  onEarlyBytes(): void {
    // RFC 9931: what a client sends before a CONNECT is granted may have been meant for somebody else.
    if (this.cancelTunnel !== null && !this.#headSent) this.fail("bytes-after-connect", "");
  }

  onClientDrain(): void {
    if (this.#answerComplete) {
      this.#finishWhenSent();
      return;
    }
    if (!this.#bodyHeld) return;
    this.#bodyHeld = false;
    this.exchange?.resume();
  }

  /** The client is gone, or closed in the middle of its request. */
  onClientGone(): void {
    if (this.#finished) return;
    this.#end("client-aborted");
    this.connection.wire.destroy();
  }

  /** Ends with an error answer if there is none yet, else with a cut that the client can notice. */
  fail(reason: CloseReason, detail: string): void {
    if (this.#finished || this.#answerComplete) return;
    this.#stopUpstream();
    this.reason = reason;
    this.detail = detail;
    if (this.#headSent || CLOSE_REASONS[reason].status === 0) this.#cutAnswer(reason);
    else this.run(STEP.refuse);
  }

  /** Ends now, whatever the state (drain limit, worker stop). */
  cut(reason: CloseReason): void {
    if (this.#finished) return;
    this.#end(reason);
    this.connection.wire.reset();
  }

  /** Keeps the minimum rates of both bodies. */
  sweep(nowMs: number): void {
    const { wire, requestComplete, consumedBytes } = this.connection;
    this.#pace ??= new BodyPace(this.generation.settings.limits, nowMs);
    if (wire.unsentBytes > 0) {
      if (this.#pace.tooSlow("answer", wire.bytesWritten - wire.unsentBytes, nowMs))
        this.cut("client-stalled");
    } else if (!requestComplete && !this.connection.requestBodyHeld && !this.#answerComplete) {
      if (this.#pace.tooSlow("request", consumedBytes, nowMs)) this.fail("body-too-slow", "");
    } else this.#pace.rest(nowMs);
  }

  // ── the origin's side (ExchangeHandler) ───────────────────────────────────────────────────────

  onConnection(remote: string, parent: string | null): void {
    this.upstreamAddress = remote;
    this.parent = parent;
  }

  onInformational(status: number, fields: FieldList): void {
    if (this.head?.minorVersion !== 1 || this.#headSent) return;
    this.connection.writer.begin(interimHeadText(status, fields), false);
    this.connection.writer.flush();
  }

  onHead(head: ResponseHead): void {
    this.response = head;
    this.run(STEP.deliver);
  }

  onBody(bytes: Buffer): boolean {
    const taken = this.connection.writer.body(bytes);
    if (!taken) this.#bodyHeld = true;
    this.connection.scheduleFlush();
    return taken;
  }

  onEnd(trailers: FieldList | null): void {
    this.exchange = null;
    this.connection.writer.end(trailers);
    this.answerWritten();
  }

  onUpgrade(head: ResponseHead, wire: Wire, first: Buffer): void {
    this.exchange = null;
    this.sendHead(101, upgradeHeadText(head, this.generation.pseudonym), false);
    this.startTunnel(wire, first);
  }

  onRequestDrain(): void {
    this.connection.resumeRequestBody();
  }

  onError(reason: CloseReason, detail: string): void {
    this.exchange = null;
    this.fail(reason, detail);
  }

  // ── what steps use ────────────────────────────────────────────────────────────────────────────

  /** Makes the client's answer from the origin's; the body follows as it comes. */
  deliver(response: ResponseHead): void {
    const answer = forwardResponse(response, {
      request: this.head as RequestHead,
      pseudonym: this.generation.pseudonym,
      mustClose: this.closesAfterAnswer,
      wallMs: this.connection.context.clock.wallMs(),
      cacheStatus: this.cacheStatus,
    });
    this.mustClose = answer.closes;
    this.#delimitedByClose = answer.delimitedByClose;
    this.sendHead(response.status, answer.headText, answer.chunked);
  }

  /** Whether this side already knows that no further request can follow on the connection. */
  get closesAfterAnswer(): boolean {
    return this.mustClose || this.connection.clientEnded || this.connection.context.draining();
  }

  /** The same, decided now, for an answer from the store; the request has no body. */
  closesForStored(): boolean {
    this.mustClose = this.closesAfterAnswer || this.head?.keepAlive !== true;
    return this.mustClose;
  }

  /** Made when it is first asked for: a request that nobody logs by its id has none. */
  get requestId(): string {
    if (this.#requestId === null) {
      serial = (serial + 1) % REQUEST_SERIAL_MAX;
      this.#requestId = requestId(this.startedWallMs, this.connection.wire.remotePort, serial);
    }
    return this.#requestId;
  }

  get clientAddress(): string {
    return this.connection.wire.remoteAddress;
  }

  /** Puts the head of the answer on its way; it waits for the body's first piece. */
  sendHead(status: number, headText: string, chunked: boolean): void {
    this.#headSent = true;
    this.status = status;
    this.connection.writer.begin(headText, chunked);
    this.connection.scheduleFlush();
  }

  /** A whole answer, of our own or from the store. `body` is not written to any more. */
  sendAnswer(status: number, headText: string, body: Buffer): void {
    const { writer } = this.connection;
    this.#headSent = true;
    this.status = status;
    writer.begin(headText, false);
    writer.body(body);
    writer.flush();
    this.answerWritten();
  }

  /** As `sendAnswer`, with head and body in one. */
  sendReady(status: number, message: Buffer): void {
    this.#headSent = true;
    this.status = status;
    this.connection.writer.whole(message);
    this.answerWritten();
  }

  /** The answer is written; the transaction ends when the kernel has all of it. */
  answerWritten(): void {
    this.#answerComplete = true;
    this.#finishWhenSent();
  }

  /** A tunnel to the server stands (CONNECT). */
  onTunnel(opened: OpenedTunnel): void {
    this.cancelTunnel = null;
    this.onConnection(opened.remote, opened.parent);
    this.sendHead(200, "HTTP/1.1 200 Connection established\r\n\r\n", false);
    this.startTunnel(opened.wire, opened.first);
  }

  /** Hands both wires to a tunnel; the transaction ends with it. */
  startTunnel(server: Wire, first: Buffer): void {
    const { connection } = this;
    const { counters, clock } = connection.context;
    this.tunnelled = true;
    connection.writer.flush();
    counters.add("tunnels");
    counters.add("tunnels_open");
    const tunnel = new Tunnel(connection.wire, server, clock.nowMs(), (reason) => {
      counters.add("tunnels_open", -1);
      this.#end(reason);
      connection.tunnelEnded();
    });
    connection.becomeTunnel(tunnel);
    tunnel.start(first);
  }

  /** The last step: counts, logs, and lets the connection go on. */
  finish(): void {
    this.#end(this.reason);
    this.connection.finished(this.mustClose);
  }

  #finishWhenSent(): void {
    if (this.#finished || this.connection.wire.unsentBytes > 0) return;
    // A client that is still sending gets its answer now; the connection cannot go on (RFC 9112 section 9.3).
    if (!this.connection.requestComplete) this.mustClose = true;
    this.run(STEP.finish);
  }

  #cutAnswer(reason: CloseReason): void {
    this.#end(reason);
    // Behind a length or chunks a plain close shows that something is missing; otherwise only a reset does.
    if (this.#delimitedByClose) this.connection.wire.reset();
    else this.connection.wire.destroy();
  }

  #stopUpstream(): void {
    this.exchange?.abort();
    this.exchange = null;
    this.cancelTunnel?.();
    this.cancelTunnel = null;
  }

  /** Books the end, once. */
  #end(reason: CloseReason): void {
    if (this.#finished) return;
    this.#finished = true;
    this.reason = reason;
    this.#stopUpstream();
    const { context, consumedBytes, writer, wire } = this.connection;
    const requestBytes = this.tunnelled ? wire.bytesRead - this.#firstByte : consumedBytes - this.#firstByte;
    const responseBytes = this.tunnelled
      ? wire.bytesWritten - this.#firstSentByte
      : writer.sentBytes - this.#firstSentByte;
    countTransaction(context.counters, reason, requestBytes, responseBytes);
    if (this.cacheResult !== null) countCacheResult(context.counters, this.cacheResult, responseBytes);
    this.connection.lastConsumedByte = this.#firstByte + requestBytes;
    const record = transactionRecord(this, { requestBytes, responseBytes, nowMs: context.clock.nowMs() });
    context.record(record);
    if (this.caching !== null) context.cache?.remember(this.caching, record);
    this.use.leave();
  }
}
