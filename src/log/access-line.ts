/**
 * The access log's line for a transaction, in three forms. Each line ends with one line feed, and nothing
 * that a client or an origin sent can add another or move a field (escape.ts).
 *
 * squid     time.ms elapsed client result/status bytes method URL - hierarchy/peer type, which is Squid's
 *           native format, then reason=… and in=… (bytes received from the client)
 * combined  Apache's combined format, then result:hierarchy/peer, ms=…, in=… and reason=…
 * json      one object with every value of the record; times in UTC
 *
 * With accessLog.requestIds each ends with id=…, fwd=… and not-stored=…; these are ours, never a client's.
 */
import { remember } from "#base/remember.ts";
import type { RequestTrace, TransactionRecord } from "#http/transaction-record.ts";
import { bareField, jsonField, quotedField } from "./escape.ts";

export type AccessLogFormat = "squid" | "combined" | "json";

/** A record as a line with its line feed. */
export type FormatLine = (record: TransactionRecord) => string;

/** Minutes that local time is ahead of UTC at that moment. */
export type ZoneOffset = (wallMs: number) => number;

/** Longer fields are cut: one transaction must not fill the buffer. A request line has its own limit. */
export const TARGET_CHARS_MAX = 64 * 1024;
const FIELD_CHARS_MAX = 4 * 1024;

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

const localOffset: ZoneOffset = (wallMs) => -new Date(wallMs).getTimezoneOffset();

const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

const three = (value: number): string => (value < 10 ? `00${value}` : value < 100 ? `0${value}` : `${value}`);

const sixWide = (value: number): string => (value < 10 ? `     ${value}` : `${value}`.padStart(6));

/** A whole, non-negative number: the clock may have jumped. */
const whole = (value: number): number => (value > 0 ? Math.round(value) : 0);

const cut = (text: string, charsMax = FIELD_CHARS_MAX): string =>
  text.length > charsMax ? text.slice(0, charsMax) : text;

/** "ip:port" without its port: Squid's field is an address. */
function peerAddress(upstream: string): string {
  const colon = upstream.lastIndexOf(":");
  return colon > 0 ? upstream.slice(0, colon) : upstream;
}

/** The media type without its parameters, as Squid logs it. */
function mediaType(contentType: string): string {
  const end = contentType.search(/[; \t]/);
  return end < 0 ? contentType : contentType.slice(0, end);
}

/** Fields that repeat from line to line. */
const addressField = remember(bareField);
const peerField = remember((upstream: string) => bareField(peerAddress(upstream)));
const methodField = remember((method: string) => bareField(cut(method)));
const typeField = remember((contentType: string) => bareField(mediaType(cut(contentType))));
/** The end of the line of a transaction that went well and asked nobody: that of a hit. */
const ownTail = remember(
  (contentType: string) => ` - HIER_NONE/- ${typeField(contentType)} reason=complete in=`,
);

function squidTail(record: TransactionRecord): string {
  const { hierarchy, upstreamAddress, reason, contentType } = record;
  return hierarchy === "HIER_NONE" && upstreamAddress === "-" && reason === "complete"
    ? ownTail(contentType)
    : ` - ${hierarchy}/${peerField(upstreamAddress)} ${typeField(contentType)} reason=${reason} in=`;
}

const traceTail = (trace: RequestTrace | null): string =>
  trace === null ? "" : ` id=${trace.id} fwd=${trace.fwd} not-stored=${trace.notStored}`;

const traceMembers = (trace: RequestTrace | null): string =>
  trace === null ? "" : `,"id":"${trace.id}","fwd":"${trace.fwd}","notStored":"${trace.notStored}"`;

function squidLine(record: TransactionRecord): string {
  const wallMs = whole(record.startedWallMs + record.durationMs);
  const status = three(record.status);
  return (
    `${Math.floor(wallMs / 1000)}.${three(wallMs % 1000)} ${sixWide(whole(record.durationMs))} ` +
    `${addressField(record.clientAddress)} ${record.cacheResult}/${status} ${record.responseBytes} ` +
    `${methodField(record.method)} ${bareField(cut(record.target, TARGET_CHARS_MAX))}` +
    `${squidTail(record)}${record.requestBytes}${traceTail(record.trace)}\n`
  );
}

/** `10/Oct/2000:13:55:36 -0700`. */
function clfTime(second: number, zone: ZoneOffset): string {
  const offset = zone(second * 1000);
  const local = new Date((second + offset * 60) * 1000);
  const away = Math.abs(offset);
  return (
    `${two(local.getUTCDate())}/${MONTHS[local.getUTCMonth()]}/${local.getUTCFullYear()}:` +
    `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())} ` +
    `${offset < 0 ? "-" : "+"}${two(Math.floor(away / 60))}${two(away % 60)}`
  );
}

/** Computes `text` again only when the second changes: most lines share theirs with the one before. */
function perSecond(text: (second: number) => string): (second: number) => string {
  let cachedSecond = Number.NaN;
  let cached = "";
  return (second) => {
    if (second !== cachedSecond) {
      cached = text(second);
      cachedSecond = second;
    }
    return cached;
  };
}

function combinedFormat(zone: ZoneOffset): FormatLine {
  const time = perSecond((second) => clfTime(second, zone));
  return (record) =>
    `${bareField(record.clientAddress)} - - [${time(Math.floor(whole(record.startedWallMs) / 1000))}] ` +
    `"${quotedField(cut(record.method))} ${quotedField(cut(record.target, TARGET_CHARS_MAX))} ` +
    `${record.version === "-" ? "-" : `HTTP/${quotedField(record.version)}`}" ${three(record.status)} ` +
    `${record.responseBytes} "${quotedField(cut(record.referer))}" "${quotedField(cut(record.userAgent))}" ` +
    `${record.cacheResult}:${record.hierarchy}/${bareField(record.upstreamAddress)} ` +
    `ms=${whole(record.durationMs)} in=${record.requestBytes} reason=${record.reason}${traceTail(record.trace)}\n`;
}

function jsonFormat(): FormatLine {
  const time = perSecond((second) => new Date(second * 1000).toISOString().slice(0, 19));
  return (record) => {
    const wallMs = whole(record.startedWallMs);
    return (
      `{"time":"${time(Math.floor(wallMs / 1000))}.${three(wallMs % 1000)}Z",` +
      `"durationMs":${whole(record.durationMs)},"client":"${jsonField(record.clientAddress)}",` +
      `"clientPort":${whole(record.clientPort)},"method":"${jsonField(cut(record.method))}",` +
      `"target":"${jsonField(cut(record.target, TARGET_CHARS_MAX))}","version":"${jsonField(record.version)}",` +
      `"status":${whole(record.status)},"requestBytes":${whole(record.requestBytes)},` +
      `"responseBytes":${whole(record.responseBytes)},"cacheResult":"${record.cacheResult}",` +
      `"hierarchy":"${record.hierarchy}","upstream":"${jsonField(record.upstreamAddress)}",` +
      `"reason":"${record.reason}","contentType":"${jsonField(cut(record.contentType))}",` +
      `"referer":"${jsonField(cut(record.referer))}","userAgent":"${jsonField(cut(record.userAgent))}"${traceMembers(record.trace)}}\n`
    );
  };
}

/** The formatter for a form; each keeps its own cache of the last second. */
export function accessLineFormat(format: AccessLogFormat, zone: ZoneOffset = localOffset): FormatLine {
  if (format === "squid") return squidLine;
  return format === "combined" ? combinedFormat(zone) : jsonFormat();
}
