/** What a browser asks a script about. */
export interface AskedUrl {
  readonly url: string;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
}

/** Reads a URL, or a host alone, as browsers give it to scripts; null where it is neither. */
export function askedUrl(text: string): AskedUrl | null {
  const url = URL.parse(text.includes("://") ? text : `http://${text}/`);
  return url === null || url.hostname === ""
    ? null
    : { url: url.href, host: url.hostname.replace(/^\[|\]$/g, "") };
}
