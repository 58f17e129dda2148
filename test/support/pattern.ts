/** Bytes that tell where they are: one that is missing, doubled or out of place shows at once. */
const PERIOD = 251;
const REPEATED = Buffer.from(Array.from({ length: PERIOD * 300 }, (_, at) => (at * 7) % PERIOD));

/** `length` bytes (at most 64 KiB) of the pattern from `offset` on. */
export const patternAt = (offset: number, length: number): Buffer =>
  REPEATED.subarray(offset % PERIOD, (offset % PERIOD) + length);

/** Whether these bytes are the pattern from `offset` on. */
export const isPattern = (bytes: Buffer, offset: number): boolean =>
  bytes.equals(patternAt(offset, bytes.length));
