/**
 * The chunked transfer coding (RFC 9112 section 7.1), strictly: a size is hexadecimal digits and nothing
 * else, a line ends in CRLF, extensions are well-formed, counted and dropped, and trailers must not carry
 * what changes the meaning of a message that has already gone on.
 *
 *   size ─digit→ size ─CR→ sizeLf ─LF→ data ─all→ dataCr ─CR→ dataLf ─LF→ size
 *        └";"→ extension states ─CR→ sizeLf        sizeLf ─LF, size 0→ trailers → end
 */
import { assert } from "#base/assert.ts";
import type { CloseReason } from "#http/close-reason.ts";
import type { FieldList } from "#http/field-list.ts";
import { BYTE_CLASS, BYTE_CLASSES } from "#http/token.ts";
import { FieldSection } from "./field-section.ts";
import { HeadScanner, SCAN } from "./head-scanner.ts";
import { type InputWindow, NO_BYTES } from "./input-window.ts";
import { BODY_EXTENSION_BYTES_MAX, CHUNK_EXTENSION_BYTES_MAX, CHUNK_SIZE_DIGITS_MAX } from "./limits.ts";
import { type HeadLimits, PARSER, type ParserEvent } from "./parser-event.ts";
import { isForbiddenTrailer } from "./trailer-fields.ts";

const STATE = {
  size: 0,
  nameStart: 1,
  name: 2,
  valueStart: 3,
  value: 4,
  quoted: 5,
  quotedPair: 6,
  quotedEnd: 7,
  sizeLf: 8,
  data: 9,
  dataCr: 10,
  dataLf: 11,
  trailers: 12,
} as const;

const CR = 0x0d;
const LF = 0x0a;
const QUOTE = 0x22;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
const FAULT = -1;

/** The value of a hexadecimal digit, or -1. */
function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** After a complete extension: the next one, or the end of the line. */
const afterExtension = (byte: number): number =>
  byte === SEMICOLON ? STATE.nameStart : byte === CR ? STATE.sizeLf : FAULT;

/**
 * One byte of `;token[=token|quoted-string]`, without the optional blanks that RFC 9112 section 7.1.1 asks
 * nobody to send. The blank class of a quoted string is SP and HTAB; CR and LF are never part of one.
 */
function extensionStep(state: number, byte: number): number {
  const byteClass = BYTE_CLASSES[byte] as number;
  const isToken = byteClass === BYTE_CLASS.token;
  switch (state) {
    case STATE.nameStart:
      return isToken ? STATE.name : FAULT;
    case STATE.name:
      return isToken ? STATE.name : byte === EQUALS ? STATE.valueStart : afterExtension(byte);
    case STATE.valueStart:
      return isToken ? STATE.value : byte === QUOTE ? STATE.quoted : FAULT;
    case STATE.value:
      return isToken ? STATE.value : afterExtension(byte);
    case STATE.quoted:
      if (byte === QUOTE) return STATE.quotedEnd;
      if (byte === BACKSLASH) return STATE.quotedPair;
      return byteClass >= BYTE_CLASS.blank ? STATE.quoted : FAULT;
    case STATE.quotedPair:
      return byteClass >= BYTE_CLASS.blank ? STATE.quoted : FAULT;
    default:
      return afterExtension(byte);
  }
}

export class ChunkedDecoder {
  readonly #limits: HeadLimits;
  #state: number = STATE.size;
  #digits = 0;
  /** While a size is read: the size. In data: what is left of the chunk. */
  #size = 0;
  #chunkExtensionBytes = 0;
  #bodyExtensionBytes = 0;
  #trailerScanner: HeadScanner | null = null;
  #trailers: FieldList | null = null;
  #fault: CloseReason | null = null;
  #body: Buffer = NO_BYTES;

  constructor(limits: HeadLimits) {
    this.#limits = limits;
  }

  /** After a body event: a piece of chunk data. */
  get body(): Buffer {
    return this.#body;
  }

  /** After the end: the trailers, null without any. */
  get trailers(): FieldList | null {
    return this.#trailers;
  }

  get fault(): CloseReason {
    assert(this.#fault !== null, "a fault is read only after one");
    return this.#fault;
  }

  /** The next event: body, end, error or needMore. */
  next(input: InputWindow): ParserEvent {
    while (input.at < input.end) {
      if (this.#state === STATE.data) {
        this.#body = input.take(this.#size);
        this.#size -= this.#body.length;
        if (this.#size === 0) this.#state = STATE.dataCr;
        return PARSER.body;
      }
      if (this.#state === STATE.trailers) return this.#readTrailers(input);
      this.#state = this.#framingStep(input.bytes[input.at] as number);
      if (this.#state === FAULT) {
        this.#fault = "bad-chunk";
        return PARSER.error;
      }
      input.at += 1;
    }
    return PARSER.needMore;
  }

  /** One byte between chunk data: the next state. */
  #framingStep(byte: number): number {
    switch (this.#state) {
      case STATE.size:
        return this.#sizeStep(byte);
      case STATE.sizeLf:
        if (byte !== LF) return FAULT;
        this.#digits = 0;
        this.#chunkExtensionBytes = 0;
        return this.#size === 0 ? STATE.trailers : STATE.data;
      case STATE.dataCr:
        return byte === CR ? STATE.dataLf : FAULT;
      case STATE.dataLf:
        return byte === LF ? STATE.size : FAULT;
      default:
        this.#chunkExtensionBytes += 1;
        this.#bodyExtensionBytes += 1;
        if (this.#chunkExtensionBytes > CHUNK_EXTENSION_BYTES_MAX) return FAULT;
        if (this.#bodyExtensionBytes > BODY_EXTENSION_BYTES_MAX) return FAULT;
        return extensionStep(this.#state, byte);
    }
  }

  #sizeStep(byte: number): number {
    const value = hexValue(byte);
    if (value === -1) return this.#digits === 0 ? FAULT : afterExtension(byte);
    this.#digits += 1;
    // Beyond 2^53 the sum is no longer exact, but it is still too large.
    this.#size = this.#size * 16 + value;
    const isTooLarge = this.#digits > CHUNK_SIZE_DIGITS_MAX || this.#size > Number.MAX_SAFE_INTEGER;
    return isTooLarge ? FAULT : STATE.size;
  }

  #readTrailers(input: InputWindow): ParserEvent {
    this.#trailerScanner ??= new HeadScanner(this.#limits, false);
    const scanner = this.#trailerScanner;
    const from = input.at;
    const result = scanner.scan(input);
    if (result === SCAN.needMore) return PARSER.needMore;
    if (result === SCAN.fault) {
      this.#fault = scanner.fault;
      return PARSER.error;
    }
    const lines = scanner.lines;
    if (lines === 0) return PARSER.end;
    const section = new FieldSection();
    section.read(scanner.takeText(input, from), 0, lines);
    this.#trailers = section.fields;
    for (let line = 0; line < lines; line += 1) {
      if (!isForbiddenTrailer(section.fields.nameAt(line))) continue;
      this.#fault = "bad-trailer";
      return PARSER.error;
    }
    return PARSER.end;
  }
}
