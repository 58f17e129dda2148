/** The connections of the other unit, as its reports tell them. Reports may be lost, repeated and out of order. */
import type { Report, ReportPhase, ReportVia } from "./report.ts";

interface Page {
  readonly sequence: number;
  readonly keys: readonly string[];
}

/** Why a report changed nothing. */
export type ReportRefusal =
  /** Not of the session that the heartbeat has confirmed: a recording, or too early. */
  | "other-session"
  /** A newer one of that page has come: a repetition, or one that was overtaken. */
  | "outdated";

export class PeerPages {
  readonly #pages = new Map<number, Page>();
  #newest: Report | null = null;
  #heardMs = -Infinity;

  /** When the newest was heard. */
  get heardMs(): number {
    return this.#heardMs;
  }

  /** Null before the first report. */
  get phase(): ReportPhase | null {
    return this.#newest?.phase ?? null;
  }

  get via(): ReportVia | null {
    return this.#newest?.via ?? null;
  }

  /** How many connections the other unit says that it has. */
  get connections(): number {
    return this.#newest?.connections ?? 0;
  }

  get leftMs(): number {
    return this.#newest?.leftMs ?? 0;
  }

  /** Every connection that is known. */
  keys(): readonly string[] {
    return [...this.#pages.values()].flatMap(({ keys }) => keys);
  }

  /** Takes a report of the session `nonce`; null, or why it does not count. */
  take(report: Report, nonce: number | null, nowMs: number): ReportRefusal | null {
    if (report.nonce !== nonce) return "other-session";
    if (report.nonce !== this.#newest?.nonce) this.#begin();
    const newest = this.#newest;
    if (newest !== null && report.sequence <= newest.sequence) {
      const known = this.#pages.get(report.page)?.sequence ?? -1;
      if (report.pages === 0 || report.page >= newest.pages || report.sequence <= known) return "outdated";
      this.#pages.set(report.page, report);
      return null;
    }
    if (report.pages > 0) this.#pages.set(report.page, report);
    this.#newest = report;
    this.#heardMs = nowMs;
    for (const page of this.#pages.keys()) if (page >= report.pages) this.#pages.delete(page);
    return null;
  }

  /** The connections are gone, and with them a drain; where the other unit is reached is still known. */
  forgetKeys(): void {
    this.#pages.clear();
    if (this.#newest === null) return;
    const phase = this.#newest.phase === "draining" ? "idle" : this.#newest.phase;
    // What was told before does not come back.
    this.#newest = { ...this.#newest, phase, pages: 0, connections: 0 };
  }

  #begin(): void {
    this.#pages.clear();
    this.#newest = null;
  }
}
