/** What a unit does so that no client's connection is lost in a move, and none hangs after a crash. */
import type { Outcome } from "#base/outcome.ts";
import type { Report, ReportFault, ReportPhase } from "#connections/report.ts";
import { REPORT_AGAIN_MS, REPORT_DRAINING_MS, REPORT_MS } from "./limits.ts";
import { type ConnectionTimes, OwnConnections, type OwnConnectionsOptions } from "./own-connections.ts";
import type { PairConnections } from "./pair-ports.ts";
import { PeerConnections, type PeerConnectionsOptions } from "./peer-connections.ts";

export type ConnectionKeeperOptions = OwnConnectionsOptions & PeerConnectionsOptions;

export interface ConnectionsStatus {
  /** Clients' connections of the floating addresses on this unit. */
  readonly here: number;
  /** `draining`: the other unit has the addresses, and what is here may end. */
  readonly phase: ReportPhase;
  /** Those that are still on the other unit after a planned move. */
  readonly onOtherUnit: number;
  /** How long that may go on, here or there. */
  readonly leftMs: number;
  readonly isPassingOn: boolean;
  /** Connections beyond what the other unit can be told of. */
  readonly unlisted: number;
  /** Known of the other unit: their clients are told when it is gone. */
  readonly known: number;
  readonly reports: { readonly received: number; readonly refused: Readonly<Record<string, number>> };
  /** Clients that were told of the end of their connection, and packets to them that did not go out. */
  readonly reset: number;
  readonly unsent: number;
}

export class ConnectionKeeper implements PairConnections {
  readonly #own: OwnConnections;
  readonly #peer: PeerConnections;
  readonly #drained: (() => void)[] = [];
  #timer: NodeJS.Timeout;
  #isClosed = false;

  constructor(options: ConnectionKeeperOptions) {
    this.#own = new OwnConnections(options);
    this.#peer = new PeerConnections(options);
    this.#timer = setTimeout(() => this.#turn(), REPORT_MS);
  }

  get status(): ConnectionsStatus {
    const { received, refused, ...counts } = this.#peer.counts;
    return {
      here: this.#own.connections,
      phase: this.#own.phase,
      onOtherUnit: this.#peer.remaining,
      leftMs: Math.round(Math.max(this.#own.leftMs, this.#peer.leftMs)),
      isPassingOn: this.#peer.isPassingOn,
      unlisted: this.#own.unlisted,
      reports: { received, refused },
      ...counts,
    };
  }

  reconfigure(times: ConnectionTimes): void {
    this.#own.reconfigure(times);
    this.#peer.reconfigure(times);
  }

  received(report: Outcome<Report, ReportFault>): void {
    this.#peer.received(report);
    this.#peer.turn(this.#own.phase === "serving");
  }

  taking(planned: boolean): void {
    this.#own.taking(planned);
    if (planned) this.#peer.passOn();
  }

  taken(): void {
    this.#own.serve();
  }

  leaving(planned: boolean): void {
    this.#peer.leave();
    this.#own.leave(planned);
    this.#own.tellNow();
  }

  gone(): void {
    if (this.#own.phase === "serving") this.leaving(false);
  }

  sharing(): void {
    this.#peer.share();
  }

  tell(): void {
    this.#own.tellNow();
  }

  reset(): void {
    this.#peer.reset();
  }

  /** Resolves when no connection goes on here after the addresses were given up. */
  drained(): Promise<void> {
    if (this.#own.phase !== "draining") return Promise.resolve();
    return new Promise((resolve) => void this.#drained.push(resolve));
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#peer.close();
    this.#own.close();
    this.#tellDrained();
  }

  #turn(): void {
    this.#own.turn();
    this.#peer.turn(this.#own.phase === "serving");
    if (this.#own.phase !== "draining") this.#tellDrained();
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => this.#turn(), this.#nextTurnMs());
  }

  #nextTurnMs(): number {
    if (this.#own.hasMore) return REPORT_AGAIN_MS;
    return this.#own.phase === "draining" || this.#peer.isPassingOn ? REPORT_DRAINING_MS : REPORT_MS;
  }

  #tellDrained(): void {
    for (const resolve of this.#drained.splice(0)) resolve();
  }
}
