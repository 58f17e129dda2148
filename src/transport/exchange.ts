import type { Authority } from "#http/authority.ts";
import type { CloseReason } from "#http/close-reason.ts";
import type { FieldList } from "#http/field-list.ts";
import type { Framing, ResponseHead } from "#http/message-head.ts";
import type { Wire } from "./wire.ts";

/**
 * One request to a server and its answer, whichever client library carries it. All calls are
 * synchronous callbacks: no promise and no stream object on the way of a body.
 */
export interface UpstreamRequest {
  readonly method: string;
  readonly scheme: "http" | "https";
  readonly authority: Authority;
  /** Path and query, starting with "/" (or "*" for OPTIONS). */
  readonly path: string;
  /** End-to-end fields, ready to send: Host first, Via added, hop-by-hop fields already removed. */
  readonly fields: FieldList;
  /** `none`, `length` or `chunked`. */
  readonly framing: Framing;
  /** The client waits for 100 (Continue) before it sends the body. */
  readonly expectContinue: boolean;
  /** The protocol to upgrade to (RFC 9110 section 7.8), such as "websocket"; null for none. */
  readonly upgrade: string | null;
}

/** What the exchange tells the transaction. `onEnd`, `onUpgrade` or `onError` is the last call. */
export interface ExchangeHandler {
  /** The connection it goes out on is known: "ip:port", and the parent's name or null. */
  onConnection(remote: string, parent: string | null): void;
  /** A 1xx other than 101. */
  onInformational(status: number, fields: FieldList): void;
  /** The final head. Hop-by-hop fields are still in it. */
  onHead(head: ResponseHead): void;
  /** Body bytes without chunk framing. Same rule as WireHandler.onData: false holds them. */
  onBody(bytes: Buffer): boolean;
  onEnd(trailers: FieldList | null): void;
  /** 101: the connection now belongs to the caller; `first` are bytes that followed the head. */
  onUpgrade(head: ResponseHead, wire: Wire, first: Buffer): void;
  /** The request body may flow again after a `write` that returned false. */
  onRequestDrain(): void;
  onError(reason: CloseReason, detail: string): void;
}

/** What the transaction may do with it. */
export interface Exchange {
  /** One piece of the request body; framing is the exchange's matter. Same rule as Wire.write. */
  write(bytes: Buffer): boolean;
  /** The request body is complete. */
  end(trailers: FieldList | null): void;
  /** The bytes held by a false `onBody` are released. */
  resume(): void;
  /** Gives up: the connection is closed and never reused. No callback follows. */
  abort(): void;
}

/** Starts an exchange. Never throws; what goes wrong arrives as `onError`, never during this call. */
export type Fetch = (request: UpstreamRequest, handler: ExchangeHandler) => Exchange;
