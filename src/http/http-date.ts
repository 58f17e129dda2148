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
