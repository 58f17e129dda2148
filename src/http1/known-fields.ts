/** Field names that heads really carry, so that a look-up replaces checking and lower-casing them. */

/** What a field means to the framing of its message. */
export const FIELD_ROLE = {
  ordinary: 0,
  contentLength: 1,
  transferEncoding: 2,
  host: 3,
  connection: 4,
  proxyConnection: 5,
} as const;

export interface KnownField {
  readonly name: string;
  readonly lowerName: string;
  readonly role: number;
}

const ROLES: ReadonlyMap<string, number> = new Map([
  ["content-length", FIELD_ROLE.contentLength],
  ["transfer-encoding", FIELD_ROLE.transferEncoding],
  ["host", FIELD_ROLE.host],
  ["connection", FIELD_ROLE.connection],
  ["proxy-connection", FIELD_ROLE.proxyConnection],
]);

/** The role of a name in lower case. */
export const roleOf = (lowerName: string): number => ROLES.get(lowerName) ?? FIELD_ROLE.ordinary;

/** As servers and clients of HTTP/1.1 write them; the all-lower-case spelling is known as well. */
const NAMES = [
  ...["Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Accept-Ranges", "Age", "Allow"],
  ...["Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Alt-Svc", "Authorization"],
  ...["Access-Control-Allow-Headers", "Access-Control-Allow-Methods", "Access-Control-Expose-Headers"],
  ...["Access-Control-Max-Age", "Access-Control-Request-Headers", "Access-Control-Request-Method"],
  ...["Cache-Control", "Connection", "Content-Disposition", "Content-Encoding", "Content-Language"],
  ...["Content-Length", "Content-Location", "Content-Range", "Content-Security-Policy", "Content-Type"],
  ...["Cookie", "DNT", "Date", "ETag", "Expect", "Expires", "Forwarded", "From", "Host", "If-Match"],
  ...["If-Modified-Since", "If-None-Match", "If-Range", "If-Unmodified-Since", "Keep-Alive"],
  ...["Last-Modified", "Link", "Location", "Max-Forwards", "Origin", "Pragma", "Priority"],
  ...["Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Range", "Referer"],
  ...["Referrer-Policy", "Retry-After", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site"],
  ...["Sec-Fetch-User", "Sec-WebSocket-Accept", "Sec-WebSocket-Extensions", "Sec-WebSocket-Key"],
  ...["Sec-WebSocket-Protocol", "Sec-WebSocket-Version", "Server", "Server-Timing", "Set-Cookie"],
  ...["Strict-Transport-Security", "TE", "Trailer", "Transfer-Encoding", "Upgrade"],
  ...["Upgrade-Insecure-Requests", "User-Agent", "Vary", "Via", "WWW-Authenticate", "Warning"],
  ...["X-Cache", "X-Content-Type-Options", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"],
  ...["X-Frame-Options", "X-Powered-By", "X-Requested-With", "X-XSS-Protection"],
];

/**
 * A hash table of our own, because a Map would hash every name that is cut out of a head, and that
 * costs more than all else about a field (measured: 130 ns against 35 ns).
 */
const BUCKETS_MASK = 1023;
const BUCKETS: readonly KnownField[][] = Array.from({ length: BUCKETS_MASK + 1 }, () => []);

/** Length, first and last character tell nearly all names apart. */
const bucketOf = (length: number, first: number, last: number): number =>
  (length * 37 + first * 5 + last * 11) & BUCKETS_MASK;

function addKnown(name: string): void {
  const lowerName = name.toLowerCase();
  const bucket = bucketOf(name.length, name.charCodeAt(0), name.charCodeAt(name.length - 1));
  BUCKETS[bucket]?.push({ name, lowerName, role: roleOf(lowerName) });
}

for (const name of NAMES) {
  addKnown(name);
  addKnown(name.toLowerCase());
}

function isAt(text: string, from: number, name: string): boolean {
  for (let at = 0; at < name.length; at += 1) {
    if (text.charCodeAt(from + at) !== name.charCodeAt(at)) return false;
  }
  return true;
}

/** The entry for the name at `from` to `to`, when it has one of its usual spellings. */
export function knownFieldAt(text: string, from: number, to: number): KnownField | null {
  const bucket = BUCKETS[bucketOf(to - from, text.charCodeAt(from), text.charCodeAt(to - 1))] ?? [];
  for (let at = 0; at < bucket.length; at += 1) {
    const known = bucket[at] as KnownField;
    if (known.name.length === to - from && isAt(text, from, known.name)) return known;
  }
  return null;
}
