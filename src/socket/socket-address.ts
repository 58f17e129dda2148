/** Addresses as the kernel has them (struct sockaddr_in and sockaddr_in6), in the block of system-calls.ts. */
import { assert } from "#base/assert.ts";
import { formatIpAddress, parseIpAddress } from "#policy/ip-address.ts";
import { ADDRESS_AT, AF_INET, AF_INET6, BLOCK } from "./system-calls.ts";

/** One end of a connection. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

const IPV4_BYTES = 16;
const IPV6_BYTES = 28;
const IPV6_ADDRESS_AT = ADDRESS_AT + 8;

/** The kernel's number of the family of an address. */
export const familyOf = (address: string): number => (address.includes(":") ? AF_INET6 : AF_INET);

function putIpv4(address: string): void {
  let part = 0;
  let at = ADDRESS_AT + 4;
  for (let index = 0; index < address.length; index += 1) {
    const code = address.charCodeAt(index);
    if (code === 0x2e) {
      BLOCK[at] = part;
      at += 1;
      part = 0;
    } else part = part * 10 + code - 0x30;
  }
  BLOCK[at] = part;
}

function putIpv6(address: string): void {
  const parsed = parseIpAddress(address);
  assert(parsed !== null && parsed.family === 6, `an IPv6 address: ${address}`);
  BLOCK.fill(0, ADDRESS_AT + 4, ADDRESS_AT + IPV6_BYTES);
  BLOCK.writeBigUInt64BE(parsed.bits >> 64n, IPV6_ADDRESS_AT);
  BLOCK.writeBigUInt64BE(parsed.bits & 0xffff_ffff_ffff_ffffn, IPV6_ADDRESS_AT + 8);
}

/** Writes an endpoint to `ADDRESS_AT`, in place of what is there; gives its length. */
export function putEndpoint(address: string, port: number): number {
  const family = familyOf(address);
  BLOCK.writeUInt16LE(family, ADDRESS_AT);
  BLOCK.writeUInt16BE(port, ADDRESS_AT + 2);
  if (family === AF_INET6) putIpv6(address);
  else putIpv4(address);
  return family === AF_INET6 ? IPV6_BYTES : IPV4_BYTES;
}

const ipv4At = (at: number): string => `${BLOCK[at]}.${BLOCK[at + 1]}.${BLOCK[at + 2]}.${BLOCK[at + 3]}`;

/** A dual-stack listener reports IPv4 clients as ::ffff:a.b.c.d; rules and logs know them as IPv4. */
const isMappedIpv4 = (): boolean =>
  BLOCK.readInt32LE(IPV6_ADDRESS_AT) === 0 &&
  BLOCK.readInt32LE(IPV6_ADDRESS_AT + 4) === 0 &&
  BLOCK.readUInt32BE(IPV6_ADDRESS_AT + 8) === 0xffff;

/** The endpoint that a call has written to `ADDRESS_AT`. */
export function takeEndpoint(): Endpoint {
  const port = BLOCK.readUInt16BE(ADDRESS_AT + 2);
  if (BLOCK.readUInt16LE(ADDRESS_AT) === AF_INET) return { address: ipv4At(ADDRESS_AT + 4), port };
  if (isMappedIpv4()) return { address: ipv4At(IPV6_ADDRESS_AT + 12), port };
  const bits = (BLOCK.readBigUInt64BE(IPV6_ADDRESS_AT) << 64n) | BLOCK.readBigUInt64BE(IPV6_ADDRESS_AT + 8);
  return { address: formatIpAddress({ family: 6, bits }), port };
}
