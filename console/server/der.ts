/** As much of DER (X.690) as a certificate is made of. */

function element(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length, ...bytes]), content]);
}

const concat = (parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts);

export const sequence = (...parts: readonly Uint8Array[]): Buffer => element(0x30, concat(parts));
export const set = (...parts: readonly Uint8Array[]): Buffer => element(0x31, concat(parts));
export const octets = (content: Uint8Array): Buffer => element(0x04, content);
export const utf8 = (text: string): Buffer => element(0x0c, Buffer.from(text, "utf8"));
export const yes = (): Buffer => element(0x01, Buffer.from([0xff]));
/** [n] around other elements. */
export const explicit = (number: number, content: Uint8Array): Buffer => element(0xa0 | number, content);
/** [n] instead of an element's own tag, for a primitive one. */
export const implicit = (number: number, content: Uint8Array): Buffer => element(0x80 | number, content);

/** A non-negative integer, big-endian. */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const minimal = first < 0 ? Buffer.from([0]) : Buffer.from(bytes.subarray(first));
  return element(0x02, (minimal[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), minimal]) : minimal);
}

/** Whole bytes, with `unused` bits at the end of the last one. */
export const bits = (content: Uint8Array, unused = 0): Buffer =>
  element(0x03, concat([Buffer.from([unused]), content]));

/** A dotted object identifier. */
export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  const arcs = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return element(0x06, Buffer.from(arcs));
}

/** UTCTime up to 2049, as RFC 5280 section 4.1.2.5 wants it. */
export function utcTime(wallMs: number): Buffer {
  const text = new Date(wallMs).toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return element(0x17, Buffer.from(`${text}Z`, "latin1"));
}
