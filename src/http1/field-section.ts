/** Field lines into a FieldList, with the few fields that decide about framing noted on the way. */
import { FieldList } from "#http/field-list.ts";
import { isToken } from "#http/token.ts";
import { fieldMarks } from "./head-scanner.ts";
import { FIELD_ROLE, knownFieldAt, roleOf } from "./known-fields.ts";

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

/** A part of the text without the blanks around it: a loop, for a regular expression may be quadratic here. */
function sliceTrimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

export class FieldSection {
  readonly fields = new FieldList();
  contentLengthLines = 0;
  /** The last line's value; with one line, the value. */
  contentLength = "";
  transferEncodingLines = 0;
  transferEncoding = "";
  hostLines = 0;
  host = "";
  /** All Connection lines, joined by a comma; null without one. */
  connection: string | null = null;
  proxyConnection: string | null = null;

  /**
   * Reads `lines` field lines of `text`, the first of which starts at `from`, where the scanner's marks
   * say. Names are tokens and values free of control bytes already: the scanner refused the rest.
   */
  read(text: string, from: number, lines: number): void {
    const marks = fieldMarks();
    let lineStart = from;
    for (let line = 0; line < lines; line += 1) {
      const colon = marks[line * 2] as number;
      const lineEnd = marks[line * 2 + 1] as number;
      // Blanks around a value are no part of it (RFC 9112 section 5.1).
      const value = sliceTrimmed(text, colon + 1, lineEnd);
      const known = knownFieldAt(text, lineStart, colon);
      if (known === null)
        this.#addUnusual(text.slice(lineStart, colon), value, text.slice(colon + 1, lineEnd));
      else {
        this.fields.addLower(known.lowerName, known.name, value);
        if (known.role === FIELD_ROLE.transferEncoding)
          this.#noteEncoding(text.slice(colon + 1, lineEnd), value);
        else if (known.role !== FIELD_ROLE.ordinary) this.#note(known.role, value);
      }
      lineStart = lineEnd + 2;
    }
  }

  #addUnusual(name: string, value: string, rawValue: string): void {
    const lowerName = name.toLowerCase();
    this.fields.addLower(lowerName, name, value);
    const role = roleOf(lowerName);
    if (role === FIELD_ROLE.transferEncoding) this.#noteEncoding(rawValue, value);
    else this.#note(role, value);
  }

  /** A tab beside the coding is a blank to the RFC and a part of its name to llhttp: such a value is no coding. */
  #noteEncoding(rawValue: string, value: string): void {
    this.transferEncodingLines += 1;
    this.transferEncoding = rawValue.includes("\t") ? rawValue : value;
  }

  #note(role: number, value: string): void {
    if (role === FIELD_ROLE.contentLength) {
      this.contentLengthLines += 1;
      this.contentLength = value;
    } else if (role === FIELD_ROLE.host) {
      this.hostLines += 1;
      this.host = value;
    } else if (role === FIELD_ROLE.connection) {
      this.connection = this.connection === null ? value : `${this.connection},${value}`;
    } else if (role === FIELD_ROLE.proxyConnection) {
      this.proxyConnection = this.proxyConnection === null ? value : `${this.proxyConnection},${value}`;
    }
  }
}

/** The connection options that matter here (RFC 9110 section 7.6.1). */
export interface ConnectionOptions {
  readonly close: boolean;
  readonly keepAlive: boolean;
}

const NO_OPTIONS: ConnectionOptions = { close: false, keepAlive: false };
const CLOSE: ConnectionOptions = { close: true, keepAlive: false };
const KEEP_ALIVE: ConnectionOptions = { close: false, keepAlive: true };

/** Reads the options, in any case; null when one is not a token. Empty list members are skipped. */
export function connectionOptions(value: string | null): ConnectionOptions | null {
  if (value === null) return NO_OPTIONS;
  if (value === "keep-alive" || value === "Keep-Alive") return KEEP_ALIVE;
  if (value === "close") return CLOSE;
  let close = false;
  let keepAlive = false;
  for (const member of value.toLowerCase().split(",")) {
    const option = sliceTrimmed(member, 0, member.length);
    if (option === "") continue;
    if (!isToken(option)) return null;
    close ||= option === "close";
    keepAlive ||= option === "keep-alive";
  }
  return { close, keepAlive };
}
