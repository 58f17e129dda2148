/** An access log line back into its values: the reverse of access-line.ts, for all three forms. */

export interface AccessFields {
  /** Wall clock: the end of the transaction in the squid form, its beginning in the others. */
  readonly wallMs: number;
  readonly client: string;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly result: string;
}

const SQUID = /^(\d+)\.(\d{3})\s+(\d+) (\S+) ([A-Z_]+)\/(\d{3}) (\d+) (\S+) (\S+) /;
const COMBINED = /^(\S+) - - \[([^\]]+)\] "(\S*) (\S*)[^"]*" (\d{3}) (\d+) .*" ([A-Z_]+):\S+ ms=(\d+) /;
const CLF_TIME = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{2})(\d{2})$/;

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** The values of a line, or null when it has none of the forms. */
export function readAccessLine(line: string): AccessFields | null {
  if (line.startsWith("{")) return readJson(line);
  const squid = SQUID.exec(line);
  return squid === null ? readCombined(line) : readSquid(squid);
}

function readSquid(match: RegExpExecArray): AccessFields {
  const [, seconds, millis, elapsed, client = "", result = "", status, bytes, method = "", url = ""] = match;
  return {
    wallMs: Number(seconds) * 1_000 + Number(millis),
    client,
    method,
    url,
    status: Number(status),
    bytes: Number(bytes),
    durationMs: Number(elapsed),
    result,
  };
}

function readCombined(line: string): AccessFields | null {
  const [, client, time = "", method = "", url = "", status, bytes, result = "", ms] =
    COMBINED.exec(line) ?? [];
  const [, day, month = "", year, clock, hours, minutes] = CLF_TIME.exec(time) ?? [];
  if (client === undefined || day === undefined) return null;
  const monthNumber = String(MONTHS.indexOf(month) + 1).padStart(2, "0");
  const wallMs = Date.parse(`${year}-${monthNumber}-${day}T${clock}${hours}:${minutes}`);
  if (Number.isNaN(wallMs)) return null;
  return {
    wallMs,
    client,
    method,
    url,
    status: Number(status),
    bytes: Number(bytes),
    durationMs: Number(ms),
    result,
  };
}

function readJson(line: string): AccessFields | null {
  try {
    const row = JSON.parse(line) as Readonly<Record<string, unknown>>;
    const wallMs = Date.parse(String(row["time"]));
    if (Number.isNaN(wallMs)) return null;
    return {
      wallMs,
      client: String(row["client"]),
      method: String(row["method"]),
      url: String(row["target"]),
      status: Number(row["status"]),
      bytes: Number(row["responseBytes"]),
      durationMs: Number(row["durationMs"]),
      result: String(row["cacheResult"]),
    };
  } catch {
    return null;
  }
}
