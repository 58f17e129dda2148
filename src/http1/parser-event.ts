/** What a parser's `next()` returns: small integers, because it is asked once a piece of the hot path. */
export const PARSER = { needMore: 0, head: 1, body: 2, end: 3, error: 4 } as const;

export type ParserEvent = (typeof PARSER)[keyof typeof PARSER];

/** The limits of one head; they come from the settings (`limits`). */
export interface HeadLimits {
  /** Bytes of the request line without its CRLF: more is answered 414. */
  readonly requestLineBytesMax: number;
  /** Bytes of a whole head, first line and all line ends included: more is answered 431 or 502. */
  readonly headBytesMax: number;
  /** Field lines of a head, and of a trailer section: more is answered 431 or 502. */
  readonly headFieldsMax: number;
}
