/** A message body as its framing says (RFC 9112 section 6.3), for requests and responses alike. */
import { assert } from "#base/assert.ts";
import type { CloseReason } from "#http/close-reason.ts";
import type { FieldList } from "#http/field-list.ts";
import type { Framing } from "#http/message-head.ts";
import { ChunkedDecoder } from "./chunked-decoder.ts";
import { type InputWindow, NO_BYTES } from "./input-window.ts";
import { type HeadLimits, PARSER, type ParserEvent } from "./parser-event.ts";

export class BodyReader {
  readonly #limits: HeadLimits;
  /** Bytes still to come; infinite until close. */
  #bytesLeft = 0;
  /** Only while a chunked body is read: an idle connection keeps none. */
  #chunked: ChunkedDecoder | null = null;
  #body: Buffer = NO_BYTES;
  #trailers: FieldList | null = null;

  constructor(limits: HeadLimits) {
    this.#limits = limits;
  }

  get body(): Buffer {
    return this.#body;
  }

  get trailers(): FieldList | null {
    return this.#trailers;
  }

  get fault(): CloseReason {
    assert(this.#chunked !== null, "only a chunked body can be malformed");
    return this.#chunked.fault;
  }

  /** Whether the body ends with the connection. */
  get endsWithConnection(): boolean {
    return this.#bytesLeft === Number.POSITIVE_INFINITY;
  }

  begin(framing: Framing): void {
    this.reset();
    if (framing.kind === "chunked") this.#chunked = new ChunkedDecoder(this.#limits);
    else if (framing.kind === "length") this.#bytesLeft = framing.bytes;
    else this.#bytesLeft = framing.kind === "close" ? Number.POSITIVE_INFINITY : 0;
  }

  /** Forgets the message, so that an idle parser holds nothing of it. */
  reset(): void {
    this.#bytesLeft = 0;
    this.#chunked = null;
    this.#body = NO_BYTES;
    this.#trailers = null;
  }

  /** The next event: body, end, error or needMore. */
  next(input: InputWindow): ParserEvent {
    const chunked = this.#chunked;
    if (chunked !== null) {
      const event = chunked.next(input);
      this.#body = event === PARSER.body ? chunked.body : NO_BYTES;
      if (event === PARSER.end) this.#trailers = chunked.trailers;
      return event;
    }
    if (this.#bytesLeft === 0) return PARSER.end;
    if (input.at === input.end) return PARSER.needMore;
    this.#body = input.take(this.#bytesLeft);
    this.#bytesLeft -= this.#body.length;
    return PARSER.body;
  }
}
