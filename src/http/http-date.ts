const SECOND_MS = 1_000;

let cachedSecond = Number.NaN;
let cachedText = "";

/**
 * The time as an IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
 * `wallMs` is wall-clock milliseconds since the epoch. The text of the latest second is kept, because
 * every answer of that second needs the same one; the function is pure all the same.
 */
export function imfFixdate(wallMs: number): string {
  const second = Math.floor(wallMs / SECOND_MS);
  if (second !== cachedSecond) {
    // ECMA-262 fixes the form of toUTCString, and it is the IMF-fixdate of RFC 9110.
    cachedText = new Date(second * SECOND_MS).toUTCString();
    cachedSecond = second;
  }
  return cachedText;
}

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const IMF = /^(?:mon|tue|wed|thu|fri|sat|sun), (\d\d) ([a-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) gmt$/;
const RFC_850 =
  /^(?:mon|tues|wednes|thurs|fri|satur|sun)day, (\d\d)-([a-z]{3})-(\d\d) (\d\d):(\d\d):(\d\d) gmt$/;
const ASCTIME = /^(?:mon|tue|wed|thu|fri|sat|sun) ([a-z]{3}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})$/;
const FIFTY_YEARS = 50;

/**
 * A date in one of the three forms of RFC 9110 section 5.6.7, in milliseconds since the epoch; null for
 * anything else. Names match in any case of letters, and only GMT is a zone (RFC 9111 section 4.2).
 * `nowMs` decides the century of two-digit years: one more than 50 years ahead is a past one.
 */
export function parseHttpDate(text: string, nowMs: number): number | null {
  const value = text.toLowerCase();
  const imf = IMF.exec(value);
  if (imf !== null) return utcMs(Number(imf[3]), imf[2], imf[1], imf.slice(4, 7));
  const old = RFC_850.exec(value);
  if (old !== null) return utcMs(fullYear(Number(old[3]), nowMs), old[2], old[1], old.slice(4, 7));
  const asctime = ASCTIME.exec(value);
  if (asctime !== null) return utcMs(Number(asctime[6]), asctime[1], asctime[2], asctime.slice(3, 6));
  return null;
}

function fullYear(twoDigits: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + FIFTY_YEARS ? year - 100 : year;
}

/** Null where a number is out of its range: 30 February is no date. */
function utcMs(
  year: number,
  monthName: string | undefined,
  dayText: string | undefined,
  time: readonly string[],
): number | null {
  const month = MONTHS.indexOf(monthName ?? "");
  const day = Number(dayText);
  const [hour = 0, minute = 0, second = 0] = time.map(Number);
  const date = new Date(Date.UTC(2000, month, day, hour, minute, Math.min(second, 59)));
  date.setUTCFullYear(year, month, day);
  const isReal = date.getUTCMonth() === month && date.getUTCDate() === day;
  // A leap second (60) counts as the second before it.
  return month >= 0 && isReal && hour < 24 && minute < 60 && second <= 60 ? date.getTime() : null;
}
