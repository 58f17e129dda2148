/**
 * Heads and chunk framing as text, one character a byte (latin1). What goes out is written from
 * parsed parts, never from a head's bytes, so that the next reader cannot read it differently.
 */
import { assert } from "#base/assert.ts";
import type { FieldList } from "#http/field-list.ts";

/**
 * Crashes unless `text` is exactly `lines` lines of characters that a head may hold: a CR, LF or NUL in a
 * value, or a character whose low byte is one once it is written as latin1 (U+010A becomes LF), would be
 * read as something else by the next recipient. Parsed heads hold none, so one is our own mistake: it
 * crashes here, not in somebody's back-end. One pass over the whole is cheaper than a check of each part.
 */
function assertLines(text: string, lines: number): void {
  let ends = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 0x20 && code !== 0x7f && code <= 0xff) continue;
    if (code === 0x0d && text.charCodeAt(at + 1) === 0x0a) {
      ends += 1;
      at += 1;
    } else assert(code === 0x09, "a field to be written holds no control byte");
  }
  assert(ends === lines, "a field to be written holds no line end");
}

function linesOf(fields: FieldList): string {
  let text = "";
  const count = fields.length;
  for (let index = 0; index < count; index += 1) {
    text += `${fields.rawNameAt(index)}: ${fields.valueAt(index)}\r\n`;
  }
  return text;
}

/** `name: value CRLF` for each field, in order. */
export function fieldLinesText(fields: FieldList): string {
  const text = linesOf(fields);
  assertLines(text, fields.length);
  return text;
}

/** A request head, HTTP/1.1 always (RFC 9110 section 6.2: a sender states its own version). */
export function requestHeadText(method: string, target: string, fields: FieldList): string {
  const text = `${method} ${target} HTTP/1.1\r\n${linesOf(fields)}\r\n`;
  assertLines(text, fields.length + 2);
  return text;
}

/** A response head, HTTP/1.1 always. */
export function responseHeadText(status: number, reasonPhrase: string, fields: FieldList): string {
  const text = `HTTP/1.1 ${status} ${reasonPhrase}\r\n${linesOf(fields)}\r\n`;
  assertLines(text, fields.length + 2);
  return text;
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
