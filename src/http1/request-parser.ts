/**
 * Requests out of bytes, without any I/O: push a piece, then call `next()` until it asks for more.
 *
 *   idle ─CR→ emptyLineLf ─LF→ afterEmptyLine ─byte→ head
 *   idle ─byte→ head ─complete→ body ─complete→ idle        any ─fault→ failed, for ever
 *                                    └─complete, no keep-alive→ last: whatever follows is dropped
 *
 * Strict by design: test/http1/cases and smuggling.json list what is refused, close-reason.ts gives each
 * its code. The first fault wins in this order whatever the cut of the pieces: the request line, bytes and
 * names in their order, Host, framing, Connection.
 *
 * States are small integers and nothing is allocated before a head is complete, because this runs for
 * every request. Measured on two busy cores, in one run with Node's
 * llhttp binding (2.4 to 2.8 µs, which checks less and reads no target): a browser's request of 340 bytes
 * 2.2 to 2.7 µs, a load generator's of 63 bytes 1.1 to 1.5 µs.
 */
import { assert } from "#base/assert.ts";
import { parseAuthority } from "#http/authority.ts";
import type { CloseReason } from "#http/close-reason.ts";
import type { FieldList } from "#http/field-list.ts";
import type { RequestHead } from "#http/message-head.ts";
import { BodyReader } from "./body-reader.ts";
import { FieldSection } from "./field-section.ts";
import { persistence, requestFraming } from "./framing.ts";
import { HeadScanner, SCAN } from "./head-scanner.ts";
import { InputWindow } from "./input-window.ts";
import { type HeadLimits, PARSER, type ParserEvent } from "./parser-event.ts";
import { parseRequestLine, type RequestLine } from "./request-line.ts";

const STATE = { idle: 0, emptyLineLf: 1, afterEmptyLine: 2, head: 3, body: 4, failed: 5, last: 6 } as const;

/** Heads beyond this are read anew each time: what is kept counts for every open connection. */
const KEPT_HEAD_CHARS_MAX = 2_048;

const DEFAULT_PORT = 80;
const HTTP_PREFIX = "http://".length;

/**
 * RFC 9112 section 3.2: one Host line, required from 1.1, with a valid value. It may be empty only where
 * the target has no authority itself. That it differs from an absolute target is no fault: the target
 * wins (section 3.2.2), and the request goes on with a Host made from it.
 */
function isHostGood(section: FieldSection, line: RequestLine): boolean {
  if (section.hostLines !== 1) return section.hostLines === 0 && line.minorVersion === 0;
  const host = section.host;
  if (host === "") return line.target.form === "origin" || line.target.form === "asterisk";
  // Nearly all repeat the target's authority, which has been read.
  if (isAuthorityOf(line, host)) return true;
  return parseAuthority(host, DEFAULT_PORT) !== null;
}

function isAuthorityOf({ target, rawTarget }: RequestLine, host: string): boolean {
  if (target.form !== "absolute" || target.scheme !== "http") return false;
  return rawTarget.startsWith(host, HTTP_PREFIX) && rawTarget.charCodeAt(HTTP_PREFIX + host.length) === 0x2f;
}

function headOf(line: RequestLine, section: FieldSection): RequestHead | CloseReason {
  if (!isHostGood(section, line)) return "bad-host";
  const framing = requestFraming(section, line.method, line.minorVersion);
  if (typeof framing === "string") return framing;
  const keepAlive = persistence(section, line.minorVersion);
  if (keepAlive === null) return "bad-field-value";
  return {
    method: line.method,
    target: line.target,
    rawTarget: line.rawTarget,
    minorVersion: line.minorVersion,
    fields: section.fields,
    framing,
    // RFC 9112 section 9.3: a proxy must not keep a connection with an HTTP/1.0 client, whatever it asks
    // for: "keep-alive" may have come through an old proxy that did not know it.
    keepAlive: keepAlive && line.minorVersion === 1,
  };
}

export class RequestParser {
  readonly #input = new InputWindow();
  readonly #scanner: HeadScanner;
  readonly #bodyReader: BodyReader;
  #state: number = STATE.idle;
  #isLineChecked = false;
  #head: RequestHead | null = null;
  #error: CloseReason | null = null;
  #errorLine = "";
  /** The field lines of the last head, and what was read of them: a client mostly sends the same again. */
  #lastFields = "";
  #lastSection: FieldSection | null = null;

  constructor(limits: HeadLimits) {
    this.#scanner = new HeadScanner(limits, true);
    this.#bodyReader = new BodyReader(limits);
  }

  /** Takes bytes; only after `next()` asked for them. They may be reused once it asks again. */
  push(bytes: Buffer): void {
    this.#input.push(bytes);
  }

  /** After a head event, until the end of the message. */
  get head(): RequestHead {
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

  /** After an error event: the request line as far as it was read, unchecked latin1, within its limit. */
  get requestLine(): string {
    return this.#errorLine;
  }

  /** Whether the next head has begun and is not complete. */
  get midHead(): boolean {
    return this.#state === STATE.head && this.#scanner.begun;
  }

  /** Bytes that were pushed and are not consumed: mostly the next, pipelined, request. */
  get bufferedBytes(): number {
    return this.#input.end - this.#input.at;
  }

  /**
   * The unconsumed bytes, taken out: for a tunnel. To be asked before the next `next()`, which would read
   * them as a request, or drop them after a request that was the last.
   */
  takeRest(): Buffer {
    return this.#input.takeRest();
  }

  /** Forgets what speeds up the next head: for a connection that waits for long. */
  forget(): void {
    this.#lastFields = "";
    this.#lastSection = null;
  }

  /** The next event. */
  next(): ParserEvent {
    const input = this.#input;
    for (;;) {
      if (this.#state === STATE.head) return this.#readHead();
      if (this.#state === STATE.body) return this.#readBody();
      if (this.#state === STATE.failed) return PARSER.error;
      if (this.#state === STATE.idle || this.#state === STATE.last) {
        this.#head = null;
        this.#bodyReader.reset();
      }
      // RFC 9112 section 9.6: after a request with `close`, no further request is processed.
      if (input.at === input.end || this.#state === STATE.last) {
        input.release();
        return PARSER.needMore;
      }
      const byte = input.bytes[input.at] as number;
      if (this.#state === STATE.emptyLineLf) {
        if (byte !== 0x0a) return this.#fail("bad-line-end", "");
        input.at += 1;
        this.#state = STATE.afterEmptyLine;
      } else if (this.#state === STATE.idle && byte === 0x0d) {
        // One empty line before a request line is forgiven (RFC 9112 section 2.2); old clients end a body so.
        input.at += 1;
        this.#state = STATE.emptyLineLf;
      } else {
        this.#state = STATE.head;
      }
    }
  }

  #readHead(): ParserEvent {
    const input = this.#input;
    const scanner = this.#scanner;
    const from = input.at;
    const result = scanner.scan(input);
    if (result === SCAN.done) return this.#completeHead(from);
    // A bad request line is answered before the rest of the head comes, and wins over faults in the rest.
    if (scanner.firstLineEnd !== -1 && !this.#isLineChecked) {
      const line = parseRequestLine(scanner.heldFirstLine());
      if (typeof line === "string") return this.#fail(line, scanner.heldFirstLine());
      this.#isLineChecked = true;
    }
    if (result === SCAN.fault) return this.#fail(scanner.fault, scanner.heldFirstLine());
    input.release();
    return PARSER.needMore;
  }

  #completeHead(from: number): ParserEvent {
    const scanner = this.#scanner;
    const text = scanner.takeText(this.#input, from);
    const firstLineEnd = scanner.firstLineEnd;
    const rawLine = text.slice(0, firstLineEnd);
    const line = parseRequestLine(rawLine);
    if (typeof line === "string") return this.#fail(line, rawLine);
    const section = this.#readFields(text, firstLineEnd + 2);
    scanner.restart();
    this.#isLineChecked = false;
    const head = headOf(line, section);
    if (typeof head === "string") return this.#fail(head, rawLine);
    this.#head = head;
    this.#bodyReader.begin(head.framing);
    this.#state = STATE.body;
    return PARSER.head;
  }

  /** What is read of the same lines is the same: nobody changes it. */
  #readFields(text: string, from: number): FieldSection {
    const last = this.#lastSection;
    const fields = text.slice(from);
    if (last !== null && fields === this.#lastFields) return last;
    const section = new FieldSection();
    section.read(text, from, this.#scanner.lines);
    if (text.length > KEPT_HEAD_CHARS_MAX) this.forget();
    else {
      this.#lastFields = fields;
      this.#lastSection = section;
    }
    return section;
  }

  #readBody(): ParserEvent {
    const event = this.#bodyReader.next(this.#input);
    if (event === PARSER.end) this.#state = this.head.keepAlive ? STATE.idle : STATE.last;
    else if (event === PARSER.needMore) this.#input.release();
    else if (event === PARSER.error) {
      const { method, rawTarget, minorVersion } = this.head;
      return this.#fail(this.#bodyReader.fault, `${method} ${rawTarget} HTTP/1.${minorVersion}`);
    }
    return event;
  }

  #fail(error: CloseReason, requestLine: string): ParserEvent {
    this.#error = error;
    this.#errorLine = requestLine;
    this.#state = STATE.failed;
    this.#scanner.restart();
    return PARSER.error;
  }
}
