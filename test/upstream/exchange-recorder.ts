import type { CloseReason } from "#http/close-reason.ts";
import { FieldList } from "#http/field-list.ts";
import type { Framing, ResponseHead } from "#http/message-head.ts";
import { until } from "#test/support/until.ts";
import type { Exchange, ExchangeHandler, Fetch, UpstreamRequest } from "#transport/exchange.ts";
import type { Wire } from "#transport/wire.ts";

const LIMIT_MS = 10_000;

/** A transaction for tests: it notes every callback, and holds the body when told to. */
export class ExchangeRecorder implements ExchangeHandler {
  /** The callbacks in order: "connection", "1xx 103", "head 200", "body", "end", "drain", "upgrade", "error …". */
  readonly events: string[] = [];
  readonly pieces: Buffer[] = [];
  bodyBytes = 0;
  keepsBody = true;
  remote = "";
  parent: string | null = null;
  head: ResponseHead | null = null;
  informational: FieldList | null = null;
  trailers: FieldList | null = null;
  reason: CloseReason | null = null;
  detail = "";
  wire: Wire | null = null;
  first: Buffer = Buffer.alloc(0);
  drains = 0;
  over = false;
  /** Holds each piece until `exchange.resume()`. */
  holds = false;
  /** Called with each event, to act from within a callback. */
  onEvent: (event: string) => void = () => {};

  #note(event: string): void {
    if (this.over) throw new Error(`${event} after the last callback`);
    this.over = /^(end|error|upgrade)/.test(event);
    if (event !== "body" || this.events.at(-1) !== "body") this.events.push(event);
    this.onEvent(event);
  }

  onConnection(remote: string, parent: string | null): void {
    this.remote = remote;
    this.parent = parent;
    this.#note("connection");
  }

  onInformational(status: number, fields: FieldList): void {
    this.informational = fields;
    this.#note(`1xx ${status}`);
  }

  onHead(head: ResponseHead): void {
    this.head = head;
    this.#note(`head ${head.status}`);
  }

  onBody(bytes: Buffer): boolean {
    this.bodyBytes += bytes.length;
    if (this.keepsBody) this.pieces.push(Buffer.from(bytes));
    this.#note("body");
    return !this.holds;
  }

  onEnd(trailers: FieldList | null): void {
    this.trailers = trailers;
    this.#note("end");
  }

  onUpgrade(head: ResponseHead, wire: Wire, first: Buffer): void {
    this.head = head;
    this.wire = wire;
    this.first = first;
    this.#note("upgrade");
  }

  onRequestDrain(): void {
    this.drains += 1;
    this.onEvent("drain");
  }

  onError(reason: CloseReason, detail: string): void {
    this.reason = reason;
    this.detail = detail;
    this.#note(`error ${reason}`);
  }

  get body(): string {
    return Buffer.concat(this.pieces).toString("latin1");
  }

  /** Waits for the last callback. */
  async finished(): Promise<this> {
    await until(() => this.over || undefined, LIMIT_MS).catch(() => {
      throw new Error(`no end; so far: ${this.events.join(", ")}`);
    });
    return this;
  }

  /** Waits for an event. */
  async saw(event: string): Promise<this> {
    await until(() => this.events.includes(event) || undefined, LIMIT_MS).catch(() => {
      throw new Error(`no ${event}; so far: ${this.events.join(", ")}`);
    });
    return this;
  }
}

export type RequestWords = Partial<Omit<UpstreamRequest, "fields">> & {
  readonly fields?: readonly (readonly [string, string])[];
};

/** What a test sends unless it says otherwise. */
export function requestOf(
  target: Pick<UpstreamRequest, "scheme" | "authority">,
  path: string,
  words: RequestWords = {},
): UpstreamRequest {
  const fields = new FieldList();
  fields.add("Host", `${target.authority.host}:${target.authority.port}`);
  for (const [name, value] of words.fields ?? []) fields.add(name, value);
  const none: Framing = { kind: "none" };
  return {
    method: "GET",
    framing: none,
    expectContinue: false,
    upgrade: null,
    path,
    ...target,
    ...words,
    fields,
  };
}

/** Starts an exchange with a recorder; fails when the contract of `Fetch` is broken at once. */
export function start(
  fetch: Fetch,
  request: UpstreamRequest,
  recorder: ExchangeRecorder = new ExchangeRecorder(),
): { readonly exchange: Exchange; readonly seen: ExchangeRecorder } {
  const exchange = fetch(request, recorder);
  if (recorder.over) throw new Error("the exchange ended within Fetch");
  return { exchange, seen: recorder };
}
