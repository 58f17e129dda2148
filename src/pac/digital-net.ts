/**
 * Draws that are evenly spread: a digital net (Niederreiter, 1987) of 32 binary digits. The draw of a number is its
 * digits, the lowest first, times a triangular matrix over GF(2) on either side. In any aligned run of 2^n numbers
 * there is one draw in each 2^n-th of the unit interval, and two nets that suit each other spread evenly together.
 */

const DIGITS = 32;
const U32 = 2 ** DIGITS;

/** The finalizer of murmur3: each bit of the result depends on each of the argument. */
export function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** As many high digits as asked for, 0 to 31, of a random number. */
const highDigits = (count: number, seed: number): number =>
  count === 0 ? 0 : mixed(seed) & -(2 ** (DIGITS - count));

function parity(value: number): number {
  let folded = value ^ (value >>> 16);
  folded ^= folded >>> 8;
  folded ^= folded >>> 4;
  folded ^= folded >>> 2;
  return (folded ^ (folded >>> 1)) & 1;
}

/** What a set bit of the number adds: a column of the upper matrix, multiplied by the lower one. */
function columnFor(bit: number, seed: number): number {
  const upper = highDigits(bit, seed + Math.imul(bit + 1, 0x9e3779b9)) | (1 << (DIGITS - 1 - bit));
  let column = 0;
  for (let digit = 0; digit < DIGITS; digit += 1) {
    const row = highDigits(digit, seed ^ Math.imul(digit + 101, 0x85ebca77));
    const place = DIGITS - 1 - digit;
    column |= (((upper >>> place) & 1) ^ parity(upper & row)) << place;
  }
  return column;
}

/** The net of a seed: for a number, an unsigned integer of 32 bits, its draw between 0 and 1, both excluded. */
export function digitalNet(seed: number): (number: number) => number {
  const columns = Int32Array.from({ length: DIGITS }, (_, bit) => columnFor(bit, seed));
  const shift = mixed(seed ^ 0x1234567);
  return (number) => {
    let digits = shift;
    for (let rest = number; rest !== 0; rest &= rest - 1)
      digits ^= columns[31 - Math.clz32(rest & -rest)] ?? 0;
    return ((digits >>> 0) + 0.5) / U32;
  };
}
