/**
 * The connections of this unit's clients: the other unit is told of them while this unit serves, and, after a
 * planned move, until the last of them has ended.
 *
 *   idle ── taken ──▶ serving ── leaving, planned ──▶ draining ── none left, time over, taken away ──▶ idle
 *                      │   ▲                              │
 *   idle ◀── leaving ──┘   └──────────── taken ───────────┘
 */
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import { OwnPages } from "#connections/own-pages.ts";
import type { Report, ReportPhase, ReportVia } from "#connections/report.ts";
import {
  DRAIN_MS_MIN,
  ENDED_AT_ONCE,
  IDLE_REPORT_MS,
  IDLE_REPORTS_AT_ONCE,
  LIST_OUTLIVES_MS,
  LIST_SHARE,
  VIA_MS,
} from "./limits.ts";
import type { ConnectionKernel } from "./pair-ports.ts";

/** What a reload may change. */
export interface ConnectionTimes {
  /** How long connections may go on after a planned move; 0: not at all. */
  readonly drainMs: number;
  readonly leaseMs: number;
  /** Interval × count. */
  readonly silenceMs: number;
}

export interface OwnConnectionsOptions {
  readonly kernel: ConnectionKernel;
  readonly send: (report: Report) => void;
  readonly pairId: number;
  /** Of this unit's session. */
  readonly nonce: number;
  readonly times: ConnectionTimes;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class OwnConnections {
  readonly #options: OwnConnectionsOptions;
  readonly #pages = new OwnPages();
  #times: ConnectionTimes;
  #phase: ReportPhase = "idle";
  #sequence = 0;
  #connections = 0;
  #nextListMs = -Infinity;
  #drainFromMs = 0;
  #renewedMs = 0;
  /** When the other unit is told again that there is nothing. */
  #nextIdleMs = -Infinity;
  #idleReports = 0;
  #listFault: string | null = null;
  /** Connections that have ended here: the kernel may remember some; it cannot forget them. */
  #ended: "none" | "some" | "stay" = "some";
  #via: ReportVia = { ipv4: null, ipv6: null };
  #viaReadMs = -Infinity;

  constructor(options: OwnConnectionsOptions) {
    this.#options = options;
    this.#times = options.times;
  }

  reconfigure(times: ConnectionTimes): void {
    this.#times = times;
  }

  get phase(): ReportPhase {
    return this.#phase;
  }

  get connections(): number {
    return this.#connections;
  }

  /** Connections that the other unit is not told of, since there are too many. */
  get unlisted(): number {
    return this.#pages.unlisted;
  }

  /** While draining: how much longer at most. */
  get leftMs(): number {
    if (this.#phase !== "draining") return 0;
    return Math.max(0, this.#drainFromMs + this.#times.drainMs - this.#options.clock.nowMs());
  }

  /** More is to be done than fits one go. */
  get hasMore(): boolean {
    return this.#pages.hasChanges || this.#hasToForget;
  }

  get #hasToForget(): boolean {
    return this.#phase !== "serving" && this.#ended === "some";
  }

  /** Before the addresses are held: questions for them may be answered again. */
  taking(planned: boolean): void {
    if (planned && this.#ended !== "stay") this.#forgetEnded();
    if (this.#phase === "draining") this.#options.kernel.show();
  }

  /** This unit holds: what it went on with, it serves again. */
  serve(): void {
    if (this.#phase === "draining") this.#options.kernel.endKeeping();
    if (this.#phase === "serving") return;
    this.#phase = "serving";
    this.#nextListMs = -Infinity;
  }

  /** This unit is about to give the addresses up; `planned`: what runs here may go on where that is possible. */
  leave(planned: boolean): void {
    const { kernel, clock, logger } = this.#options;
    const { drainMs, leaseMs } = this.#times;
    if (this.#phase === "draining") {
      // The addresses could not be taken after all: they are hidden again.
      const hidden = kernel.keep(leaseMs);
      if (!hidden.ok) this.#end(hidden.error);
    }
    if (this.#phase !== "serving") return;
    const kept = planned && drainMs > 0 ? kernel.keep(leaseMs) : null;
    if (kept?.ok === false) logger("warning", "connections-not-kept", { why: kept.error });
    if (kept?.ok === true) {
      this.#phase = "draining";
      this.#drainFromMs = this.#renewedMs = clock.nowMs();
      this.#nextListMs = -Infinity;
      return;
    }
    this.#rest();
    // The list is what the other unit has to tell the clients of these connections by: it is not taken back.
    this.#nextIdleMs = clock.nowMs() + LIST_OUTLIVES_MS;
  }

  /** Reads the list where it is time, and tells the other unit what is due. */
  turn(): void {
    const nowMs = this.#options.clock.nowMs();
    if (this.#hasToForget) this.#forgetEnded();
    if (this.#phase === "idle") {
      this.#tellIdle(nowMs);
      return;
    }
    if (nowMs >= this.#nextListMs) this.#list(nowMs);
    this.tell();
    const { phase } = this;
    if (phase === "draining") this.#drain(nowMs);
    // That nothing is left was told before: no client is told of the end of what has ended.
    if (this.phase !== phase) this.tell();
  }

  /** Tells what is due of the list as it was last read. */
  tell(): void {
    const { send, pairId, nonce } = this.#options;
    const due = this.#pages.takeDue();
    const common = {
      pairId,
      nonce,
      phase: this.#phase,
      leftMs: this.leftMs,
      connections: this.#connections,
      pages: this.#pages.pages,
      via: this.#via,
    };
    for (const page of due.length === 0 ? [0] : due) {
      this.#sequence += 1;
      send({ ...common, sequence: this.#sequence, page, keys: this.#pages.keysOf(page) });
    }
  }

  /** Reads the list now, and tells it. */
  tellNow(): void {
    if (this.#phase === "idle") return;
    this.#nextListMs = -Infinity;
    this.turn();
  }

  /** Takes away what is kept: the daemon ends. */
  close(): void {
    if (this.#phase === "draining") this.#end("closed");
  }

  #list(nowMs: number): void {
    const { kernel, clock, logger } = this.#options;
    const listed = kernel.list();
    this.#readVia(nowMs);
    this.#nextListMs = nowMs + (clock.nowMs() - nowMs) / LIST_SHARE;
    const fault = listed.ok ? null : listed.error;
    if (fault !== null && fault !== this.#listFault) logger("warning", "connections-unknown", { why: fault });
    this.#listFault = fault;
    if (!listed.ok) return;
    if (listed.value.size !== this.#connections) this.#haveEnded();
    this.#connections = listed.value.size;
    this.#pages.read(listed.value);
  }

  /**
   * While the addresses are elsewhere a client may use the port of a connection that has ended here for one to the
   * other unit. If this unit remembered the old one it would answer for the new one after the next planned move,
   * and break it.
   */
  #forgetEnded(): void {
    const { kernel, logger } = this.#options;
    const forgotten = kernel.forgetEnded(ENDED_AT_ONCE);
    if (forgotten.ok) this.#ended = forgotten.value < ENDED_AT_ONCE ? "none" : "some";
    else {
      this.#ended = "stay";
      logger("info", "ended-connections-stay", { why: forgotten.error });
    }
  }

  #haveEnded(): void {
    if (this.#ended === "none") this.#ended = "some";
  }

  #drain(nowMs: number): void {
    const { kernel } = this.#options;
    const { leaseMs, drainMs } = this.#times;
    if (nowMs >= this.#renewedMs + leaseMs / 3) {
      this.#renewedMs = nowMs;
      const renewed = kernel.renewKept(leaseMs);
      if (!renewed.ok) {
        this.#end(renewed.error);
        return;
      }
    }
    if (nowMs >= this.#drainFromMs + drainMs) this.#end("time is over");
    else if (this.#connections === 0 && nowMs >= this.#drainFromMs + DRAIN_MS_MIN) this.#end("none left");
  }

  #end(why: string): void {
    const { kernel, clock, logger } = this.#options;
    kernel.endKeeping();
    const afterMs = Math.round(clock.nowMs() - this.#drainFromMs);
    const level = this.#connections === 0 ? "info" : "warning";
    logger(level, "drained", { why, afterMs, left: this.#connections });
    this.#rest();
  }

  /** This unit's own addresses seldom change. */
  #readVia(nowMs: number): void {
    if (nowMs < this.#viaReadMs + VIA_MS) return;
    this.#viaReadMs = nowMs;
    this.#via = this.#options.kernel.via();
  }

  #rest(): void {
    this.#phase = "idle";
    this.#haveEnded();
    this.#pages.read(new Set());
    this.#connections = 0;
    this.#idleReports = 0;
    this.#nextIdleMs = -Infinity;
  }

  /** Often at first, since the other unit waits for it; then so that it knows where to reach this one. */
  #tellIdle(nowMs: number): void {
    if (nowMs < this.#nextIdleMs) return;
    this.#idleReports += 1;
    if (this.#idleReports >= IDLE_REPORTS_AT_ONCE) this.#nextIdleMs = nowMs + IDLE_REPORT_MS;
    this.#readVia(nowMs);
    this.tell();
  }
}
