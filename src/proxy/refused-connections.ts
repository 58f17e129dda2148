import type { Clock } from "#base/clock.ts";
import { CLOSE_REASONS, type CloseReason } from "#http/close-reason.ts";
import { FieldList } from "#http/field-list.ts";
import { imfFixdate } from "#http/http-date.ts";
import { proxyStatusValue } from "#http/proxy-status.ts";
import { reasonPhrase } from "#http/status.ts";
import { responseHeadText } from "#http1/serialize.ts";
import type { Wire } from "#transport/wire.ts";
import { LINGER_MS, REFUSED_CONNECTIONS_MAX } from "./limits.ts";

/** Connections that are turned away before they have said anything: one short 503 and a close each. */
export class RefusedConnections {
  readonly #clock: Clock;
  /** Wire → when it is dropped, in that order. */
  readonly #closing = new Map<Wire, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Answers `wire` and closes it; the client has LINGER_MS to read the answer. */
  answer(wire: Wire, reason: CloseReason, unit: string): void {
    wire.handler = {
      onData: () => true,
      onEnd: () => wire.destroy(),
      onDrain: () => {},
      onClose: () => this.#closing.delete(wire),
    };
    if (this.#closing.size >= REFUSED_CONNECTIONS_MAX) {
      wire.destroy();
      return;
    }
    const status = CLOSE_REASONS[reason].status || 503;
    const fields = new FieldList();
    fields.add("Date", imfFixdate(this.#clock.wallMs()));
    fields.add("Proxy-Status", proxyStatusValue({ unit, reason }));
    fields.add("Retry-After", "5");
    fields.add("Content-Length", "0");
    fields.add("Connection", "close");
    this.#closing.set(wire, this.#clock.nowMs() + LINGER_MS);
    wire.writeLatin1(responseHeadText(status, reasonPhrase(status), fields));
    wire.end();
    // Reading on, and throwing away, keeps a reset from destroying the answer (RFC 9112 section 9.6).
    wire.resume();
  }

  /** Drops those whose time is over. */
  sweep(nowMs: number): void {
    for (const [wire, deadlineMs] of this.#closing) {
      if (nowMs < deadlineMs) return;
      wire.destroy();
    }
  }
}
