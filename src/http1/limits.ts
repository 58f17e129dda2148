/** The codec's own limits; those that an administrator sets are HeadLimits. */
import { assert } from "#base/assert.ts";

/** Digits of a Content-Length: 15 is under 2^53, the largest exact integer, and over any real body. */
export const CONTENT_LENGTH_DIGITS_MAX = 15;

/** Digits of a chunk size, leading zeros included; the value is held under 2^53 as well. */
export const CHUNK_SIZE_DIGITS_MAX = 15;

/** Bytes of chunk extensions of one chunk: nobody uses them, and they carry bytes that no limit counts. */
export const CHUNK_EXTENSION_BYTES_MAX = 256;

/** Bytes of chunk extensions of one body (the reason for CVE-2023-39326 and its kin). */
export const BODY_EXTENSION_BYTES_MAX = 16_384;

/** First size of the buffer of an incomplete head; it doubles up to the head's limit. */
export const HELD_HEAD_BYTES_MIN = 512;

assert(10 ** CONTENT_LENGTH_DIGITS_MAX < Number.MAX_SAFE_INTEGER, "a Content-Length is an exact number");
assert(CHUNK_EXTENSION_BYTES_MAX <= BODY_EXTENSION_BYTES_MAX, "a chunk's extensions fit in a body's");
