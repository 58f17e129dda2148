/**
 * The Ethernet frames by which a network learns who has an address: ARP (RFC 826, RFC 5227) for IPv4,
 * neighbour discovery (RFC 4861) for IPv6. Pure.
 */
import { formatIpAddress, type IpAddress } from "#policy/ip-address.ts";
import { addressBytes, addressFromBytes } from "./address-bytes.ts";
import { internetChecksum } from "./internet-checksum.ts";

export const ETHERTYPE_ARP = 0x0806;
export const ETHERTYPE_IPV6 = 0x86dd;

const BROADCAST = Buffer.from("ffffffffffff", "hex");
const NOBODY = Buffer.alloc(6);
const ETHERNET_BYTES = 14;

const ARP_BYTES = 28;
/** Ethernet, IPv4, their address lengths. */
const ARP_HEAD = Buffer.from("0001080006", "hex");
const ARP_REQUEST = 1;
const ARP_REPLY = 2;
/** A probe has no sender. */
const NO_SENDER = Buffer.alloc(4);

const IPV6_BYTES = 40;
export const ICMPV6 = 58;
const HOP_LIMIT = 255;
const SOLICITATION = 135;
export const ADVERTISEMENT = 136;
/** Override: who has another link-layer address for it takes this one. */
const OVERRIDE = 0x20;
const OPTION_TARGET_LINK = 2;
const NEIGHBOUR_BYTES = 24;
const LINK_OPTION_BYTES = 8;
const UNSPECIFIED = Buffer.alloc(16);
const ALL_NODES = Buffer.from("ff020000000000000000000000000001", "hex");
const SOLICITED_PREFIX = Buffer.from("ff0200000000000000000001ff", "hex");

/** Somebody has said that an address is at a link-layer address. */
export interface AddressClaim {
  /** In its canonical text. */
  readonly address: string;
  /** Twelve hexadecimal digits. */
  readonly mac: string;
}

function ethernet(to: Uint8Array, from: Uint8Array, type: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(ETHERNET_BYTES);
  head.set(to, 0);
  head.set(from, 6);
  head.writeUInt16BE(type, 12);
  return Buffer.concat([head, payload]);
}

interface ArpParts {
  readonly operation: number;
  readonly senderIp: Uint8Array;
  readonly targetMac: Uint8Array;
  readonly targetIp: Uint8Array;
}

function arp(
  to: Uint8Array,
  mac: Uint8Array,
  { operation, senderIp, targetMac, targetIp }: ArpParts,
): Buffer {
  const payload = Buffer.alloc(ARP_BYTES);
  payload.set(ARP_HEAD, 0);
  payload[5] = 4;
  payload.writeUInt16BE(operation, 6);
  payload.set(mac, 8);
  payload.set(senderIp, 14);
  payload.set(targetMac, 18);
  payload.set(targetIp, 24);
  return ethernet(to, mac, ETHERTYPE_ARP, payload);
}

const isMulticast = (address: Uint8Array): boolean => address[0] === 0xff;

/** RFC 2464 section 7. */
const multicastMac = (address: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from("3333", "hex"), address.subarray(12)]);

/** Over the pseudo-header of RFC 8200 section 8.1 and the message. */
function icmpChecksum(from: Uint8Array, to: Uint8Array, icmp: Uint8Array): number {
  const pseudo = Buffer.alloc(8);
  pseudo.writeUInt32BE(icmp.length, 0);
  pseudo[7] = ICMPV6;
  return internetChecksum([from, to, pseudo, icmp]);
}

function neighbour(mac: Uint8Array, from: Uint8Array, to: Uint8Array, icmp: Buffer): Buffer {
  icmp.writeUInt16BE(icmpChecksum(from, to, icmp), 2);
  const head = Buffer.alloc(8);
  head[0] = 0x60;
  head.writeUInt16BE(icmp.length, 4);
  head[6] = ICMPV6;
  head[7] = HOP_LIMIT;
  return ethernet(multicastMac(to), mac, ETHERTYPE_IPV6, Buffer.concat([head, from, to, icmp]));
}

/**
 * The frames that announce `address` at `mac` to everybody. For IPv4 a request, which overrides a fresh
 * entry of a neighbour's table at once, and a reply, since some switches look at nothing else; with
 * `gatewayMac` one directly to the gateway, as some firewalls want it. For IPv6 an unsolicited advertisement.
 */
export function announcements(
  address: IpAddress,
  mac: Uint8Array,
  gatewayMac: Uint8Array | null,
): readonly Buffer[] {
  const own = addressBytes(address);
  if (address.family === 4) {
    const parts = { senderIp: own, targetIp: own };
    const reply = { ...parts, operation: ARP_REPLY, targetMac: mac };
    return [
      arp(BROADCAST, mac, { ...parts, operation: ARP_REQUEST, targetMac: NOBODY }),
      arp(BROADCAST, mac, reply),
      ...(gatewayMac === null ? [] : [arp(gatewayMac, mac, { ...reply, targetMac: gatewayMac })]),
    ];
  }
  const icmp = Buffer.alloc(NEIGHBOUR_BYTES + LINK_OPTION_BYTES);
  icmp[0] = ADVERTISEMENT;
  icmp[4] = OVERRIDE;
  icmp.set(own, 8);
  icmp[NEIGHBOUR_BYTES] = OPTION_TARGET_LINK;
  icmp[NEIGHBOUR_BYTES + 1] = 1;
  icmp.set(mac, NEIGHBOUR_BYTES + 2);
  return [neighbour(mac, own, ALL_NODES, icmp)];
}

/**
 * Asks who has `address`, as one who has none yet: an ARP probe (RFC 5227 section 1.1) or the solicitation
 * of duplicate detection (RFC 4862 section 5.4.2). It changes nobody's tables.
 */
export function question(address: IpAddress, mac: Uint8Array): Buffer {
  const asked = addressBytes(address);
  if (address.family === 4)
    return arp(BROADCAST, mac, {
      operation: ARP_REQUEST,
      senderIp: NO_SENDER,
      targetMac: NOBODY,
      targetIp: asked,
    });
  const icmp = Buffer.alloc(NEIGHBOUR_BYTES);
  icmp[0] = SOLICITATION;
  icmp.set(asked, 8);
  return neighbour(mac, UNSPECIFIED, Buffer.concat([SOLICITED_PREFIX, asked.subarray(13)]), icmp);
}

/** What a received frame claims; null when it claims nothing or is malformed. */
export function claimOf(frame: Buffer): AddressClaim | null {
  if (frame.length < ETHERNET_BYTES) return null;
  const payload = frame.subarray(ETHERNET_BYTES);
  const type = frame.readUInt16BE(12);
  if (type === ETHERTYPE_ARP) return arpClaim(payload);
  return type === ETHERTYPE_IPV6 ? neighbourClaim(payload) : null;
}

const isNothing = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

const claim = (address: Buffer, mac: Buffer): AddressClaim | null => {
  const parsed = addressFromBytes(address);
  return parsed === null || isNothing(mac) || isNothing(address)
    ? null
    : { address: formatIpAddress(parsed), mac: mac.toString("hex") };
};

/** Every ARP packet with a sender's IP address claims it, whatever it asks or answers. */
function arpClaim(arpBytes: Buffer): AddressClaim | null {
  if (arpBytes.length < ARP_BYTES || arpBytes[5] !== 4) return null;
  if (!arpBytes.subarray(0, ARP_HEAD.length).equals(ARP_HEAD)) return null;
  const operation = arpBytes.readUInt16BE(6);
  if (operation !== ARP_REQUEST && operation !== ARP_REPLY) return null;
  return claim(arpBytes.subarray(14, 18), arpBytes.subarray(8, 14));
}

/** An advertisement with a target link-layer address, checked as RFC 4861 section 7.1.2 asks. */
function neighbourClaim(packet: Buffer): AddressClaim | null {
  if (packet.length < IPV6_BYTES + NEIGHBOUR_BYTES) return null;
  if (packet[6] !== ICMPV6 || packet[7] !== HOP_LIMIT) return null;
  const length = packet.readUInt16BE(4);
  const icmp = packet.subarray(IPV6_BYTES, IPV6_BYTES + length);
  if (icmp.length !== length || length < NEIGHBOUR_BYTES || length % 8 !== 0) return null;
  if (icmp[0] !== ADVERTISEMENT || icmp[1] !== 0) return null;
  if (icmpChecksum(packet.subarray(8, 24), packet.subarray(24, 40), icmp) !== 0) return null;
  const target = icmp.subarray(8, 24);
  const mac = targetLink(icmp.subarray(NEIGHBOUR_BYTES));
  return mac === null || isMulticast(target) ? null : claim(target, mac);
}

function targetLink(options: Buffer): Buffer | null {
  for (let at = 0; at + LINK_OPTION_BYTES <= options.length; ) {
    const length = (options[at + 1] ?? 0) * 8;
    if (length === 0) return null;
    if (options[at] === OPTION_TARGET_LINK && length === LINK_OPTION_BYTES)
      return options.subarray(at + 2, at + LINK_OPTION_BYTES);
    at += length;
  }
  return null;
}
