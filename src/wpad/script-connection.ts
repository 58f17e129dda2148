/**
 * One connection to the WPAD server.
 *
 *   waiting ──head──▶ (answered at once) waiting | sending (the client is slow) ──drained──▶ waiting
 *      └──fault, close, body──▶ lingering ──client closes, or limits──▶ closed
 *
 * waiting:   between requests, or within a head; `#sinceMs` is when it began.
 * sending:   the kernel does not take the answer: nothing more is read.
 * lingering: the last answer is out and our direction closed; what comes is thrown away.
 */
import { CLOSE_REASONS } from "#http/close-reason.ts";
import { PARSER } from "#http1/parser-event.ts";
import { RequestParser } from "#http1/request-parser.ts";
import type { Wire, WireHandler } from "#transport/wire.ts";
import { type Answer, answerText, plainAnswer } from "./answer.ts";
import {
  HEAD_BYTES_MAX,
  HEAD_FIELDS_MAX,
  HEAD_TIMEOUT_MS,
  IDLE_TIMEOUT_MS,
  LINGER_BYTES_MAX,
  LINGER_MS,
  REQUEST_LINE_BYTES_MAX,
  SEND_TIMEOUT_MS,
} from "./limits.ts";

const HEAD_LIMITS = {
  requestLineBytesMax: REQUEST_LINE_BYTES_MAX,
  headBytesMax: HEAD_BYTES_MAX,
  headFieldsMax: HEAD_FIELDS_MAX,
};
const TIMED_OUT = plainAnswer(408, "The request took too long.");

/** What a connection needs of its server. */
export interface ConnectionHome {
  readonly nowMs: () => number;
  /** The time as an IMF-fixdate. */
  readonly date: () => string;
  readonly answer: (connection: ScriptConnection) => Answer;
  /** A request that is none. */
  readonly refused: () => void;
  /** It has been answered last of all. */
  readonly touched: (connection: ScriptConnection) => void;
  readonly closed: (connection: ScriptConnection) => void;
}

export class ScriptConnection implements WireHandler {
  readonly wire: Wire;
  readonly parser = new RequestParser(HEAD_LIMITS);
  readonly #home: ConnectionHome;
  #at: "waiting" | "sending" | "lingering" | "closed" = "waiting";
  #sinceMs: number;
  #isMidHead = false;
  #clientEnded = false;
  #lingeredBytes = 0;

  constructor(wire: Wire, home: ConnectionHome) {
    this.wire = wire;
    this.#home = home;
    this.#sinceMs = home.nowMs();
    wire.handler = this;
  }

  onData(bytes: Buffer): boolean {
    if (this.#at === "lingering") {
      this.#lingeredBytes += bytes.length;
      if (this.#lingeredBytes > LINGER_BYTES_MAX) this.wire.destroy();
      return true;
    }
    if (this.#at !== "waiting") return true;
    this.parser.push(bytes);
    return this.#pump();
  }

  onEnd(): void {
    // What was asked before is answered already, or is on its way out.
    this.#clientEnded = true;
    this.wire.end();
  }

  onDrain(): void {
    if (this.#at !== "sending" || this.#clientEnded) return;
    this.#wait();
    if (this.#pump()) this.wire.resume();
  }

  onClose(): void {
    this.#at = "closed";
    this.#home.closed(this);
  }

  /** Keeps the time limits. */
  sweep(nowMs: number): void {
    const age = nowMs - this.#sinceMs;
    if (this.#at === "waiting" && this.#isMidHead) {
      if (age >= HEAD_TIMEOUT_MS) this.#last(TIMED_OUT, true);
    } else if (this.#at === "waiting") {
      if (age >= IDLE_TIMEOUT_MS) this.wire.destroy();
    } else if (this.#at === "sending") {
      if (age >= SEND_TIMEOUT_MS) this.wire.destroy();
    } else if (age >= LINGER_MS) this.wire.destroy();
  }

  /** Answers what has arrived. False: bytes are held, because the client takes no more answers just now. */
  #pump(): boolean {
    while (this.#at === "waiting") {
      const event = this.parser.next();
      if (event === PARSER.needMore) {
        this.#noteHead();
        return true;
      }
      if (event === PARSER.head) this.#answerHead();
      else if (event === PARSER.error) this.#refuse();
    }
    return this.#at !== "sending";
  }

  #noteHead(): void {
    const isMidHead = this.parser.midHead;
    if (isMidHead && !this.#isMidHead) this.#sinceMs = this.#home.nowMs();
    this.#isMidHead = isMidHead;
    if (!isMidHead) this.wire.settle();
  }

  #answerHead(): void {
    const { framing, keepAlive, method } = this.parser.head;
    const answer = this.#home.answer(this);
    const withBody = method !== "HEAD";
    // A request with a body is none that is wanted here: it is not read to its end.
    if (!keepAlive || framing.kind !== "none") {
      this.#last(answer, withBody);
      return;
    }
    this.wire.post(answerText(answer, this.#home.date(), false, withBody));
    this.#wait();
    if (this.wire.unsentBytes > 0) this.#at = "sending";
    this.#home.touched(this);
  }

  #refuse(): void {
    this.#home.refused();
    const { status, text } = CLOSE_REASONS[this.parser.error];
    this.#last(plainAnswer(status === 0 ? 400 : status, text), true);
  }

  /** Sends the last answer of this connection. */
  #last(answer: Answer, withBody: boolean): void {
    this.#at = "lingering";
    this.#sinceMs = this.#home.nowMs();
    this.wire.post(answerText(answer, this.#home.date(), true, withBody));
    this.wire.end();
    // Reading on, and throwing away, keeps a reset from destroying the answer (RFC 9112 section 9.6).
    this.wire.resume();
  }

  #wait(): void {
    this.#at = "waiting";
    this.#isMidHead = false;
    this.#sinceMs = this.#home.nowMs();
  }
}
