import { failure, type Outcome, success } from "#base/outcome.ts";
import { type Authority, authorityText } from "#http/authority.ts";
import type { CloseReason } from "#http/close-reason.ts";
import { FieldList } from "#http/field-list.ts";
import { type HeadLimits, PARSER } from "#http1/parser-event.ts";
import { ResponseParser } from "#http1/response-parser.ts";
import { requestHeadText } from "#http1/serialize.ts";
import type { OpenedTunnel } from "#transport/connect.ts";
import type { TransportFailure } from "#transport/resolve.ts";
import type { Wire, WireHandler } from "#transport/wire.ts";
import { INTERIM_RESPONSES_MAX } from "./limits.ts";
import { remoteText } from "./origin-route.ts";

/** What a CONNECT through a parent needs beside a connection to it. */
export interface HandshakeOptions {
  readonly target: Authority;
  readonly parent: string;
  readonly proxyAuthorization: string | null;
  readonly limits: HeadLimits;
  /** From the request to the parent's answer, which includes its own connecting. */
  readonly timeoutMs: number;
}

/**
 * Asks a parent for a tunnel (RFC 9110 section 9.3.6): a 2xx opens it, any other final answer is the
 * parent's refusal. `done` is called once, never after `cancel`; the wire is paused when it changes hands.
 */
export class ParentHandshake implements WireHandler {
  readonly #wire: Wire;
  readonly #options: HandshakeOptions;
  readonly #done: (outcome: Outcome<OpenedTunnel, TransportFailure>) => void;
  readonly #parser: ResponseParser;
  readonly #timer: NodeJS.Timeout;
  #interims = 0;
  #over = false;

  constructor(
    wire: Wire,
    options: HandshakeOptions,
    done: (outcome: Outcome<OpenedTunnel, TransportFailure>) => void,
  ) {
    this.#wire = wire;
    this.#options = options;
    this.#done = done;
    this.#parser = new ResponseParser(options.limits);
    this.#parser.expect("CONNECT");
    this.#timer = setTimeout(() => this.#fail("origin-timeout", "no answer to CONNECT"), options.timeoutMs);
    wire.handler = this;
    wire.resume();
    wire.writeLatin1(connectText(options));
  }

  /** Gives up. */
  cancel(): void {
    if (this.#stop()) this.#wire.destroy();
  }

  onData(bytes: Buffer): boolean {
    if (this.#over) return true;
    this.#parser.push(bytes);
    this.#readAnswer();
    return true;
  }

  onEnd(): void {
    this.#fail("origin-closed", "closed before its answer to CONNECT");
  }

  onDrain(): void {}

  onClose(errorCode: string | null): void {
    this.#fail("origin-closed", errorCode ?? "closed before its answer to CONNECT");
  }

  #readAnswer(): void {
    for (let event = this.#parser.next(); ; event = this.#parser.next()) {
      if (event === PARSER.needMore) return;
      if (event !== PARSER.head) {
        this.#fail("parent-failed", "its answer to CONNECT is malformed");
        return;
      }
      const { status } = this.#parser.head;
      if (status >= 200 || status === 101) {
        this.#onAnswer(status);
        return;
      }
      this.#interims += 1;
      if (this.#interims > INTERIM_RESPONSES_MAX) {
        this.#fail("parent-failed", "too many interim answers to CONNECT");
        return;
      }
    }
  }

  #onAnswer(status: number): void {
    if (status < 200 || status > 299) {
      this.#fail("parent-failed", `answered ${status} to CONNECT`);
      return;
    }
    const first = this.#parser.takeRest();
    if (!this.#stop()) return;
    // Nothing may be lost between two handlers; the new owner resumes.
    this.#wire.pause();
    this.#done(
      success({ wire: this.#wire, remote: remoteText(this.#wire), parent: this.#options.parent, first }),
    );
  }

  #fail(reason: CloseReason, detail: string): void {
    if (!this.#stop()) return;
    this.#wire.destroy();
    this.#done(failure({ reason, detail: `parent ${this.#options.parent}: ${detail}` }));
  }

  #stop(): boolean {
    if (this.#over) return false;
    this.#over = true;
    clearTimeout(this.#timer);
    return true;
  }
}

function connectText(options: HandshakeOptions): string {
  const authority = authorityText(options.target, null);
  const fields = new FieldList();
  fields.addLower("host", "Host", authority);
  if (options.proxyAuthorization !== null) {
    fields.addLower("proxy-authorization", "Proxy-Authorization", options.proxyAuthorization);
  }
  return requestHeadText("CONNECT", authority, fields);
}
