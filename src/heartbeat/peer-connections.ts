/**
 * The connections of the other unit's clients, as it tells of them. After a planned move their packets are
 * passed on to it until it has ended them; when it is gone their clients are told.
 */
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import type { Outcome } from "#base/outcome.ts";
import { PeerPages, type ReportRefusal } from "#connections/peer-pages.ts";
import type { Report, ReportFault } from "#connections/report.ts";
import {
  DRAIN_BEGINS_MS,
  REPORT_DRAINING_MS,
  REPORT_MS,
  REPORT_SILENCE_MS_MAX,
  REPORT_SILENCE_MS_MIN,
  STALL_MS,
  TICKLE_PAUSE_MS,
  TICKLES_AFTER_MS,
  TICKLES_AT_ONCE,
} from "./limits.ts";
import type { ConnectionTimes } from "./own-connections.ts";
import type { ConnectionKernel } from "./pair-ports.ts";

export interface PeerConnectionsOptions {
  readonly kernel: ConnectionKernel;
  /** The session of the other unit's heartbeat, once it is confirmed. */
  readonly peerNonce: () => number | null;
  readonly times: ConnectionTimes;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Refusals = Readonly<Partial<Record<ReportFault | ReportRefusal, number>>>;

export class PeerConnections {
  readonly #options: PeerConnectionsOptions;
  readonly #pages = new PeerPages();
  #silenceMs = 0;
  readonly #timers = new Set<NodeJS.Timeout>();
  #refusals: Refusals = {};
  /** Since when packets are passed on; null: they are not. */
  #passingFromMs: number | null = null;
  /** Silence counts from here on, whatever was heard before. */
  #listenFromMs = -Infinity;
  #turnedMs = Infinity;
  #received = 0;
  #reset = 0;
  #unsent = 0;

  constructor(options: PeerConnectionsOptions) {
    this.#options = options;
    this.reconfigure(options.times);
    // Until the other unit has said whether it still drains: what it has begun is not cut off by our new start.
    if (options.kernel.passesOn) this.#beginPassing();
  }

  reconfigure({ silenceMs }: ConnectionTimes): void {
    this.#silenceMs = Math.min(Math.max(silenceMs, REPORT_SILENCE_MS_MIN), REPORT_SILENCE_MS_MAX);
  }

  get isPassingOn(): boolean {
    return this.#passingFromMs !== null;
  }

  /** Connections that are still on the other unit after a planned move. */
  get remaining(): number {
    const isDraining = this.#pages.phase === "draining" && !this.#isSilent();
    return this.isPassingOn || isDraining ? this.#pages.connections : 0;
  }

  get leftMs(): number {
    return this.remaining > 0 ? this.#pages.leftMs : 0;
  }

  get counts() {
    return {
      received: this.#received,
      refused: this.#refusals,
      reset: this.#reset,
      unsent: this.#unsent,
      known: this.#pages.keys().length,
    };
  }

  /** A report has come, for this unit or not. */
  received(report: Outcome<Report, ReportFault>): void {
    const { peerNonce, clock } = this.#options;
    if (!report.ok) {
      this.#refuse(report.error);
      return;
    }
    const endsDrain = this.isPassingOn && report.value.phase === "idle";
    // What the other unit still had when its time was over: their clients are told.
    const left = endsDrain ? this.#pages.keys() : [];
    const refused = this.#pages.take(report.value, peerNonce(), clock.nowMs());
    if (refused !== null) {
      this.#refuse(refused);
      return;
    }
    this.#received += 1;
    if (endsDrain && this.#pages.phase === "idle") this.#stopPassing(left);
  }

  /** The addresses are about to be taken as planned: the other unit goes on with what it has. */
  passOn(): void {
    if (this.#pages.phase !== "idle" && !this.#isSilent()) this.share();
  }

  /** The other unit has the addresses too, and what it has begun is to go on, even if it was not heard of late. */
  share(): void {
    const { kernel, logger } = this.#options;
    const { via } = this.#pages;
    if (this.isPassingOn || via === null) return;
    const passed = kernel.passOn(via);
    if (passed.ok) this.#beginPassing();
    else {
      logger("warning", "connections-not-passed-on", { why: passed.error });
      this.reset();
    }
  }

  /** This unit is about to give the addresses up: there is nothing to pass on any more. */
  leave(): void {
    if (!this.isPassingOn) return;
    this.#passingFromMs = null;
    this.#options.kernel.endPassingOn();
  }

  /** Looks after the other unit; `holds`: this unit has the addresses. */
  turn(holds: boolean): void {
    const nowMs = this.#options.clock.nowMs();
    // This process did not run: reports may wait unread, and it is not the other unit that was silent.
    const rhythmMs = this.isPassingOn ? REPORT_DRAINING_MS : REPORT_MS;
    if (nowMs >= this.#turnedMs + rhythmMs + STALL_MS) this.#listenFromMs = nowMs;
    this.#turnedMs = nowMs;
    if (this.#passingFromMs === null) {
      // A daemon that was started anew in between.
      if (holds && this.#pages.phase === "draining") this.passOn();
      return;
    }
    const neverBegan = this.#pages.phase === "serving" && nowMs >= this.#passingFromMs + DRAIN_BEGINS_MS;
    if (this.#isSilent() || neverBegan) {
      this.#options.logger("warning", "draining-unit-gone", { connections: this.#pages.connections });
      this.reset();
    }
  }

  /** The other unit cannot go on with what it had: all its clients are told. */
  reset(): void {
    this.#stopPassing(this.#pages.keys());
    this.#pages.forgetKeys();
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.leave();
  }

  /** A unit that was cut off until now, or that does not know this process yet, is given the time to speak. */
  #beginPassing(): void {
    this.#passingFromMs = this.#listenFromMs = this.#options.clock.nowMs();
  }

  #isSilent(): boolean {
    const { heardMs } = this.#pages;
    return this.#options.clock.nowMs() >= Math.max(heardMs, this.#listenFromMs) + this.#silenceMs;
  }

  #refuse(why: ReportFault | ReportRefusal): void {
    this.#refusals = { ...this.#refusals, [why]: (this.#refusals[why] ?? 0) + 1 };
  }

  /** Rules first: what a client answers must be reset here. */
  #stopPassing(left: readonly string[]): void {
    this.leave();
    if (left.length === 0) return;
    this.#reset += left.length;
    // Also the first one comes later than this call: the network has to learn of the move before.
    for (const afterMs of TICKLES_AFTER_MS) this.#later(afterMs, () => this.#tickle(left, 0));
  }

  #tickle(keys: readonly string[], from: number): void {
    this.#unsent += this.#options.kernel.tickle(keys.slice(from, from + TICKLES_AT_ONCE));
    const next = from + TICKLES_AT_ONCE;
    if (next < keys.length) this.#later(TICKLE_PAUSE_MS, () => this.#tickle(keys, next));
  }

  #later(afterMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, afterMs);
    this.#timers.add(timer);
  }
}
