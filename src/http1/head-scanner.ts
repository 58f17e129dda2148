/**
 * Finds the end of a head or of a trailer section, refuses what no head may contain as soon as the byte
 * is seen, and notes where each field's colon and line end are. Nothing is allocated until the section is
 * complete; state between pieces is a handful of small integers.
 *
 *   firstLine ─CR→ firstLineLf ─LF→ lineStart ─token→ name ─":"→ value ─CR→ valueLf ─LF→ lineStart
 *                                   lineStart ─CR→ lastLf ─LF→ done
 *
 * A section that arrives in one piece is read once, in place. Otherwise its bytes are copied into `#held`,
 * which doubles, and it is read a second time when it is complete: linear however it was cut.
 */
import { assert } from "#base/assert.ts";
import type { CloseReason } from "#http/close-reason.ts";
import { BYTE_CLASS, BYTE_CLASSES } from "#http/token.ts";
import type { InputWindow } from "./input-window.ts";
import { latin1 } from "./latin1.ts";
import { HELD_HEAD_BYTES_MIN } from "./limits.ts";
import type { HeadLimits } from "./parser-event.ts";

export const SCAN = { needMore: 0, done: 1, fault: 2 } as const;

export type ScanResult = (typeof SCAN)[keyof typeof SCAN];

const STATE = {
  firstLine: 0,
  firstLineLf: 1,
  lineStart: 2,
  name: 3,
  value: 4,
  valueLf: 5,
  lastLf: 6,
  done: 7,
} as const;

/**
 * Two offsets a field line, from the section's start: its colon and its CR. One array for all parsers of
 * this thread: it is valid from `scan` returning done until any other scan, and is read at once.
 */
let marks = new Int32Array(0);

/** The offsets of the section that was scanned last. */
export const fieldMarks = (): Int32Array => marks;

function faultOf(byte: number): CloseReason {
  const byteClass = BYTE_CLASSES[byte];
  return byteClass === BYTE_CLASS.control ? "bad-control-byte" : "bad-line-end";
}

export class HeadScanner {
  readonly #limits: HeadLimits;
  readonly #startState: number;
  #state: number;
  #held: Buffer | null = null;
  #heldBytes = 0;
  #lines = 0;
  #firstLineEnd = -1;
  #fault: CloseReason | null = null;

  /** `hasFirstLine` is false for a trailer section. */
  constructor(limits: HeadLimits, hasFirstLine: boolean) {
    this.#limits = limits;
    this.#startState = hasFirstLine ? STATE.firstLine : STATE.lineStart;
    this.#state = this.#startState;
    if (marks.length < limits.headFieldsMax * 2) marks = new Int32Array(limits.headFieldsMax * 2);
  }

  /** Whether a byte of the section has arrived, and the section is not complete. */
  get begun(): boolean {
    return this.#heldBytes > 0;
  }

  /** The length of the first line, or -1 while it is incomplete. */
  get firstLineEnd(): number {
    return this.#firstLineEnd;
  }

  /** The number of field lines, after done. */
  get lines(): number {
    return this.#lines;
  }

  /** What is wrong, after a fault. */
  get fault(): CloseReason {
    assert(this.#fault !== null, "a fault is read only after one");
    return this.#fault;
  }

  /** After needMore or a fault: the first line, as far as it was read. */
  heldFirstLine(): string {
    if (this.#held === null) return "";
    return latin1(this.#held, 0, this.#firstLineEnd === -1 ? this.#heldBytes : this.#firstLineEnd);
  }

  /** Gets ready for the next section. */
  restart(): void {
    this.#state = this.#startState;
    this.#lines = 0;
    this.#firstLineEnd = -1;
    this.#held = null;
    this.#heldBytes = 0;
  }

  /** Reads on; consumes all of `input` unless the section ends or is refused before. */
  scan(input: InputWindow): ScanResult {
    const from = input.at;
    input.at = this.#run(input.bytes, from, input.end, from - this.#heldBytes);
    if (this.#state === STATE.done && this.#heldBytes === 0) return SCAN.done;
    this.#hold(input.bytes, from, input.at);
    if (this.#fault !== null) return SCAN.fault;
    return this.#state === STATE.done ? SCAN.done : SCAN.needMore;
  }

  /** After done, once: the whole section as latin1 text, with `fieldMarks` pointing into it. */
  takeText(input: InputWindow, from: number): string {
    const held = this.#held;
    if (held === null) return latin1(input.bytes, from, input.at);
    const bytes = this.#heldBytes;
    // The marks are from several scans, others may have come between: find them again.
    this.restart();
    this.#run(held, 0, bytes, 0);
    assert(this.#state === STATE.done, "a complete section is complete when it is read again");
    return latin1(held, 0, bytes);
  }

  #hold(bytes: Buffer, from: number, to: number): void {
    if (from === to) return;
    const total = this.#heldBytes + to - from;
    if (this.#held === null || this.#held.length < total) {
      let size = Math.max(HELD_HEAD_BYTES_MIN, this.#held === null ? 0 : this.#held.length * 2);
      while (size < total) size *= 2;
      const grown = Buffer.allocUnsafeSlow(Math.min(size, this.#limits.headBytesMax));
      if (this.#held !== null) this.#held.copy(grown, 0, 0, this.#heldBytes);
      this.#held = grown;
    }
    bytes.copy(this.#held, this.#heldBytes, from, to);
    this.#heldBytes = total;
  }

  /** Where the first line's run of text ends: at its limit, or with the bytes. */
  #firstLineTextEnd(bytes: Buffer, from: number, stop: number, base: number): number {
    const lineStop = Math.min(stop, base + this.#limits.requestLineBytesMax + 1);
    let at = from;
    while (at < lineStop && (BYTE_CLASSES[bytes[at] as number] as number) >= BYTE_CLASS.blank) at += 1;
    if (at - base > this.#limits.requestLineBytesMax) this.#fault = "request-line-too-long";
    return at;
  }

  /** The machine. `base` is where the section starts, seen from these bytes (negative when before). */
  #run(bytes: Buffer, from: number, end: number, base: number): number {
    const stop = Math.min(end, base + this.#limits.headBytesMax);
    let state = this.#state;
    let at = from;
    while (at < stop && state !== STATE.done) {
      let byte = bytes[at] as number;
      switch (state) {
        case STATE.lineStart:
          if (byte === 0x0d) state = STATE.lastLf;
          else if (BYTE_CLASSES[byte] !== BYTE_CLASS.token)
            return this.#refuse(at, this.#lineStartFault(byte));
          else if (this.#lines === this.#limits.headFieldsMax) return this.#refuse(at, "too-many-fields");
          else state = STATE.name;
          at += 1;
          break;
        case STATE.name:
          while (BYTE_CLASSES[byte] === BYTE_CLASS.token && ++at < stop) byte = bytes[at] as number;
          if (at === stop) break;
          if (byte !== 0x3a) return this.#refuse(at, this.#nameFault(byte));
          marks[this.#lines * 2] = at - base;
          state = STATE.value;
          at += 1;
          break;
        case STATE.value:
          while ((BYTE_CLASSES[byte] as number) >= BYTE_CLASS.blank && ++at < stop)
            byte = bytes[at] as number;
          if (at === stop) break;
          if (byte !== 0x0d) return this.#refuse(at, faultOf(byte));
          marks[this.#lines * 2 + 1] = at - base;
          this.#lines += 1;
          state = STATE.valueLf;
          at += 1;
          break;
        case STATE.firstLine:
          at = this.#firstLineTextEnd(bytes, at, stop, base);
          if (this.#fault !== null) return at;
          if (at === stop) break;
          byte = bytes[at] as number;
          if (byte !== 0x0d) return this.#refuse(at, faultOf(byte));
          this.#firstLineEnd = at - base;
          state = STATE.firstLineLf;
          at += 1;
          break;
        default:
          if (byte !== 0x0a) return this.#refuse(at, "bad-line-end");
          state = state === STATE.lastLf ? STATE.done : STATE.lineStart;
          at += 1;
      }
    }
    this.#state = state;
    if (state !== STATE.done && at - base === this.#limits.headBytesMax) this.#fault = "head-too-large";
    return at;
  }

  #refuse(at: number, fault: CloseReason): number {
    this.#fault = fault;
    return at;
  }

  /** A blank begins a folded line (RFC 9112 section 5.2), or stands before the first field (section 2.2). */
  #lineStartFault(byte: number): CloseReason {
    const byteClass = BYTE_CLASSES[byte];
    if (byteClass === BYTE_CLASS.blank) return this.#lines > 0 ? "obsolete-folding" : "bad-field-name";
    return byteClass === BYTE_CLASS.text ? "bad-field-name" : faultOf(byte);
  }

  /** A line without a colon, or a space before it (RFC 9112 section 5.1), is a bad name. */
  #nameFault(byte: number): CloseReason {
    return byte === 0x0a || BYTE_CLASSES[byte] === BYTE_CLASS.control ? faultOf(byte) : "bad-field-name";
  }
}
