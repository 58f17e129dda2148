/**
 * Request lines that come again and again, as they were read: finding one costs a fifth of reading it. A table of
 * places, which a line finds by its length and some of its last characters; hashing the whole would cost as
 * much as reading it. Of the lines that find another one in their place every eighth is taken in, so that a popular
 * one soon is, and others cost next to nothing.
 */
import { latin1 } from "./latin1.ts";
import type { RequestLine } from "./request-line.ts";

/** A power of two. */
const PLACES = 1_024;
/** Longer lines are rare, and would make the memory that this takes depend on what clients send. */
const CHARS_MAX = 512;
const CHARS_MIN = 24;
const TAKEN_OF_UNKNOWN = 8;
/** Behind the target follows " HTTP/1.1". */
const TARGET_END = 10;
const CHARS_LOOKED_AT = 8;

interface Known {
  /** A string of its own: a part of a head would hold on to the whole. */
  readonly text: string;
  readonly line: RequestLine;
}

function placeOf(text: string): number {
  let place = text.length;
  const last = text.length - TARGET_END;
  for (let at = last - CHARS_LOOKED_AT + 1; at <= last; at += 1)
    place = (Math.imul(place, 31) + text.charCodeAt(at)) | 0;
  return (place ^ (place >>> 15)) & (PLACES - 1);
}

export class PopularLines {
  readonly #places: (Known | null)[] = new Array(PLACES).fill(null);
  #unknown = 0;

  /** Reads a line, or finds it; a fault is never kept. */
  read<F extends string>(text: string, read: (text: string) => RequestLine | F): RequestLine | F {
    if (text.length < CHARS_MIN || text.length > CHARS_MAX) return read(text);
    const place = placeOf(text);
    const known = this.#places[place] as Known | null;
    if (known !== null && known.text === text) return known.line;
    this.#unknown += 1;
    if (this.#unknown < TAKEN_OF_UNKNOWN) return read(text);
    this.#unknown = 0;
    const copy = latin1(Buffer.from(text, "latin1"), 0, text.length);
    const line = read(copy);
    if (typeof line !== "string") this.#places[place] = { text: copy, line };
    return line;
  }
}
