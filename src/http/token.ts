/**
 * Byte classes of HTTP heads (RFC 9110 section 5.6.2, RFC 9112 section 5), for the parsers' loops:
 * one load a byte. Classes are ordered so that one comparison answers "may this byte be in a value".
 */
export const BYTE_CLASS = { control: 0, cr: 1, lf: 2, blank: 3, text: 4, token: 5 } as const;

const TOKEN_MARKS = "!#$%&'*+-.^_`|~";

function classOf(byte: number): number {
  if (byte === 0x0d) return BYTE_CLASS.cr;
  if (byte === 0x0a) return BYTE_CLASS.lf;
  if (byte === 0x20 || byte === 0x09) return BYTE_CLASS.blank;
  if (byte < 0x20 || byte === 0x7f) return BYTE_CLASS.control;
  const isAlphanumeric =
    (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
  if (isAlphanumeric || TOKEN_MARKS.includes(String.fromCharCode(byte))) return BYTE_CLASS.token;
  // Delimiters and obs-text (0x80 to 0xff).
  return BYTE_CLASS.text;
}

/** The class of each byte. */
export const BYTE_CLASSES: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => classOf(byte));

/** Whether the text is a token: at least one character, and only those of RFC 9110 section 5.6.2. */
export function isToken(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    if (BYTE_CLASSES[text.charCodeAt(at)] !== BYTE_CLASS.token) return false;
  }
  return text.length > 0;
}
