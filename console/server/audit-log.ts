/**
 * Who did what: one JSON line a row, each with a SHA-256 over itself and the row before, so that nothing can
 * be changed or left out in the middle without being seen. (Whoever may write the file can forge all of it;
 * the copy in the system log is for that.)
 */
import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import type { Clock } from "#base/clock.ts";
import type { AuditRow } from "#console/contract/upkeep.ts";

export type AuditEntry = Pick<AuditRow, "actor" | "address" | "action" | "outcome" | "detail">;

const FIRST_HASH = "0".repeat(64);
const DETAIL_CHARS_MAX = 2_000;
/** Rows that are kept in memory for the page; older ones are read from the file. */
const RECENT_MAX = 1_000;

const chained = (before: string, row: Omit<AuditRow, "hash">): string =>
  createHash("sha256")
    .update(before)
    .update(JSON.stringify([row.number, row.at, row.actor, row.address, row.action, row.outcome, row.detail]))
    .digest("hex");

export class AuditLog {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #mirror: (line: string) => void;
  readonly #recent: AuditRow[] = [];
  #number = 0;
  #hash = FIRST_HASH;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, clock: Clock, mirror: (line: string) => void) {
    this.#path = path;
    this.#clock = clock;
    this.#mirror = mirror;
  }

  /** `mirror` gets each row as a line for the system log. */
  static async open(path: string, clock: Clock, mirror: (line: string) => void): Promise<AuditLog> {
    const log = new AuditLog(path, clock, mirror);
    for (const row of await log.#readAll()) log.#remember(row);
    return log;
  }

  /** Resolves when the row is on disk. Rows are written in the order of the calls. */
  async add(entry: AuditEntry): Promise<void> {
    const row = this.#next(entry);
    const line = JSON.stringify(row);
    const written = this.#writing.then(() => this.#append(`${line}\n`));
    this.#writing = written.catch(() => {});
    this.#mirror(
      `audit ${row.number} ${row.actor} ${row.address} ${row.action} ${row.outcome} ${row.detail}`,
    );
    await written;
  }

  /** Rows before `before`, the newest first. */
  async page(
    before: number | null,
    limit: number,
  ): Promise<{ readonly rows: AuditRow[]; readonly more: boolean }> {
    const oldest = this.#recent[0]?.number ?? 1;
    const end = before ?? Number.POSITIVE_INFINITY;
    const all = end - limit > oldest || oldest === 1 ? this.#recent : await this.#readAll();
    const rows = all.filter(({ number }) => number < end);
    return { rows: rows.slice(-limit).reverse(), more: rows.length > limit };
  }

  /** Reads the whole file and follows the chain; the last row must be the newest that is known. */
  async verify(): Promise<{ readonly rows: number; readonly brokenAt: number | null }> {
    await this.#writing;
    let before = FIRST_HASH;
    let rows = 0;
    for (const row of await this.#readAll()) {
      rows += 1;
      if (row.number !== rows || row.hash !== chained(before, row)) return { rows, brokenAt: rows };
      before = row.hash;
    }
    return { rows, brokenAt: before === this.#hash ? null : rows + 1 };
  }

  #next(entry: AuditEntry): AuditRow {
    const number = this.#number + 1;
    const at = new Date(this.#clock.wallMs()).toISOString();
    const told = { number, at, ...entry, detail: entry.detail.slice(0, DETAIL_CHARS_MAX) };
    const row = { ...told, hash: chained(this.#hash, told) };
    this.#remember(row);
    return row;
  }

  #remember(row: AuditRow): void {
    this.#number = row.number;
    this.#hash = row.hash;
    this.#recent.push(row);
    if (this.#recent.length > RECENT_MAX) this.#recent.shift();
  }

  async #append(line: string): Promise<void> {
    await using file = await open(this.#path, "a", 0o600);
    await file.writeFile(line);
    await file.sync();
  }

  /** A line that a power cut has cut short is left out. */
  async #readAll(): Promise<readonly AuditRow[]> {
    const text = await readFile(this.#path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    return text.split("\n").flatMap((line) => {
      try {
        return [JSON.parse(line) as AuditRow];
      } catch {
        return [];
      }
    });
  }
}
