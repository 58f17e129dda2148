/**
 * Hostile text in a log line: what a client sent must not end a line, end a field, or reach a terminal
 * as a control sequence. Text from the wire holds one byte a character; anything above that is written as
 * its UTF-8 bytes, so that no input is special.
 */

/** Anything but visible ASCII without the quote and the backslash: what needs escaping inside quotes. */
const QUOTED_UNSAFE = /[^\u0020\u0021\u0023-\u005b\u005d-\u007e]/;

/** As above and the space, which separates the fields of a line without quotes. */
const BARE_UNSAFE = /[^\u0021\u0023-\u005b\u005d-\u007e]/;

const HEX = "0123456789ABCDEF";

const hexByte = (byte: number): string => `${HEX[byte >> 4]}${HEX[byte & 15]}`;

const isQuotedSafe = (code: number): boolean =>
  code >= 0x20 && code <= 0x7e && code !== 0x22 && code !== 0x5c;

/** Each unsafe character as its bytes, each byte behind `prefix`. */
function escapeBytes(text: string, prefix: string, isSafe: (code: number) => boolean): string {
  let out = "";
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    if (isSafe(code)) out += char;
    else if (code <= 0xff) out += prefix + hexByte(code);
    else for (const byte of Buffer.from(char, "utf8")) out += prefix + hexByte(byte);
  }
  return out;
}

/** For a field that ends at a space: unsafe bytes as %XX, as in a URL; nothing at all becomes "-". */
export function bareField(text: string): string {
  if (text === "") return "-";
  return BARE_UNSAFE.test(text)
    ? escapeBytes(text, "%", (code) => code !== 0x20 && isQuotedSafe(code))
    : text;
}

/** For a field between double quotes, as Apache writes it: \" and \\, other unsafe bytes as \xXX. */
export function quotedField(text: string): string {
  if (!QUOTED_UNSAFE.test(text)) return text;
  return escapeBytes(text.replaceAll("\\", "\\\\").replaceAll('"', '\\"'), "\\x", (code) =>
    code === 0x22 || code === 0x5c ? true : isQuotedSafe(code),
  );
}

/** The inside of a JSON string (RFC 8259 section 7), in ASCII only. */
export function jsonField(text: string): string {
  if (!QUOTED_UNSAFE.test(text)) return text;
  let out = "";
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isQuotedSafe(code)) out += text[at];
    else if (code === 0x22 || code === 0x5c) out += `\\${text[at]}`;
    else out += `\\u${code.toString(16).padStart(4, "0")}`;
  }
  return out;
}
