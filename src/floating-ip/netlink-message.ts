/**
 * The messages of rtnetlink(7) that a unit needs: addresses under a lease, and links. Host byte order, which
 * is little-endian wherever this runs; attributes are padded to four bytes.
 */
import { formatIpAddress, type IpAddress } from "#policy/ip-address.ts";
import { addressBytes, addressFromBytes } from "./address-bytes.ts";
import { type KernelNeighbour, NEW_NEIGHBOUR, parseNeighbour } from "./neighbour-message.ts";
import {
  attribute,
  attributesOf,
  CONTROL,
  FLAG,
  message,
  messagesOf,
  type NetlinkResult,
  type RawMessage,
  resultOf,
} from "./netlink-format.ts";

const ADDRESS_BODY_BYTES = 8;
const LINK_BODY_BYTES = 16;

const TYPE = {
  newLink: 16,
  delLink: 17,
  getLink: 18,
  newAddr: 20,
  delAddr: 21,
  getAddr: 22,
  newRoute: 24,
};

const AF_INET = 2;
const AF_INET6 = 10;
const IFA = { address: 1, local: 2, cacheInfo: 6, flags: 8 };
const IFA_F_NODAD = 0x02;
const IFA_F_NOPREFIXROUTE = 0x200;
const RTA = { destination: 1, interface: 4, priority: 6, expires: 23 };
const ROUTE_BODY_BYTES = 12;
const RT_TABLE_LOCAL = 255;
const RTPROT_STATIC = 4;
const RTN_LOCAL = 2;
/** Behind the kernel's own route. */
const BRIDGE_PRIORITY = 1_024;
const BRIDGE_SECONDS = 1;
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
  | { readonly kind: "neighbour"; readonly neighbour: KernelNeighbour }
  | NetlinkResult;

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

/**
 * Makes an IPv6 address local for the next second. The kernel answers for an added address at once, but does
 * the rest, packets to it included, when a worker of its own comes to it: up to 15 ms later were seen. The
 * route ends by itself, and stands behind the kernel's own.
 */
export function bridgeRoute(address: IpAddress, index: number, sequence: number): Buffer {
  const body = Buffer.alloc(ROUTE_BODY_BYTES);
  body[0] = AF_INET6;
  body[1] = 128;
  body[4] = RT_TABLE_LOCAL;
  body[5] = RTPROT_STATIC;
  body[7] = RTN_LOCAL;
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  return message(TYPE.newRoute, FLAG.ack | FLAG.create | FLAG.replace, sequence, [
    body,
    attribute(RTA.destination, addressBytes(address)),
    attribute(RTA.interface, number(index)),
    attribute(RTA.priority, number(BRIDGE_PRIORITY)),
    attribute(RTA.expires, number(BRIDGE_SECONDS)),
  ]);
}

export const removeAddress = (address: IpAddress, index: number, sequence: number): Buffer =>
  message(TYPE.delAddr, FLAG.ack, sequence, [
    addressBody(address, index),
    attribute(IFA.local, addressBytes(address)),
  ]);

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
  return messagesOf(bytes)
    .map(parseMessage)
    .filter((parsed) => parsed !== null);
}

function parseMessage(raw: RawMessage): NetlinkMessage | null {
  const { type, body } = raw;
  switch (type) {
    case CONTROL.error:
    case CONTROL.done:
      return resultOf(raw);
    case TYPE.newAddr:
    case TYPE.delAddr: {
      const address = parseAddress(body);
      return address === null ? null : { kind: "address", present: type === TYPE.newAddr, address };
    }
    case NEW_NEIGHBOUR: {
      const neighbour = parseNeighbour(body);
      return neighbour === null ? null : { kind: "neighbour", neighbour };
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
