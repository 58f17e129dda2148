/** The status line (RFC 9112 section 4): HTTP-version SP status-code SP [reason-phrase]. */

export interface StatusLine {
  readonly minorVersion: 0 | 1;
  /** 100 to 599. */
  readonly status: number;
  readonly reasonPhrase: string;
}

/** The space before a missing reason phrase may be missing too: many servers leave it out. */
const STATUS_LINE = /^HTTP\/1\.[01] [1-5][0-9]{2}(?: |$)/;

/** Reads the line; null when it is malformed. The scanner kept control bytes out of the phrase. */
export function parseStatusLine(line: string): StatusLine | null {
  if (!STATUS_LINE.test(line)) return null;
  return {
    minorVersion: line.charCodeAt("HTTP/1.".length) === 0x31 ? 1 : 0,
    status: Number(line.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length)),
    reasonPhrase: line.slice("HTTP/1.1 200 ".length),
  };
}
