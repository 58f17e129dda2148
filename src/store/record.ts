/**
 * A stored response as bytes: what the index holds for an entry.
 *
 *   0   crc32 of all that follows          40  hash of the key
 *   4   format, flags, status (16 bits)    48  where the body begins
 *   8   requestWallMs                      52  bytes of the text
 *   16  responseWallMs                     56  where in the slab the body is
 *   24  completeBytes, or -1
 *   32  bodyBytes                          64  checksum of a body in the slab
 *   68  lengths, each LEB128; ranges as doubles; the text; the body
 *
 * Lengths come in the order key, fields (name, value), varyOn (name, value), tags, each list behind its
 * count. All text is one string, Latin-1 where it fits: cutting one string is several times faster than
 * decoding thirty. The body is here when it is small, else in the slab or in a file of its own.
 */
import { crc32 } from "node:zlib";
import { remember } from "#base/remember.ts";
import type { ByteRange, StoredResponse } from "#caching/stored-response.ts";
import { FieldList } from "#http/field-list.ts";
import type { SlabPlace } from "./slab-map.ts";

const FORMAT = 2;
/** Before the lengths. */
export const FIXED_BYTES = 68;
const INVALIDATED = 1;
const WIDE_TEXT = 2;
const BODY_IN_FILE = 4;
const HAS_PARTS = 8;
const BODY_IN_SLAB = 16;
/** More of anything in one record is damage. */
const ITEMS_MAX = 100_000;
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of Latin-1
const LATIN1 = /^[\u0000-\u00ff]*$/;

/** Where a body is: behind its head, in the slab, or in a file of its own. */
export type BodyPlace = "record" | "slab" | "file";

const PLACE_FLAG = { record: 0, slab: BODY_IN_SLAB, file: BODY_IN_FILE } as const;

/** What the record says beside the response. */
export interface RecordFacts {
  readonly key: string;
  readonly hash: number;
  readonly bodyBytes: number;
  readonly bodyIn: BodyPlace;
  /** Of a body in the slab, else 0. */
  readonly bodyChecksum: number;
}

export interface StoredRecord extends RecordFacts {
  readonly response: StoredResponse;
  /** Where the body begins in the record's bytes. */
  readonly bodyOffset: number;
}

const lowerCase = remember((name: string) => name.toLowerCase());

/** Collects lengths and text side by side. */
class Writer {
  readonly lengths: number[] = [];
  text = "";

  count(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.lengths.push((rest % 0x80) | 0x80);
    this.lengths.push(rest);
  }

  string(value: string): void {
    this.count(value.length);
    this.text += value;
  }
}

function write(writer: Writer, key: string, response: StoredResponse): void {
  const { fields, varyOn, tags } = response;
  writer.string(key);
  writer.count(fields.length);
  for (let index = 0; index < fields.length; index += 1) {
    writer.string(fields.rawNameAt(index));
    writer.string(fields.valueAt(index));
  }
  writer.count(varyOn.length);
  for (const [name, value] of varyOn) {
    writer.string(name);
    writer.string(value);
  }
  writer.count(tags.length);
  for (const tag of tags) writer.string(tag);
  if (response.parts !== null) writer.count(response.parts.length);
}

/** The record without its body and with a checksum over itself alone: for a body in a file, or to be joined. */
export function encodeHead(facts: RecordFacts, response: StoredResponse): Buffer {
  const writer = new Writer();
  write(writer, facts.key, response);
  const isWide = !LATIN1.test(writer.text);
  const text = Buffer.from(writer.text, isWide ? "utf16le" : "latin1");
  const parts = response.parts ?? [];
  const head = Buffer.allocUnsafe(FIXED_BYTES + writer.lengths.length + parts.length * 16 + text.length);
  head[4] = FORMAT;
  head[5] =
    (response.invalidated ? INVALIDATED : 0) |
    (isWide ? WIDE_TEXT : 0) |
    PLACE_FLAG[facts.bodyIn] |
    (response.parts === null ? 0 : HAS_PARTS);
  head.writeUInt16LE(response.status, 6);
  head.writeDoubleLE(response.requestWallMs, 8);
  head.writeDoubleLE(response.responseWallMs, 16);
  head.writeDoubleLE(response.completeBytes ?? -1, 24);
  head.writeDoubleLE(facts.bodyBytes, 32);
  head.writeDoubleLE(facts.hash, 40);
  head.writeUInt32LE(head.length, 48);
  head.writeUInt32LE(text.length, 52);
  head.writeDoubleLE(0, 56);
  head.writeUInt32LE(facts.bodyChecksum, 64);
  head.set(writer.lengths, FIXED_BYTES);
  let at = FIXED_BYTES + writer.lengths.length;
  for (const { first, last } of parts) {
    at = head.writeDoubleLE(first, at);
    at = head.writeDoubleLE(last, at);
  }
  head.set(text, at);
  head.writeUInt32LE(crc32(head.subarray(4)), 0);
  return head;
}

/** Makes the checksum cover the body that follows the head. */
export function sealWithBody(head: Buffer, body: Buffer): void {
  head.writeUInt32LE(crc32(body, crc32(head.subarray(4))), 0);
}

/** Whether the bytes are what was written. `record` has exactly the record's length. */
export const isIntact = (record: Buffer): boolean =>
  record.length >= FIXED_BYTES && record.readUInt32LE(0) === crc32(record.subarray(4));

/** The part that stands before the body. For intact records. */
export const headOf = (record: Buffer): Buffer => record.subarray(0, record.readUInt32LE(48));

export const bodyOf = (record: Buffer): Buffer => record.subarray(record.readUInt32LE(48));

export const hashOf = (record: Buffer): number => record.readDoubleLE(40);

/** Where in the slab the body is; null where it is not there. */
export const slabPlaceOf = (record: Buffer): SlabPlace | null =>
  ((record[5] as number) & BODY_IN_SLAB) === 0
    ? null
    : { offset: record.readDoubleLE(56), bytes: record.readDoubleLE(32) };

/** Says in an intact head where in the slab the body is. */
export function placeInSlab(head: Buffer, offset: number): void {
  head.writeDoubleLE(offset, 56);
  head.writeUInt32LE(crc32(head.subarray(4)), 0);
}

/** Makes of an intact head for the slab one whose body follows it. */
export function keepInRecord(head: Buffer, body: Buffer): void {
  head[5] = (head[5] as number) & ~BODY_IN_SLAB;
  sealWithBody(head, body);
}

/** Another head for the body of an intact record, wherever it is. */
export function withBodyOf(record: Buffer, head: Buffer): Buffer {
  const body = bodyOf(record);
  const changed = Buffer.concat([head, body]);
  const place = slabPlaceOf(record);
  if (place !== null) placeInSlab(changed, place.offset);
  else if (body.length > 0) keepInRecord(headOf(changed), body);
  return changed;
}

/** Bytes of the file that holds the body alone; 0 where there is none. */
export const fileBodyBytesOf = (record: Buffer): number =>
  ((record[5] as number) & BODY_IN_FILE) === 0 ? 0 : record.readDoubleLE(32);

/** Marks an intact record as invalidated, in place. */
export function invalidate(record: Buffer): void {
  record[5] = (record[5] as number) | INVALIDATED;
  record.writeUInt32LE(crc32(record.subarray(4)), 0);
}

/** Takes lengths and text apart again. `isBad` after anything that cannot be. */
class Reader {
  readonly #bytes: Buffer;
  readonly #end: number;
  #at = FIXED_BYTES;
  #text = "";
  #textAt = 0;
  isBad = false;

  constructor(bytes: Buffer, end: number) {
    this.#bytes = bytes;
    this.#end = end;
  }

  count(): number {
    let value = 0;
    for (let scale = 1; scale <= 0x1000_0000; scale *= 0x80) {
      if (this.#at >= this.#end) break;
      const byte = this.#bytes[this.#at] as number;
      this.#at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    this.isBad = true;
    return 0;
  }

  items(): number {
    const count = this.count();
    if (count <= ITEMS_MAX && count <= this.#end - this.#at) return count;
    this.isBad = true;
    return 0;
  }

  number(): number {
    if (this.#at + 8 > this.#end) {
      this.isBad = true;
      return 0;
    }
    this.#at += 8;
    return this.#bytes.readDoubleLE(this.#at - 8);
  }

  /** The text is what is left of the head: all lengths must be read by then. */
  readText(isWide: boolean): void {
    this.#text = isWide
      ? this.#bytes.toString("utf16le", this.#at, this.#end)
      : this.#bytes.toString("latin1", this.#at, this.#end);
  }

  get textBytes(): number {
    return this.#end - this.#at;
  }

  string(length: number): string {
    const from = this.#textAt;
    this.#textAt += length;
    if (this.#textAt > this.#text.length) this.isBad = true;
    return this.#text.slice(from, this.#textAt);
  }

  get isAtEnd(): boolean {
    return this.#textAt === this.#text.length;
  }
}

function readCounts(reader: Reader, pairs: boolean): readonly number[] {
  const lengths: number[] = [];
  for (let left = reader.items() * (pairs ? 2 : 1); left > 0 && !reader.isBad; left -= 1) {
    lengths.push(reader.count());
  }
  return lengths;
}

function readParts(reader: Reader, count: number): readonly ByteRange[] {
  const parts: ByteRange[] = [];
  let beyond = 0;
  for (let left = count; left > 0 && !reader.isBad; left -= 1) {
    const first = reader.number();
    const last = reader.number();
    // Ascending and apart, as the contract says.
    if (!(Number.isSafeInteger(first) && Number.isSafeInteger(last) && first >= beyond && last >= first)) {
      reader.isBad = true;
    }
    beyond = last + 1;
    parts.push({ first, last });
  }
  return parts;
}

function readFields(reader: Reader, lengths: readonly number[]): FieldList {
  const fields = new FieldList();
  for (let index = 0; index < lengths.length; index += 2) {
    const name = reader.string(lengths[index] as number);
    fields.addLower(lowerCase(name), name, reader.string(lengths[index + 1] as number));
  }
  return fields;
}

function readPairs(reader: Reader, lengths: readonly number[]): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let index = 0; index < lengths.length; index += 2) {
    const name = reader.string(lengths[index] as number);
    pairs.push([name, reader.string(lengths[index + 1] as number)]);
  }
  return pairs;
}

/**
 * Reads a record; null where it could not have been written so. Strict even behind the checksum: `bytes`
 * may come from another version of this program. Strings are copies; nothing refers to `bytes` afterwards.
 */
export function decodeRecord(bytes: Buffer): StoredRecord | null {
  if (bytes.length < FIXED_BYTES || bytes[4] !== FORMAT) return null;
  const flags = bytes[5] as number;
  const bodyOffset = bytes.readUInt32LE(48);
  const bodyBytes = bytes.readDoubleLE(32);
  const completeBytes = bytes.readDoubleLE(24);
  const bodyIn = (flags & BODY_IN_FILE) !== 0 ? "file" : (flags & BODY_IN_SLAB) !== 0 ? "slab" : "record";
  if (flags >= 2 * BODY_IN_SLAB || bodyOffset > bytes.length || bodyOffset < FIXED_BYTES) return null;
  if (!Number.isSafeInteger(bodyBytes) || bodyBytes < 0 || completeBytes < -1) return null;
  if (!Number.isSafeInteger(completeBytes)) return null;
  if (bytes.length - bodyOffset !== (bodyIn === "record" ? bodyBytes : 0)) return null;

  const reader = new Reader(bytes, bodyOffset);
  const keyLength = reader.count();
  const fieldLengths = readCounts(reader, true);
  const varyLengths = readCounts(reader, true);
  const tagLengths = readCounts(reader, false);
  const parts = (flags & HAS_PARTS) === 0 ? null : readParts(reader, reader.items());
  if (reader.isBad || reader.textBytes !== bytes.readUInt32LE(52)) return null;
  reader.readText((flags & WIDE_TEXT) !== 0);

  const key = reader.string(keyLength);
  const response: StoredResponse = {
    status: bytes.readUInt16LE(6),
    fields: readFields(reader, fieldLengths),
    requestWallMs: bytes.readDoubleLE(8),
    responseWallMs: bytes.readDoubleLE(16),
    varyOn: readPairs(reader, varyLengths),
    invalidated: (flags & INVALIDATED) !== 0,
    completeBytes: completeBytes < 0 ? null : completeBytes,
    parts,
    tags: tagLengths.map((length) => reader.string(length)),
  };
  if (reader.isBad || !reader.isAtEnd) return null;
  const bodyChecksum = bytes.readUInt32LE(64);
  return { key, hash: hashOf(bytes), bodyBytes, bodyIn, bodyChecksum, response, bodyOffset };
}
