/**
 * Heads and chunk framing as text, one character a byte (latin1). What goes out is written from
 * parsed parts, never from a head's bytes, so that the next reader cannot read it differently.
 */
import { assert } from "#base/assert.ts";
import type { FieldList } from "#http/field-list.ts";

/**
 * A character that would end a line, or whose low byte would once it is written as latin1 (U+010A
 * becomes LF). Parsed heads hold none, so one is our own mistake: it crashes here, not in somebody's back-end.
 */
const UNWRITABLE = /[^\t\x20-\x7e\x80-\xff]/;

/** `name: value CRLF` for each field, in order. */
export function fieldLinesText(fields: FieldList): string {
  let text = "";
  const count = fields.length;
  for (let index = 0; index < count; index += 1) {
    const name = fields.rawNameAt(index);
    const value = fields.valueAt(index);
    assert(!UNWRITABLE.test(name) && !UNWRITABLE.test(value), "a field to be written holds no control byte");
    text += `${name}: ${value}\r\n`;
  }
  return text;
}

/** A request head, HTTP/1.1 always (RFC 9110 section 6.2: a sender states its own version). */
export function requestHeadText(method: string, target: string, fields: FieldList): string {
  assert(!UNWRITABLE.test(method) && !UNWRITABLE.test(target), "a request line holds no control byte");
  return `${method} ${target} HTTP/1.1\r\n${fieldLinesText(fields)}\r\n`;
}

/** A response head, HTTP/1.1 always. */
export function responseHeadText(status: number, reasonPhrase: string, fields: FieldList): string {
  assert(!UNWRITABLE.test(reasonPhrase), "a status line holds no control byte");
  return `HTTP/1.1 ${status} ${reasonPhrase}\r\n${fieldLinesText(fields)}\r\n`;
}

/** What goes before `bytes` bytes of chunk data. Never for 0, which would end the body. */
export function chunkSizeLine(bytes: number): string {
  assert(bytes > 0, "a chunk is not empty");
  return `${bytes.toString(16)}\r\n`;
}

/** What goes after the data of a chunk. */
export const CHUNK_END = "\r\n";

/** The end of a chunked body without trailers. */
export const LAST_CHUNK = "0\r\n\r\n";

/** The end of a chunked body. */
export function lastChunkText(trailers: FieldList | null): string {
  return trailers === null ? LAST_CHUNK : `0\r\n${fieldLinesText(trailers)}\r\n`;
}
