/** Logs: the access log of the proxy, the unit's own log, the audit log, the system log. */
import Type from "typebox";
import { closed, count, Instant, nullable, oneOf, text } from "./parts.ts";

export const LogName = oneOf("access", "unit", "system");

export const Log = closed({
  log: LogName,
  file: nullable(text(4_096)),
  bytes: count(),
  /** Rotated files that belong to it. */
  files: count(),
  /** Null when it can be read. */
  fault: nullable(text(1_000)),
});
export type Log = Type.Static<typeof Log>;
export const Logs = closed({ logs: Type.Array(Log) });

/** Members that the log's form does not tell are absent. */
export const LogRow = closed({
  /** Where the line begins, from the beginning of all files of the log: for `before`. */
  at: count(),
  time: Type.Optional(Instant),
  line: text(70_000),
  level: Type.Optional(text(16)),
  client: Type.Optional(text(64)),
  method: Type.Optional(text(64)),
  url: Type.Optional(text(70_000)),
  status: Type.Optional(Type.Integer()),
  bytes: Type.Optional(count()),
  durationMs: Type.Optional(Type.Number()),
  result: Type.Optional(text(64)),
});
export type LogRow = Type.Static<typeof LogRow>;

export const LogFilter = {
  /** Words that the line must have, in any order and any case. */
  text: Type.Optional(text(500)),
  client: Type.Optional(text(64)),
  /** A status such as 404, or a class such as 5xx. */
  status: Type.Optional(Type.String({ pattern: "^[0-9](?:[0-9]{2}|xx)$" })),
  method: Type.Optional(text(32)),
  result: Type.Optional(text(64)),
  level: Type.Optional(text(16)),
  since: Type.Optional(Instant),
  until: Type.Optional(Instant),
};
export const RowsQuery = closed({
  ...LogFilter,
  /** Rows before this place; without it from the end. */
  before: Type.Optional(count()),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 200 })),
});
export const LogRows = closed({
  /** The newest first. */
  rows: Type.Array(LogRow),
  /** To go on with as `before`; null at the beginning of the log. */
  next: nullable(count()),
  /** Lines that were looked at. */
  scanned: count(),
  /** The search stopped for its time limit: go on with `next`. */
  isPartial: Type.Boolean(),
  tookMs: Type.Number(),
});
export type LogRows = Type.Static<typeof LogRows>;
