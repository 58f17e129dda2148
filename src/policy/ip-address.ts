/**
 * IP addresses as numbers. Parsing is strict on purpose: one dotted decimal form for IPv4 (RFC 6943
 * section 3.1.1), the forms of RFC 4291 section 2.2 for IPv6, no zone identifiers. What other parsers
 * would also take for an address is the matter of `host-literal.ts`.
 */
export interface IpAddress {
  readonly family: 4 | 6;
  /** The 32 or 128 bits as an unsigned number. */
  readonly bits: bigint;
}

const IPV4_PART = /^(?:0|[1-9][0-9]{0,2})$/;
const IPV6_GROUP = /^[0-9a-fA-F]{1,4}$/;
const IPV6_GROUPS = 8;
/** The longest text of an address: eight groups of which the last two are written as IPv4. */
const TEXT_LENGTH_MAX = 45;

/** The 32 bits of "192.0.2.1", or null. */
function parseIpv4Bits(text: string): bigint | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  let bits = 0;
  for (const part of parts) {
    if (!IPV4_PART.test(part)) return null;
    const value = Number(part);
    if (value > 255) return null;
    bits = bits * 256 + value;
  }
  return BigInt(bits);
}

/** The 16-bit groups of one side of "::", the last two perhaps as IPv4; null when malformed. */
function parseGroups(text: string, mayEndInIpv4: boolean): readonly bigint[] | null {
  if (text === "") return [];
  const groups: bigint[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (IPV6_GROUP.test(part)) {
      groups.push(BigInt(`0x${part}`));
      continue;
    }
    const embedded = mayEndInIpv4 && index === parts.length - 1 ? parseIpv4Bits(part) : null;
    if (embedded === null) return null;
    groups.push(embedded >> 16n, embedded & 0xffffn);
  }
  return groups;
}

function parseIpv6Bits(text: string): bigint | null {
  const sides = text.split("::");
  if (sides.length > 2) return null;
  const [before = "", after] = sides;
  const head = parseGroups(before, after === undefined);
  const tail = after === undefined ? [] : parseGroups(after, true);
  if (head === null || tail === null) return null;
  const written = head.length + tail.length;
  if (after === undefined ? written !== IPV6_GROUPS : written >= IPV6_GROUPS) return null;
  const zeros = new Array<bigint>(IPV6_GROUPS - written).fill(0n);
  return [...head, ...zeros, ...tail].reduce((bits, group) => (bits << 16n) | group, 0n);
}

/** Parses an address literal, without brackets and without a zone; null for anything else. */
export function parseIpAddress(text: string): IpAddress | null {
  if (text.length > TEXT_LENGTH_MAX) return null;
  const family = text.includes(":") ? 6 : 4;
  const bits = family === 6 ? parseIpv6Bits(text) : parseIpv4Bits(text);
  return bits === null ? null : { family, bits };
}

const formatIpv4 = (bits: bigint): string =>
  [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 0xffn)).join(".");

/** Start and length of the first longest run of zero groups; a single zero is no run. */
function longestZeroRun(groups: readonly bigint[]): readonly [number, number] {
  let best: readonly [number, number] = [0, 1];
  let start = 0;
  for (let at = 0; at <= groups.length; at += 1) {
    if (groups[at] === 0n) continue;
    if (at - start > best[1]) best = [start, at - start];
    start = at + 1;
  }
  return best;
}

function formatIpv6(bits: bigint): string {
  // RFC 5952 section 5: the embedded address of a well-known prefix stays readable.
  if (bits >> 32n === 0xffffn) return `::ffff:${formatIpv4(bits & 0xffff_ffffn)}`;
  const groups: bigint[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push((bits >> shift) & 0xffffn);
  const hex = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(":");
  const [start, length] = longestZeroRun(groups);
  return length < 2 ? hex(0, IPV6_GROUPS) : `${hex(0, start)}::${hex(start + length, IPV6_GROUPS)}`;
}

/** The one canonical text of an address (RFC 5952 for IPv6). */
export const formatIpAddress = (address: IpAddress): string =>
  address.family === 4 ? formatIpv4(address.bits) : formatIpv6(address.bits);

/** The IPv4 address within ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2): the kernel reaches the same host. */
export const unmapped = (address: IpAddress): IpAddress =>
  address.family === 6 && address.bits >> 32n === 0xffffn
    ? { family: 4, bits: address.bits & 0xffff_ffffn }
    : address;

export const sameAddress = (a: IpAddress, b: IpAddress): boolean =>
  a.family === b.family && a.bits === b.bits;

/** The one text of an address that may be written in several ways; what is no address stays as it is. */
export const canonicalAddress = (text: string): string => {
  const address = parseIpAddress(text);
  return address === null ? text : formatIpAddress(address);
};
