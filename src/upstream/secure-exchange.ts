import type { Dispatcher } from "undici";
import type { CloseReason } from "#http/close-reason.ts";
import { FieldList } from "#http/field-list.ts";
import type { Exchange, ExchangeHandler, UpstreamRequest } from "#transport/exchange.ts";
import { INTERIM_RESPONSES_MAX } from "./limits.ts";
import { assertUnframed, isIdempotent } from "./request-text.ts";
import { SecureBody } from "./secure-body.ts";
import type { SecureClient } from "./secure-client.ts";
import { abortedError, isConnectionLoss, undiciFailure } from "./undici-failure.ts";
import { fieldListOf, responseHeadOf, trailersOf } from "./undici-head.ts";

/** What an exchange needs of the upstream that started it. */
export interface SecureExchangeOwner {
  readonly headFieldsMax: number;
  /** Gives the request to undici. */
  dispatch(exchange: SecureExchange, body: SecureBody | null): void;
  /** The exchange has come to its end. */
  ended(exchange: SecureExchange): void;
  reused(): void;
}

/** One exchange through undici's dispatcher: the `Exchange` of the caller and undici's handler in one. */
export class SecureExchange implements Exchange, Dispatcher.DispatchHandler {
  readonly request: UpstreamRequest;
  /** The connection that undici chose; set by `SecureClient`. */
  client: SecureClient | null = null;
  readonly #handler: ExchangeHandler;
  readonly #owner: SecureExchangeOwner;
  readonly #body: SecureBody | null;
  #controller: Dispatcher.DispatchController | null = null;
  #reused = false;
  #anyByte = false;
  #headSeen = false;
  #interims = 0;
  #retried = false;
  #done = false;

  constructor(owner: SecureExchangeOwner, request: UpstreamRequest, handler: ExchangeHandler) {
    this.#owner = owner;
    this.request = request;
    this.#handler = handler;
    const { framing } = request;
    assertUnframed(request.fields);
    const bodiless = framing.kind === "none" || (framing.kind === "length" && framing.bytes === 0);
    this.#body = bodiless
      ? null
      : new SecureBody(
          () => this.#onBodyWanted(),
          () => this.#onBodyDrain(),
        );
  }

  /** Sends it off. */
  start(): void {
    this.#owner.dispatch(this, this.#body);
  }

  // ── Exchange ──────────────────────────────────────────────────────────────────────────────────

  write(bytes: Buffer): boolean {
    return this.#done || this.#body === null ? true : this.#body.add(bytes);
  }

  /** undici's HTTP/1.1 cannot send trailers; RFC 9110 section 6.5.1 lets a proxy drop them. */
  end(_trailers: FieldList | null): void {
    if (!this.#done) this.#body?.complete();
  }

  resume(): void {
    if (!this.#done) this.#controller?.resume();
  }

  abort(): void {
    if (this.#done) return;
    this.#finish();
    this.#controller?.abort(abortedError());
    this.#body?.destroy();
  }

  /** Ends it with an error of ours. */
  fail(reason: CloseReason, detail: string): void {
    if (this.#done) return;
    this.#finish();
    this.#controller?.abort(abortedError());
    this.#body?.destroy();
    this.#handler.onError(reason, detail);
  }

  // ── undici's handler ──────────────────────────────────────────────────────────────────────────

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#done) {
      controller.abort(abortedError());
      return;
    }
    this.#controller = controller;
    const { client } = this;
    if (client === null) return;
    this.#reused = client.requests > 0;
    client.requests += 1;
    if (this.#reused) this.#owner.reused();
    this.#handler.onConnection(client.remote, null);
  }

  onResponseStarted(): void {
    this.#anyByte = true;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _fields: unknown,
    reasonPhrase = "",
  ): void {
    if (this.#done) return;
    const fields = fieldListOf(controller.rawHeaders);
    if (status < 200) {
      this.#interims += 1;
      if (this.#interims > INTERIM_RESPONSES_MAX) this.fail("bad-response", "too many interim answers");
      else this.#handler.onInformational(status, fields);
      return;
    }
    const head = responseHeadOf(
      { status, reasonPhrase, fields },
      this.request.method,
      this.#owner.headFieldsMax,
    );
    if (typeof head === "string") {
      this.fail(head, "");
      return;
    }
    this.#headSeen = true;
    this.#handler.onHead(head);
  }

  onResponseData(controller: Dispatcher.DispatchController, bytes: Buffer): void {
    if (this.#done) return;
    // Paused first: a `resume()` from within `onBody` must find something to undo.
    controller.pause();
    if (this.#handler.onBody(bytes) && !this.#done) controller.resume();
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    if (this.#done) return;
    this.#finish();
    this.#handler.onEnd(trailersOf(controller.rawTrailers));
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#done) return;
    if (this.#mayRetry(error)) {
      this.#retried = true;
      this.#controller = null;
      // Not from within undici's own clean-up.
      setImmediate(() => this.#dispatchAgain());
      return;
    }
    // undici reports some faults during `dispatch`; ours never come during `Fetch`.
    const failure = undiciFailure(error, this.#headSeen);
    if (this.#controller === null) setImmediate(() => this.fail(failure.reason, failure.detail));
    else this.fail(failure.reason, failure.detail);
  }

  /** A reused connection died under an idempotent request without a body (RFC 9112 section 9.3.1). */
  #mayRetry(error: Error): boolean {
    return (
      this.#reused &&
      !this.#retried &&
      !this.#anyByte &&
      this.#body === null &&
      isIdempotent(this.request.method) &&
      isConnectionLoss(error)
    );
  }

  #dispatchAgain(): void {
    if (!this.#done) this.#owner.dispatch(this, null);
  }

  /** undici cannot send Expect, so the 100 is ours, once there is a connection that takes the body. */
  #onBodyWanted(): void {
    if (this.request.expectContinue && !this.#done) {
      this.#handler.onInformational(100, new FieldList());
    }
  }

  #onBodyDrain(): void {
    if (!this.#done) this.#handler.onRequestDrain();
  }

  #finish(): void {
    this.#done = true;
    this.#owner.ended(this);
  }
}
