/** Where a message goes: a host and a port, as RFC 3986 section 3.2 and RFC 9110 section 4.2 write them. */
export interface Authority {
  /** A registered name or IPv4 address in lower case as written, or an IPv6 address without brackets. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** A DNS name is at most 253 characters, 254 with its final dot (RFC 1035 section 2.3.4). */
const HOST_LENGTH_MAX = 254;
const LABEL_LENGTH_MAX = 63;
const PORT_DIGITS_MAX = 5;

/**
 * Letters, digits, "-", "_" and dots between non-empty labels, perhaps one at the end. Stricter than
 * RFC 3986's reg-name on purpose: percent-encoded and sub-delim characters are in no host that a
 * client means, and every reader decodes them differently.
 */
const REG_NAME = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?$/;
const LONG_LABEL = new RegExp(`[^.]{${LABEL_LENGTH_MAX + 1}}`);
const GROUP = /^[0-9a-f]{1,4}$/;
const DECIMAL_OCTET = /^(?:0|[1-9][0-9]{0,2})$/;

const isRegName = (host: string): boolean =>
  host.length <= HOST_LENGTH_MAX && REG_NAME.test(host) && !LONG_LABEL.test(host);

/** The characters of REG_NAME that are neither a dot nor in upper case. */
const PLAIN: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) =>
  /[a-z0-9_-]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/**
 * Where the host ends, at its colon or with the text, when it is as nearly all are: a short name that is in
 * lower case already. Otherwise -1. A loop, because two authorities are read for every request.
 */
function plainHostEnd(text: string): number {
  let labelStart = 0;
  let at = 0;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x3a) break;
    if (code === 0x2e) {
      if (at === labelStart) return -1;
      labelStart = at + 1;
    } else if (PLAIN[code] !== 1) return -1;
  }
  return at > labelStart && at <= LABEL_LENGTH_MAX ? at : -1;
}

function isIpv4(text: string): boolean {
  const octets = text.split(".");
  return octets.length === 4 && octets.every((octet) => DECIMAL_OCTET.test(octet) && Number(octet) <= 255);
}

/** The 16-bit groups that one side of "::" stands for, or -1 when it is malformed. */
function groupCount(side: string, mayEndInIpv4: boolean): number {
  if (side === "") return 0;
  const groups = side.split(":");
  const last = groups[groups.length - 1] as string;
  const endsInIpv4 = mayEndInIpv4 && last.includes(".");
  if (endsInIpv4 && !isIpv4(last)) return -1;
  const hexGroups = endsInIpv4 ? groups.slice(0, -1) : groups;
  if (!hexGroups.every((group) => GROUP.test(group))) return -1;
  return groups.length + (endsInIpv4 ? 1 : 0);
}

/** RFC 4291 section 2.2, in lower case; no zone (RFC 6874 is not for the wire). */
function isIpv6(text: string): boolean {
  const sides = text.split("::");
  if (sides.length > 2) return false;
  if (sides.length === 1) return groupCount(text, true) === 8;
  const before = groupCount(sides[0] as string, false);
  const after = groupCount(sides[1] as string, true);
  // "::" stands for at least one group (RFC 4291; RFC 5952 section 4.2.2 only discourages exactly one).
  return before >= 0 && after >= 0 && before + after <= 7;
}

/** The port in the text from there on, or null. No empty port and no leading zero: one spelling for one port. */
function parsePort(text: string, from: number): number | null {
  const digits = text.length - from;
  if (digits < 1 || digits > PORT_DIGITS_MAX || text.charCodeAt(from) === 0x30) return null;
  let port = 0;
  for (let at = from; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return null;
    port = port * 10 + digit;
  }
  return port <= 65_535 ? port : null;
}

function parseBracketed(text: string, defaultPort: number | null): Authority | null {
  const close = text.indexOf("]");
  if (close === -1) return null;
  const host = text.slice(1, close);
  if (!isIpv6(host)) return null;
  if (close === text.length - 1) return defaultPort === null ? null : { host, port: defaultPort };
  if (text[close + 1] !== ":") return null;
  const port = parsePort(text, close + 2);
  return port === null ? null : { host, port };
}

/**
 * Reads `host`, `host:port`, `[v6]` or `[v6]:port`. Null when it is malformed: userinfo, an empty
 * host, a port that is empty, zero, zero-led or too large, anything outside ASCII. With a null
 * `defaultPort` the port is required (CONNECT, RFC 9112 section 3.2.3).
 * Spellings of IPv4 addresses (decimal, hex, octal) stay names here: the egress policy reads them.
 */
export function parseAuthority(text: string, defaultPort: number | null): Authority | null {
  const plainEnd = plainHostEnd(text);
  if (plainEnd === text.length) return defaultPort === null ? null : { host: text, port: defaultPort };
  const lower = plainEnd === -1 ? text.toLowerCase() : text;
  if (lower.charCodeAt(0) === 0x5b) return parseBracketed(lower, defaultPort);
  const colon = plainEnd === -1 ? lower.indexOf(":") : plainEnd;
  const host = colon === -1 ? lower : lower.slice(0, colon);
  const port = colon === -1 ? defaultPort : parsePort(lower, colon + 1);
  if (port === null || (plainEnd === -1 && !isRegName(host))) return null;
  return { host, port };
}

/** The authority as Host and request targets carry it: IPv6 in brackets, no port when it is the default. */
export function authorityText(authority: Authority, defaultPort: number | null): string {
  const host = authority.host.includes(":") ? `[${authority.host}]` : authority.host;
  return authority.port === defaultPort ? host : `${host}:${authority.port}`;
}
