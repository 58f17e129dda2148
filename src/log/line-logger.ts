/** The operator's log: one line an event, `time level event key=value …`, never more than one line. */
import type { Clock } from "#base/clock.ts";
import type { Logger, LogValues } from "#base/logger.ts";

/** A value longer than this is cut: an event is a line to read. */
const VALUE_CHARS_MAX = 1_000;

const BARE = /^[A-Za-z0-9._:/@+[\]-]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
const UNSAFE = /["\\\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const NAMED: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

const escapeChar = (char: string): string =>
  NAMED[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** Japanese stays readable; control bytes and bidirectional overrides, which lie to a reader, do not stay. */
function valueText(value: string | number | boolean): string {
  const text = String(value);
  if (BARE.test(text)) return text;
  const cut = text.length > VALUE_CHARS_MAX ? `${text.slice(0, VALUE_CHARS_MAX)}…` : text;
  return `"${cut.replace(UNSAFE, escapeChar)}"`;
}

/** One event as a line without its line feed; `wallMs` is printed as UTC with milliseconds. */
function eventLine(wallMs: number, head: readonly [string, string], values: LogValues = {}): string {
  let line = `${new Date(wallMs).toISOString()} ${head[0].padEnd(7)} ${head[1]}`;
  for (const [key, value] of Object.entries(values)) line += ` ${key}=${valueText(value)}`;
  return line;
}

/** A logger that gives each event to `write` as one line, line feed included. */
export const createLineLogger =
  (write: (line: string) => void, clock: Clock): Logger =>
  (level, event, values) =>
    write(`${eventLine(clock.wallMs(), [level, event], values)}\n`);
