/**
 * A body's file: blocks of BLOCK_BYTES, the last one shorter, each followed by four bytes of checksum. The
 * checksum is seeded with the id and the block's place, so that a block of another body or place is damage.
 */
import { createCipheriv } from "node:crypto";
import { crc32 } from "node:zlib";
import { BLOCK_BYTES } from "./limits.ts";

export const CHECKSUM_BYTES = 4;
export const FRAME_BYTES = BLOCK_BYTES + CHECKSUM_BYTES;

const seedOf = (id: number, index: number): number => (id ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0;

/** Bytes on disk of a body of that length. */
export const fileBytesOf = (bodyBytes: number): number =>
  bodyBytes + Math.ceil(bodyBytes / BLOCK_BYTES) * CHECKSUM_BYTES;

/**
 * GMAC as a checksum: no secret, but three times as fast as crc32 where the processor has instructions for
 * AES, as all have that we run on. Making the cipher costs as much as the crc32 of some KiB.
 */
const GMAC_FROM_BYTES = 16 * 1024;
const GMAC_KEY = Buffer.alloc(16, "futago");
const nonce = Buffer.alloc(12);

function gmac(block: Buffer, id: number, index: number): number {
  nonce.writeDoubleLE(id, 0);
  nonce.writeUInt32LE(index, 8);
  const cipher = createCipheriv("aes-128-gcm", GMAC_KEY, nonce);
  cipher.setAAD(block);
  cipher.final();
  return cipher.getAuthTag().readUInt32LE(0);
}

/** What tells a block from every other one. */
export const blockChecksum = (block: Buffer, id: number, index: number): number =>
  block.length < GMAC_FROM_BYTES ? crc32(block, seedOf(id, index)) : gmac(block, id, index);

/** Writes the checksum behind the block's bytes; `frame` is as long as both. */
export function sealBlock(frame: Buffer, id: number, index: number): void {
  const end = frame.length - CHECKSUM_BYTES;
  frame.writeUInt32LE(blockChecksum(frame.subarray(0, end), id, index), end);
}

/** The block's bytes, or null where they are not what was written there. */
export function openBlock(frame: Buffer, id: number, index: number): Buffer | null {
  const end = frame.length - CHECKSUM_BYTES;
  if (end < 1) return null;
  const block = frame.subarray(0, end);
  return blockChecksum(block, id, index) === frame.readUInt32LE(end) ? block : null;
}
