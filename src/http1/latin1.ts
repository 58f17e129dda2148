interface Latin1Bytes {
  latin1Slice(from: number, to: number): string;
}

/**
 * Bytes as a string of one character a byte. `latin1Slice` is what `toString("latin1")` ends in, without
 * the look-up of the encoding's name: a head is read for every transaction.
 */
export const latin1 = (bytes: Buffer, from: number, to: number): string =>
  (bytes as unknown as Latin1Bytes).latin1Slice(from, to);
