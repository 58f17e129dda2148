/** Numbers, sizes and times for people: always with a unit, and exact enough to act on. */
import { fillPhrase, type Language, type Phrase } from "./phrase.ts";

const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** Such as `1.4 MiB`; whole bytes below one KiB. */
export function formatBytes(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 1024 ** step;
  const digits = step === 0 || amount >= 100 ? 0 : 1;
  return `${amount.toFixed(digits)} ${BYTE_UNITS[step]}`;
}

/** With thousands separated. */
export const formatCount = (count: number): string => Math.round(count).toLocaleString("en-US");

/** A share from 0 to 1; a dash where there is none. */
export const formatShare = (share: number | null): string =>
  share === null || !Number.isFinite(share) ? "–" : `${(share * 100).toFixed(1)} %`;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const SPAN_STEPS: readonly (readonly [size: number, phrase: Phrase])[] = [
  [DAY, ["日", "d"]],
  [HOUR, ["時間", "h"]],
  [MINUTE, ["分", "min"]],
  [SECOND, ["秒", "s"]],
  [1, ["ミリ秒", "ms"]],
];

/** The two largest units of a span of milliseconds, such as `3 時間 12 分`. */
export function formatSpan(ms: number, language: Language): string {
  if (!Number.isFinite(ms)) return "–";
  const rounded = Math.max(0, Math.round(ms));
  const first = SPAN_STEPS.findIndex(([size]) => rounded >= size);
  if (first === -1) return `0 ${fillPhrase(["秒", "s"], language)}`;
  const parts: string[] = [];
  let rest = rounded;
  for (const [size, phrase] of SPAN_STEPS.slice(first, first + 2)) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0 && !(size === 1 && parts.length > 0))
      parts.push(`${amount} ${fillPhrase(phrase, language)}`);
  }
  return parts.join(" ");
}

const two = (value: number): string => String(value).padStart(2, "0");

/** Local time as the manual writes it: `2026/09/29 13:38:19`. */
export function formatTime(date: Date): string {
  const day = `${date.getFullYear()}/${two(date.getMonth() + 1)}/${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** The time of the day for an axis; at midnight the day. */
export function formatClock(date: Date): string {
  const isMidnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
  if (isMidnight) return `${two(date.getMonth() + 1)}/${two(date.getDate())}`;
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return date.getSeconds() === 0 ? clock : `${clock}:${two(date.getSeconds())}`;
}

/** The offset from UTC of a local time, such as `UTC+09:00`. */
export function formatOffset(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
