/**
 * The messages of rtnetlink(7) that a unit needs: addresses under a lease, and links. Host byte order, which
 * is little-endian wherever this runs; attributes are padded to four bytes.
 */
import { formatIpAddress, type IpAddress } from "#policy/ip-address.ts";
import { addressBytes, addressFromBytes } from "./address-bytes.ts";

const HEADER_BYTES = 16;
const ATTRIBUTE_HEADER_BYTES = 4;
const ADDRESS_BODY_BYTES = 8;
const LINK_BODY_BYTES = 16;

const TYPE = {
  error: 2,
  done: 3,
  newLink: 16,
  delLink: 17,
  getLink: 18,
  newAddr: 20,
  delAddr: 21,
  getAddr: 22,
  newNeigh: 28,
};
const FLAG = { request: 0x1, ack: 0x4, replace: 0x100, create: 0x400, dump: 0x300 };

const AF_INET = 2;
const AF_INET6 = 10;
const IFA = { address: 1, local: 2, cacheInfo: 6, flags: 8 };
const IFA_F_NODAD = 0x02;
const IFA_F_NOPREFIXROUTE = 0x200;
const NEIGHBOUR_BODY_BYTES = 12;
const NDA = { destination: 1, linkAddress: 2 };
const NUD_REACHABLE = 0x02;
const IFLA = { address: 1, name: 3, stats64: 23 };
const IFF_UP = 0x1;
const IFF_LOWER_UP = 0x1_0000;
const MAC_BYTES = 6;

/** An address of an interface, as the kernel tells of it. */
export interface KernelAddress {
  readonly index: number;
  /** In its canonical text. */
  readonly address: string;
  readonly prefixLength: number;
}

export interface KernelLink {
  readonly index: number;
  readonly name: string;
  /** Set up, and with carrier. */
  readonly up: boolean;
  /** Empty for an interface without one, such as lo. */
  readonly mac: Uint8Array;
  /** Frames received since the interface was made. */
  readonly framesReceived: number;
}

export type NetlinkMessage =
  | { readonly kind: "address"; readonly present: boolean; readonly address: KernelAddress }
  | { readonly kind: "link"; readonly present: boolean; readonly link: KernelLink }
  /** The answer to a request: 0, or the number of an error. */
  | { readonly kind: "result"; readonly sequence: number; readonly error: number }
  | { readonly kind: "done"; readonly sequence: number };

const padded = (length: number): number => (length + 3) & ~3;

function attribute(type: number, value: Uint8Array): Buffer {
  const bytes = Buffer.alloc(padded(ATTRIBUTE_HEADER_BYTES + value.length));
  bytes.writeUInt16LE(ATTRIBUTE_HEADER_BYTES + value.length, 0);
  bytes.writeUInt16LE(type, 2);
  bytes.set(value, ATTRIBUTE_HEADER_BYTES);
  return bytes;
}

function message(type: number, flags: number, sequence: number, parts: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const bytes = Buffer.concat([header, ...parts]);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt16LE(type, 4);
  bytes.writeUInt16LE(flags | FLAG.request, 6);
  bytes.writeUInt32LE(sequence, 8);
  return bytes;
}

function addressBody(address: IpAddress, index: number): Buffer {
  const body = Buffer.alloc(ADDRESS_BODY_BYTES);
  body[0] = address.family === 4 ? AF_INET : AF_INET6;
  body[1] = address.family === 4 ? 32 : 128;
  body.writeUInt32LE(index, 4);
  return body;
}

/**
 * Adds an address for `leaseSeconds`, or renews it: a host address without a network route and without
 * duplicate detection. Its preferred lifetime is over from the start, so that IPv6 never takes it as the
 * source of the unit's own traffic.
 */
export function addAddress(
  address: IpAddress,
  index: number,
  leaseSeconds: number,
  sequence: number,
): Buffer {
  const value = addressBytes(address);
  const cacheInfo = Buffer.alloc(16);
  cacheInfo.writeUInt32LE(leaseSeconds, 4);
  const flags = Buffer.alloc(4);
  flags.writeUInt32LE(IFA_F_NOPREFIXROUTE | (address.family === 6 ? IFA_F_NODAD : 0), 0);
  return message(TYPE.newAddr, FLAG.ack | FLAG.create | FLAG.replace, sequence, [
    addressBody(address, index),
    attribute(IFA.local, value),
    attribute(IFA.address, value),
    attribute(IFA.cacheInfo, cacheInfo),
    attribute(IFA.flags, flags),
  ]);
}

export const removeAddress = (address: IpAddress, index: number, sequence: number): Buffer =>
  message(TYPE.delAddr, FLAG.ack, sequence, [
    addressBody(address, index),
    attribute(IFA.local, addressBytes(address)),
  ]);

/** Tells the kernel where a neighbour is, as if it had just been heard: the entry ages like any other. */
export function setNeighbour(address: IpAddress, index: number, mac: Uint8Array, sequence: number): Buffer {
  const body = Buffer.alloc(NEIGHBOUR_BODY_BYTES);
  body[0] = address.family === 4 ? AF_INET : AF_INET6;
  body.writeUInt32LE(index, 4);
  body.writeUInt16LE(NUD_REACHABLE, 8);
  return message(TYPE.newNeigh, FLAG.ack | FLAG.create | FLAG.replace, sequence, [
    body,
    attribute(NDA.destination, addressBytes(address)),
    attribute(NDA.linkAddress, mac),
  ]);
}

/** Asks for all addresses; the answers end with `done`. */
export const listAddresses = (sequence: number): Buffer =>
  message(TYPE.getAddr, FLAG.dump, sequence, [Buffer.alloc(ADDRESS_BODY_BYTES)]);

/** Asks for one link; the answer is a link or a result with an error. */
export const getLink = (name: string, sequence: number): Buffer =>
  message(TYPE.getLink, 0, sequence, [
    Buffer.alloc(LINK_BODY_BYTES),
    attribute(IFLA.name, Buffer.from(`${name}\0`, "latin1")),
  ]);

/** The messages of one datagram. What is cut off or unknown is left out: the kernel may always add to it. */
export function parseNetlink(bytes: Buffer): readonly NetlinkMessage[] {
  const found: NetlinkMessage[] = [];
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    if (length < HEADER_BYTES || at + length > bytes.length) break;
    const parsed = parseMessage(bytes.subarray(at, at + length));
    if (parsed !== null) found.push(parsed);
    at += padded(length);
  }
  return found;
}

function parseMessage(bytes: Buffer): NetlinkMessage | null {
  const type = bytes.readUInt16LE(4);
  const sequence = bytes.readUInt32LE(8);
  const body = bytes.subarray(HEADER_BYTES);
  switch (type) {
    case TYPE.error:
      return body.length < 4 ? null : { kind: "result", sequence, error: -body.readInt32LE(0) };
    case TYPE.done:
      return { kind: "done", sequence };
    case TYPE.newAddr:
    case TYPE.delAddr: {
      const address = parseAddress(body);
      return address === null ? null : { kind: "address", present: type === TYPE.newAddr, address };
    }
    case TYPE.newLink:
    case TYPE.delLink: {
      const link = parseLink(body);
      return link === null ? null : { kind: "link", present: type === TYPE.newLink, link };
    }
    default:
      return null;
  }
}

function attributesOf(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 0; at + ATTRIBUTE_HEADER_BYTES <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    if (length < ATTRIBUTE_HEADER_BYTES || at + length > bytes.length) break;
    found.set(bytes.readUInt16LE(at + 2), bytes.subarray(at + ATTRIBUTE_HEADER_BYTES, at + length));
    at += padded(length);
  }
  return found;
}

function parseAddress(body: Buffer): KernelAddress | null {
  if (body.length < ADDRESS_BODY_BYTES) return null;
  const attributes = attributesOf(body.subarray(ADDRESS_BODY_BYTES));
  // IFA_ADDRESS is the other end's on a point-to-point link; IPv6 usually has only this one.
  const value = attributes.get(IFA.local) ?? attributes.get(IFA.address);
  const address = value === undefined ? null : addressFromBytes(value);
  if (address === null) return null;
  return { index: body.readUInt32LE(4), address: formatIpAddress(address), prefixLength: body[1] ?? 0 };
}

function parseLink(body: Buffer): KernelLink | null {
  if (body.length < LINK_BODY_BYTES) return null;
  const attributes = attributesOf(body.subarray(LINK_BODY_BYTES));
  const name = attributes.get(IFLA.name);
  if (name === undefined) return null;
  const flags = body.readUInt32LE(8);
  const mac = attributes.get(IFLA.address);
  const stats = attributes.get(IFLA.stats64);
  return {
    index: body.readInt32LE(4),
    name: name.toString("latin1").replace(/\0.*$/s, ""),
    up: (flags & IFF_UP) !== 0 && (flags & IFF_LOWER_UP) !== 0,
    mac: mac?.length === MAC_BYTES ? Uint8Array.from(mac) : new Uint8Array(0),
    framesReceived: stats === undefined || stats.length < 8 ? 0 : Number(stats.readBigUInt64LE(0)),
  };
}
