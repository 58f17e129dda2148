/**
 * The heartbeat packet on UDP port 7900: fixed layout, network byte order.
 *
 *    0 "FUTG"           16 addresses digest (4)   44 echoed nonce (6), 0: has heard nobody
 *    4 version          20 unit id (6)            50 echoed send time (6)
 *    5 flags            26 boot nonce (6)         56 time since that came (4), both in µs
 *    6 state            32 sequence (6)           60 health
 *    7 path             38 send time (6), µs      61 home, then zero (2)
 *    8 pair id (2)                                64 HMAC-SHA-256 over all before (32), with a pair key only
 *   10 count (2)
 *   12 interval (4), ms
 *
 * Times are of the sender's monotonic clock: only differences on one clock are ever taken. Decoding is
 * strict: what this version would not write is dropped, with the reason.
 */
import { failure, type Outcome, success } from "#base/outcome.ts";
import { HOMES, type Home } from "./config.ts";

export const STATES = ["off", "starting", "standby", "active", "handing-over", "fault"] as const;
/** What a unit is doing now. */
export type StateName = (typeof STATES)[number];

export const HEALTHS = [
  "well",
  "link",
  "address-refused",
  "service",
  "gateway",
  "maintenance",
  "stopping",
  "unproven",
] as const;
/** Why a unit should not hold the address, or `well`. */
export type Health = (typeof HEALTHS)[number];

/** One heartbeat. Numbers called 48 bits are whole and below 2^48. */
export interface Packet {
  /** Which of the heartbeat paths it was sent on: 0 or 1. */
  readonly path: number;
  /** Which floating addresses it is about. */
  readonly home: Home;
  /** 16 bits; both units of a pair have the same. */
  readonly pairId: number;
  /** 48 bits; each unit has its own. */
  readonly unitId: number;
  /** 48 bits, never 0, chosen by chance at each start of the sender. */
  readonly nonce: number;
  /** 48 bits; grows with each packet of a session. */
  readonly sequence: number;
  /** Whether the addresses are at home on the sender: it is set as the unit that their home names. */
  readonly roleActive: boolean;
  readonly state: StateName;
  /** Whether the sender's kernel has the floating addresses. */
  readonly holds: boolean;
  /** Whether the sender hears the receiver. */
  readonly hears: boolean;
  /** The sender would like to take the address over. */
  readonly asks: boolean;
  readonly health: Health;
  readonly intervalMs: number;
  readonly count: number;
  /** Of the floating addresses: both units should have the same ones. */
  readonly addressesDigest: number;
  /** 48 bits, microseconds. */
  readonly sentUs: number;
  /** The newest packet of the receiver that the sender has: its nonce and send time, and how long ago it came. */
  readonly echoNonce: number;
  readonly echoSentUs: number;
  readonly echoHeldUs: number;
}

/** HMAC-SHA-256 under the pair key: 32 bytes. */
export type Mac = (bytes: Uint8Array) => Uint8Array;

/** Why a datagram is no packet of this pair. */
export type DecodeFault =
  | "bad-length"
  | "bad-magic"
  | "bad-version"
  | "foreign-pair"
  | "not-authenticated"
  | "unexpected-mac"
  | "bad-mac"
  | "malformed";

const VERSION = 1;
const MAGIC = 0x46_55_54_47;
const BODY_BYTES = 64;
const MAC_BYTES = 32;
const FLAG = { roleActive: 1, holds: 2, hears: 4, asks: 8, mac: 16 } as const;
const FLAGS_ALL = 31;
const U32 = 2 ** 32;
/** Numbers of 48 bits are below this. */
export const U48 = 2 ** 48;
const INTERVAL_MS_MAX = 60_000;
const COUNT_MAX = 1_000;

const setUint48 = (view: DataView, at: number, value: number): void => {
  view.setUint16(at, Math.floor(value / U32));
  view.setUint32(at + 2, value % U32);
};

const getUint48 = (view: DataView, at: number): number => view.getUint16(at) * U32 + view.getUint32(at + 2);

/** The bytes of a packet, with its MAC where there is a key. */
export function encodePacket(packet: Packet, mac: Mac | null): Uint8Array {
  const bytes = new Uint8Array(BODY_BYTES + (mac === null ? 0 : MAC_BYTES));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC);
  view.setUint8(4, VERSION);
  view.setUint8(
    5,
    (packet.roleActive ? FLAG.roleActive : 0) |
      (packet.holds ? FLAG.holds : 0) |
      (packet.hears ? FLAG.hears : 0) |
      (packet.asks ? FLAG.asks : 0) |
      (mac === null ? 0 : FLAG.mac),
  );
  view.setUint8(6, STATES.indexOf(packet.state));
  view.setUint8(7, packet.path);
  view.setUint16(8, packet.pairId);
  view.setUint16(10, packet.count);
  view.setUint32(12, packet.intervalMs);
  view.setUint32(16, packet.addressesDigest);
  setUint48(view, 20, packet.unitId);
  setUint48(view, 26, packet.nonce);
  setUint48(view, 32, packet.sequence);
  setUint48(view, 38, packet.sentUs);
  setUint48(view, 44, packet.echoNonce);
  setUint48(view, 50, packet.echoSentUs);
  view.setUint32(56, packet.echoHeldUs);
  view.setUint8(60, HEALTHS.indexOf(packet.health));
  view.setUint8(61, HOMES.indexOf(packet.home));
  if (mac !== null) bytes.set(mac(bytes.subarray(0, BODY_BYTES)), BODY_BYTES);
  return bytes;
}

/** What is wrong with the outside of a datagram: whose it is, and whether it is authentic. */
function envelopeFault(view: DataView, pairId: number, mac: Mac | null): DecodeFault | null {
  const length = view.byteLength;
  if (length !== BODY_BYTES && length !== BODY_BYTES + MAC_BYTES) return "bad-length";
  if (view.getUint32(0) !== MAGIC) return "bad-magic";
  if (view.getUint8(4) !== VERSION) return "bad-version";
  if (view.getUint16(8) !== pairId) return "foreign-pair";
  const hasMac = (view.getUint8(5) & FLAG.mac) !== 0;
  if (hasMac !== (length !== BODY_BYTES)) return "bad-length";
  if (mac === null) return hasMac ? "unexpected-mac" : null;
  if (!hasMac) return "not-authenticated";
  const bytes = new Uint8Array(view.buffer, view.byteOffset, length);
  return sameBytes(mac(bytes.subarray(0, BODY_BYTES)), bytes.subarray(BODY_BYTES)) ? null : "bad-mac";
}

/** Takes the same time wherever the first difference is. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at += 1) difference |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return difference === 0;
}

/**
 * Reads a datagram for the pair `pairId`. With a key only authentic packets count, without one only
 * packets without a MAC: a pair of which one unit lacks the key must show, not half work.
 */
export function decodePacket(
  bytes: Uint8Array,
  pairId: number,
  mac: Mac | null,
): Outcome<Packet, DecodeFault> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fault = envelopeFault(view, pairId, mac);
  if (fault !== null) return failure(fault);
  const flags = view.getUint8(5);
  const state = STATES[view.getUint8(6)];
  const health = HEALTHS[view.getUint8(60)];
  const home = HOMES[view.getUint8(61)];
  if (state === undefined || health === undefined || home === undefined || flags > FLAGS_ALL)
    return failure("malformed");
  const packet: Packet = {
    path: view.getUint8(7),
    home,
    pairId,
    unitId: getUint48(view, 20),
    nonce: getUint48(view, 26),
    sequence: getUint48(view, 32),
    roleActive: (flags & FLAG.roleActive) !== 0,
    state,
    holds: (flags & FLAG.holds) !== 0,
    hears: (flags & FLAG.hears) !== 0,
    asks: (flags & FLAG.asks) !== 0,
    health,
    intervalMs: view.getUint32(12),
    count: view.getUint16(10),
    addressesDigest: view.getUint32(16),
    sentUs: getUint48(view, 38),
    echoNonce: getUint48(view, 44),
    echoSentUs: getUint48(view, 50),
    echoHeldUs: view.getUint32(56),
  };
  return view.getUint16(62) === 0 && isSound(packet) ? success(packet) : failure("malformed");
}

/** Whether a unit could have meant it. */
const isSound = ({ path, nonce, intervalMs, count, echoNonce, echoSentUs, echoHeldUs }: Packet): boolean =>
  path <= 1 &&
  nonce !== 0 &&
  intervalMs >= 1 &&
  intervalMs <= INTERVAL_MS_MAX &&
  count >= 1 &&
  count <= COUNT_MAX &&
  (echoNonce !== 0 || (echoSentUs === 0 && echoHeldUs === 0));
