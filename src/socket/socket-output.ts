/**
 * Writing to a descriptor. Each gives how many bytes the kernel took (0 when it is full), or a negative
 * error. Small data goes through the block of system-calls.ts: copying it costs less than its pointer.
 */
import {
  BASE,
  BLOCK,
  EAGAIN,
  EINTR,
  lastError,
  MSG_MORE,
  MSG_NOSIGNAL,
  OUTPUT_AT,
  OUTPUT_BYTES,
  putLatin1,
  sendFrom,
  write,
} from "./system-calls.ts";

export type Piece = Buffer | string;

/** The longest text, and the most in all of gathered pieces, that one call takes. */
export const SMALL_BYTES_MAX = OUTPUT_BYTES;

function outcomeOf(count: number): number {
  if (count >= 0) return count;
  const error = lastError();
  return error === EAGAIN ? 0 : -error;
}

function writeBlock(fd: number, length: number): number {
  for (;;) {
    const sent = outcomeOf(write(fd, BASE + OUTPUT_AT, length));
    if (sent !== -EINTR) return sent;
  }
}

/** Writes a one-byte-per-character string of at most `SMALL_BYTES_MAX`. */
export function sendText(fd: number, text: string): number {
  putLatin1(text, OUTPUT_AT);
  return writeBlock(fd, text.length);
}

/** Writes bytes; `goesOn` tells the kernel to wait for what follows at once. */
export function sendBytes(fd: number, bytes: Buffer, goesOn: boolean): number {
  if (bytes.length <= OUTPUT_BYTES && !goesOn) {
    // A third of what `copy` costs.
    BLOCK.set(bytes, OUTPUT_AT);
    return writeBlock(fd, bytes.length);
  }
  for (;;) {
    const sent = outcomeOf(
      sendFrom(fd, bytes, bytes.length, goesOn ? MSG_NOSIGNAL | MSG_MORE : MSG_NOSIGNAL),
    );
    if (sent !== -EINTR) return sent;
  }
}

/** Writes several pieces as one, of at most `SMALL_BYTES_MAX` in all. */
export function sendGathered(fd: number, pieces: readonly Piece[]): number {
  let end = OUTPUT_AT;
  for (const piece of pieces) {
    if (typeof piece === "string") putLatin1(piece, end);
    else BLOCK.set(piece, end);
    end += piece.length;
  }
  return writeBlock(fd, end - OUTPUT_AT);
}

/** Right after `sendText` or `sendGathered`: a copy of what the kernel did not take. */
export const unsentPart = (sent: number, length: number): Buffer =>
  Buffer.from(BLOCK.subarray(OUTPUT_AT + sent, OUTPUT_AT + length));
