/**
 * A body's file: blocks of BLOCK_BYTES, the last one shorter, each followed by four bytes of checksum. The
 * checksum is seeded with the id and the block's place, so that a block of another body or place is damage.
 */
import { crc32 } from "node:zlib";
import { BLOCK_BYTES } from "./limits.ts";

export const CHECKSUM_BYTES = 4;
export const FRAME_BYTES = BLOCK_BYTES + CHECKSUM_BYTES;

const seedOf = (id: number, index: number): number => (id ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0;

/** Bytes on disk of a body of that length. */
export const fileBytesOf = (bodyBytes: number): number =>
  bodyBytes + Math.ceil(bodyBytes / BLOCK_BYTES) * CHECKSUM_BYTES;

/** Writes the checksum behind the block's bytes; `frame` is as long as both. */
export function sealBlock(frame: Buffer, id: number, index: number): void {
  const end = frame.length - CHECKSUM_BYTES;
  frame.writeUInt32LE(crc32(frame.subarray(0, end), seedOf(id, index)), end);
}

/** The block's bytes, or null where they are not what was written there. */
export function openBlock(frame: Buffer, id: number, index: number): Buffer | null {
  const end = frame.length - CHECKSUM_BYTES;
  if (end < 1) return null;
  const block = frame.subarray(0, end);
  return crc32(block, seedOf(id, index)) === frame.readUInt32LE(end) ? block : null;
}
