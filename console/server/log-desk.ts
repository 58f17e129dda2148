/** The logs as the pages read them: from the end, filtered, within a time limit. */
import { createReadStream, existsSync } from "node:fs";
import { access, constants } from "node:fs/promises";
import { Readable } from "node:stream";
import type { Clock } from "#base/clock.ts";
import type { Log, LogRow, LogRows } from "#console/contract/logs.ts";
import { backwardLines, logParts } from "#log/backward-lines.ts";
import { readAccessLine } from "#log/read-access-line.ts";
import { Refusal } from "./refusal.ts";

export type LogName = Log["log"];

export interface RowFilter {
  readonly text?: string;
  readonly client?: string;
  readonly status?: string;
  readonly method?: string;
  readonly result?: string;
  readonly level?: string;
  readonly since?: string;
  readonly until?: string;
}

/** Where a distribution keeps the system log. */
const SYSTEM_LOGS = ["/var/log/syslog", "/var/log/messages"];
/** A search that takes longer is answered in part, with where to go on. */
const SEARCH_MS = 600;
/** Of one line that is shown. */
const LINE_CHARS_MAX = 16_384;

const UNIT_LINE = /^(\d{4}-\d\d-\d\dT\S+Z) (info|warning|error) /;
const SYSLOG_TIME = /^(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) /;

export class LogDesk {
  readonly #paths: (log: LogName) => string | null;
  readonly #clock: Clock;

  /** `accessLog` and `unitLog` may change with the settings; null where a log is off. */
  constructor(paths: { readonly accessLog: () => string | null; readonly unitLog: string }, clock: Clock) {
    this.#clock = clock;
    this.#paths = (log) => {
      if (log === "access") return paths.accessLog();
      return log === "unit" ? paths.unitLog : (SYSTEM_LOGS.find((path) => existsSync(path)) ?? null);
    };
  }

  pathOf(log: LogName): string | null {
    return this.#paths(log);
  }

  async list(): Promise<Log[]> {
    return Promise.all((["access", "unit", "system"] as const).map((log) => this.#about(log)));
  }

  /** Rows that pass the filter, the newest first. */
  async rows(
    log: LogName,
    filter: RowFilter,
    page: { before: number | null; limit: number },
  ): Promise<LogRows> {
    const path = this.#require(log);
    const startedMs = this.#clock.nowMs();
    const passes = rowFilter(filter);
    const since = filter.since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(filter.since);
    const rows: LogRow[] = [];
    let scanned = 0;
    let next: number | null = null;
    let isPartial = false;
    const done = (): LogRows => ({ rows, next, scanned, isPartial, tookMs: this.#clock.nowMs() - startedMs });
    for await (const lines of backwardLines(await logParts(path), page.before ?? undefined)) {
      for (const { at, bytes } of lines) {
        scanned += 1;
        next = at;
        const row = passes(bytes, at);
        if (row === null) continue;
        if (row.time !== undefined && Date.parse(row.time) < since) {
          next = null;
          return done();
        }
        rows.push(row);
        if (rows.length >= page.limit) return done();
      }
      if (this.#clock.nowMs() - startedMs > SEARCH_MS) {
        isPartial = true;
        return done();
      }
    }
    next = null;
    return done();
  }

  /** The log from its beginning to its end. */
  async file(log: LogName): Promise<Readable> {
    const parts = await logParts(this.#require(log));
    return Readable.from(
      (async function* () {
        for (const part of parts)
          if (part.bytes > 0) yield* createReadStream(part.path, { end: part.bytes - 1 });
      })(),
    );
  }

  async #about(log: LogName): Promise<Log> {
    const path = this.#paths(log);
    if (path === null) {
      const fault = log === "system" ? "this system has no system log that can be read" : "it is turned off";
      return { log, file: null, bytes: 0, files: 0, fault };
    }
    const parts = await logParts(path);
    const readable = await access(path, constants.R_OK).then(
      () => null,
      () => (parts.length === 0 ? "nothing has been written yet" : "it may not be read here"),
    );
    return {
      log,
      file: path,
      bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
      files: parts.length,
      fault: readable,
    };
  }

  #require(log: LogName): string {
    const path = this.#paths(log);
    if (path === null) throw new Refusal("not-found", `the log ${log} is not there`);
    return path;
  }
}

/** A line as a row, when it passes; the words are looked for in the bytes first, which spares most lines. */
export function rowFilter(filter: RowFilter): (bytes: Buffer, at: number) => LogRow | null {
  const words = (filter.text ?? "")
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const until = filter.until === undefined ? Number.POSITIVE_INFINITY : Date.parse(filter.until);
  const wantsFields = [
    filter.client,
    filter.status,
    filter.method,
    filter.result,
    filter.level,
    filter.until,
  ].some((each) => each !== undefined);
  const musts = [filter.client, filter.method, filter.result].filter((each) => each !== undefined);
  return (bytes, at) => {
    if (musts.some((must) => !bytes.includes(must))) return null;
    const line = bytes.toString("utf8", 0, Math.min(bytes.length, LINE_CHARS_MAX));
    if (words.length > 0) {
      const lower = line.toLowerCase();
      if (!words.every((word) => lower.includes(word))) return null;
    }
    const row = logRow(line, at);
    if (!wantsFields) return row;
    const fits =
      (filter.client === undefined || row.client === filter.client) &&
      (filter.method === undefined || row.method === filter.method) &&
      (filter.result === undefined || row.result === filter.result) &&
      (filter.level === undefined || row.level === filter.level) &&
      (filter.status === undefined || fitsStatus(filter.status, row.status)) &&
      (row.time === undefined || Date.parse(row.time) <= until);
    return fits ? row : null;
  };
}

const fitsStatus = (wanted: string, status: number | undefined): boolean =>
  status !== undefined &&
  (wanted.endsWith("xx") ? String(status).startsWith(wanted.slice(0, 1)) : String(status) === wanted);

/** What can be read of a line of any log. */
function logRow(line: string, at: number): LogRow {
  const unit = UNIT_LINE.exec(line);
  if (unit !== null) return { at, line, time: unit[1] ?? "", level: unit[2] ?? "" };
  const system = SYSLOG_TIME.exec(line);
  if (system !== null) return { at, line, time: system[1] ?? "" };
  const fields = readAccessLine(line);
  if (fields === null) return { at, line };
  const { wallMs, ...rest } = fields;
  return { at, line, time: new Date(wallMs).toISOString(), ...rest };
}
