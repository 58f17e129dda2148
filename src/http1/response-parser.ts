/**
 * Responses out of bytes, without any I/O: `expect` the answer to a method, push a piece, then call
 * `next()` until it asks for more, or `finish()` when the server closed.
 *
 *   idle ─expect→ head ─1xx→ head                    any ─fault→ failed, for ever
 *                 head ─final→ body ─complete→ idle
 *
 * Bytes that nobody asked for, before a request or after an answer, are a fault: such a connection may
 * carry the answer to somebody else's request.
 */
import { assert } from "#base/assert.ts";
import type { CloseReason } from "#http/close-reason.ts";
import type { FieldList } from "#http/field-list.ts";
import type { Framing, ResponseHead } from "#http/message-head.ts";
import { BodyReader } from "./body-reader.ts";
import { FieldSection } from "./field-section.ts";
import { persistence, responseFraming } from "./framing.ts";
import { HeadScanner, SCAN } from "./head-scanner.ts";
import { InputWindow } from "./input-window.ts";
import { type HeadLimits, PARSER, type ParserEvent } from "./parser-event.ts";
import { parseStatusLine, type StatusLine } from "./status-line.ts";

const STATE = { idle: 0, head: 1, body: 2, failed: 3 } as const;

/** The codes of close-reason.ts are about requests; a server's faults have fewer. */
function responseFault(fault: CloseReason): CloseReason {
  const isSize =
    fault === "head-too-large" || fault === "too-many-fields" || fault === "request-line-too-long";
  return isSize ? "response-head-too-large" : "bad-response";
}

const isTunnel = (requestMethod: string, status: number): boolean =>
  status === 101 || (requestMethod === "CONNECT" && status >= 200 && status < 300);

function keepsAlive(section: FieldSection, line: StatusLine, framing: Framing): boolean | null {
  const persistent = persistence(section, line.minorVersion);
  if (persistent === null) return null;
  // 204 ends with its head, but a server that announces content may send it: not a connection to keep.
  const announcesContent = section.contentLengthLines > 0 && Number(section.contentLength) > 0;
  return persistent && framing.kind !== "close" && !(line.status === 204 && announcesContent);
}

export class ResponseParser {
  readonly #input = new InputWindow();
  readonly #scanner: HeadScanner;
  readonly #bodyReader: BodyReader;
  #state: number = STATE.idle;
  #requestMethod = "";
  #isLineChecked = false;
  #head: ResponseHead | null = null;
  #error: CloseReason | null = null;

  constructor(limits: HeadLimits) {
    // A status line has no limit of its own: the head's counts.
    this.#scanner = new HeadScanner({ ...limits, requestLineBytesMax: limits.headBytesMax }, true);
    this.#bodyReader = new BodyReader(limits);
  }

  /** Says which request the next response answers: its framing depends on the method. Before each response. */
  expect(requestMethod: string): void {
    assert(this.#state === STATE.idle || this.#state === STATE.failed, "one response at a time");
    this.#requestMethod = requestMethod;
    if (this.#state === STATE.failed) return;
    this.#head = null;
    this.#bodyReader.reset();
    this.#state = STATE.head;
  }

  /** Takes bytes; only after `next()` asked for them. They may be reused once it asks again. */
  push(bytes: Buffer): void {
    this.#input.push(bytes);
  }

  /** After a head event, until the end of the message. */
  get head(): ResponseHead {
    assert(this.#head !== null, "a head is read only after its event");
    return this.#head;
  }

  /** After a body event: a view of the pushed bytes, free of chunk framing. */
  get body(): Buffer {
    return this.#bodyReader.body;
  }

  /** After the end event. */
  get trailers(): FieldList | null {
    return this.#bodyReader.trailers;
  }

  /** After an error event. */
  get error(): CloseReason {
    assert(this.#error !== null, "an error is read only after its event");
    return this.#error;
  }

  /** Whether a head has begun and is not complete. */
  get midHead(): boolean {
    return this.#state === STATE.head && this.#scanner.begun;
  }

  /** Bytes that were pushed and are not consumed. */
  get bufferedBytes(): number {
    return this.#input.end - this.#input.at;
  }

  /** The unconsumed bytes, taken out: for a tunnel. */
  takeRest(): Buffer {
    return this.#input.takeRest();
  }

  /** The next event. A 1xx other than 101 has a head event only, then comes the next head. */
  next(): ParserEvent {
    if (this.#state === STATE.head) return this.#readHead();
    if (this.#state === STATE.body) return this.#readBody();
    if (this.#state === STATE.failed) return PARSER.error;
    this.#head = null;
    this.#bodyReader.reset();
    if (this.#input.at < this.#input.end) return this.#fail("bad-response");
    this.#input.release();
    return PARSER.needMore;
  }

  /**
   * The server closed, after `next()` asked for more: the end of a body that lasts until then, else an
   * error, `origin-closed` before a complete head and `origin-truncated` within a body.
   */
  finish(): ParserEvent {
    if (this.#state === STATE.failed) return PARSER.error;
    if (this.#state !== STATE.body) return this.#fail("origin-closed");
    if (!this.#bodyReader.endsWithConnection) return this.#fail("origin-truncated");
    this.#state = STATE.idle;
    return PARSER.end;
  }

  #readHead(): ParserEvent {
    const input = this.#input;
    const scanner = this.#scanner;
    const from = input.at;
    const result = scanner.scan(input);
    if (result === SCAN.done) return this.#completeHead(from);
    // Something that is not HTTP is refused with its first line.
    if (scanner.firstLineEnd !== -1 && !this.#isLineChecked) {
      if (parseStatusLine(scanner.heldFirstLine()) === null) return this.#fail("bad-response");
      this.#isLineChecked = true;
    }
    if (result === SCAN.fault) return this.#fail(responseFault(scanner.fault));
    input.release();
    return PARSER.needMore;
  }

  #completeHead(from: number): ParserEvent {
    const scanner = this.#scanner;
    const text = scanner.takeText(this.#input, from);
    const firstLineEnd = scanner.firstLineEnd;
    const line = parseStatusLine(text.slice(0, firstLineEnd));
    if (line === null) return this.#fail("bad-response");
    const section = new FieldSection();
    section.read(text, firstLineEnd + 2, scanner.lines);
    scanner.restart();
    this.#isLineChecked = false;
    const framing = responseFraming(section, this.#requestMethod, line.status, line.minorVersion);
    if (typeof framing === "string") return this.#fail(framing);
    const persistent = keepsAlive(section, line, framing);
    if (persistent === null) return this.#fail("bad-response");
    const keepAlive = persistent && !isTunnel(this.#requestMethod, line.status);
    const { status, reasonPhrase, minorVersion } = line;
    this.#head = { status, reasonPhrase, minorVersion, fields: section.fields, framing, keepAlive };
    if (status >= 200 || status === 101) {
      this.#bodyReader.begin(framing);
      this.#state = STATE.body;
    }
    return PARSER.head;
  }

  #readBody(): ParserEvent {
    const event = this.#bodyReader.next(this.#input);
    if (event === PARSER.end) this.#state = STATE.idle;
    else if (event === PARSER.needMore) this.#input.release();
    else if (event === PARSER.error) return this.#fail(responseFault(this.#bodyReader.fault));
    return event;
  }

  #fail(error: CloseReason): ParserEvent {
    this.#error = error;
    this.#state = STATE.failed;
    this.#scanner.restart();
    return PARSER.error;
  }
}
