import type { CloseReason } from "#http/close-reason.ts";
import type { FieldList } from "#http/field-list.ts";
import type { ResponseHead } from "#http/message-head.ts";
import type { Exchange, ExchangeHandler, Fetch, UpstreamRequest } from "#transport/exchange.ts";
import type { Wire } from "#transport/wire.ts";
import type { ParentProxy } from "./parent.ts";
import { mayTryNext, type ParentChoice } from "./parent-choice.ts";
import { isIdempotent } from "./request-text.ts";

/** The client for a way: a parent, or "direct". */
export type FetchBy = (way: ParentProxy | "direct") => Fetch;

/**
 * An exchange that may go by one parent after another: the next is tried when a parent cannot be reached
 * or says nothing, as long as nothing of the answer came, and nothing went out that must not go twice.
 */
export class RoutedExchange implements Exchange, ExchangeHandler {
  readonly #request: UpstreamRequest;
  readonly #handler: ExchangeHandler;
  readonly #choice: ParentChoice;
  readonly #fetchBy: FetchBy;
  #inner: Exchange | null = null;
  #parent: ParentProxy | null = null;
  /** Body pieces that the inner exchange holds unsent: the next one gets them again. */
  #held: Buffer[] = [];
  #ended = false;
  #trailers: FieldList | null = null;
  #connected = false;
  #bodyBegun = false;
  #answered = false;
  #done = false;

  constructor(request: UpstreamRequest, handler: ExchangeHandler, choice: ParentChoice, fetchBy: FetchBy) {
    this.#request = request;
    this.#handler = handler;
    this.#choice = choice;
    this.#fetchBy = fetchBy;
  }

  /** Goes the first way. */
  start(): void {
    if (this.#goNextWay()) return;
    // Never during `Fetch`.
    setImmediate(() => this.#giveUp("parent-failed", "every parent is down"));
  }

  write(bytes: Buffer): boolean {
    if (this.#done || this.#inner === null) return true;
    if (this.#connected) this.#bodyBegun = true;
    else this.#held.push(bytes);
    return this.#inner.write(bytes);
  }

  end(trailers: FieldList | null): void {
    this.#ended = true;
    this.#trailers = trailers;
    this.#inner?.end(trailers);
  }

  resume(): void {
    this.#inner?.resume();
  }

  abort(): void {
    this.#done = true;
    this.#inner?.abort();
  }

  onConnection(remote: string, parent: string | null): void {
    this.#connected = true;
    if (this.#held.length > 0) this.#bodyBegun = true;
    this.#held = [];
    this.#handler.onConnection(remote, parent);
  }

  onInformational(status: number, fields: FieldList): void {
    this.#answered = true;
    this.#handler.onInformational(status, fields);
  }

  onHead(head: ResponseHead): void {
    this.#answered = true;
    this.#parent?.health.succeeded();
    if (head.status === 407 && this.#parent !== null && this.#request.scheme === "http") {
      // The parent's demand for credentials is for us; the client has none for it.
      this.#inner?.abort();
      this.#giveUp("parent-failed", `parent ${this.#parent.name}: answered 407`);
      return;
    }
    this.#handler.onHead(head);
  }

  onBody(bytes: Buffer): boolean {
    return this.#handler.onBody(bytes);
  }

  onEnd(trailers: FieldList | null): void {
    this.#done = true;
    this.#handler.onEnd(trailers);
  }

  onUpgrade(head: ResponseHead, wire: Wire, first: Buffer): void {
    this.#done = true;
    this.#handler.onUpgrade(head, wire, first);
  }

  onRequestDrain(): void {
    this.#handler.onRequestDrain();
  }

  onError(reason: CloseReason, detail: string): void {
    if (this.#done) return;
    const sentTwiceIsWell = !this.#connected || (isIdempotent(this.#request.method) && !this.#bodyBegun);
    const mayGoOn = this.#parent !== null && !this.#answered && sentTwiceIsWell && mayTryNext(reason);
    if (mayGoOn && this.#goNextWay()) return;
    // A parent that could not even be reached is the failure; one that was passes on the origin's.
    this.#giveUp(mayGoOn && !this.#connected ? "parent-failed" : reason, detail);
  }

  #goNextWay(): boolean {
    const way = this.#choice.next();
    if (way === null) return false;
    this.#parent = way === "direct" ? null : way;
    this.#connected = false;
    const pieces = this.#held;
    this.#inner = this.#fetchBy(way)(this.#request, this);
    for (const piece of pieces) this.#inner.write(piece);
    if (this.#ended) this.#inner.end(this.#trailers);
    return true;
  }

  #giveUp(reason: CloseReason, detail: string): void {
    if (this.#done) return;
    this.#done = true;
    this.#handler.onError(reason, detail);
  }
}
