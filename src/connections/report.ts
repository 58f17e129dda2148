/**
 * What a unit tells the other of its clients' connections: pages, each in a datagram of its own that can be
 * lost, repeated and overtaken without harm. Beside the heartbeat on its port, network byte order:
 *
 *    0 "FUTC"            10 pages in all (2)     28 connections in all (4)
 *    4 version           12 boot nonce (6)       32 IPv4 address (4), 0: none
 *    5 flags             18 sequence (6)         36 IPv6 address (16), 0: none
 *    6 page (2)          24 ms left (4)          52 keys of IPv4 connections (2), of IPv6 ones (2)
 *    8 pair id (2)                               56 the keys, then HMAC-SHA-256 over all before (32)
 *
 * Flags: 1 has a MAC, 2 draining, 4 idle. Decoding is strict.
 */
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { Mac } from "#election/packet.ts";
import type { IpAddress } from "#policy/ip-address.ts";
import { familyOf, KEY_BYTES } from "./connection-key.ts";
import { PAGES_MAX, REPORT_BYTES_MAX } from "./limits.ts";

/**
 * `serving`: the unit holds the floating addresses. `draining`: it does not, and lets these connections end.
 * `idle`: it serves no client of these addresses.
 */
export type ReportPhase = "serving" | "draining" | "idle";

export interface Report {
  readonly pairId: number;
  /** 48 bits: the session of the sender's heartbeat. */
  readonly nonce: number;
  /** 48 bits; grows with each report of a session. */
  readonly sequence: number;
  readonly phase: ReportPhase;
  /** While draining: how much longer at most. */
  readonly leftMs: number;
  /** All connections, listed or not. */
  readonly connections: number;
  /** How many pages there are; those beyond are void. */
  readonly pages: number;
  /** Which page this is; with no pages it is 0 and empty. */
  readonly page: number;
  /** Where the other unit forwards packets of these connections to. */
  readonly via: ReportVia;
  readonly keys: readonly string[];
}

/** The sender's real addresses on the network of the floating ones. */
export interface ReportVia {
  readonly ipv4: IpAddress | null;
  readonly ipv6: IpAddress | null;
}

export type ReportFault =
  | "bad-length"
  | "bad-version"
  | "foreign-pair"
  | "not-authenticated"
  | "unexpected-mac"
  | "bad-mac"
  | "malformed";

const MAGIC = 0x46_55_54_43;
const VERSION = 1;
const HEAD_BYTES = 56;
const MAC_BYTES = 32;
const FLAG = { mac: 1, draining: 2, idle: 4 } as const;
const FLAGS_ALL = 7;
const U32_MAX = 2 ** 32 - 1;

/** Whether a datagram is a report at all. */
export const isReport = (bytes: Buffer): boolean => bytes.length >= 4 && bytes.readUInt32BE(0) === MAGIC;

const addressHex = (address: IpAddress | null, digits: number): string =>
  (address?.bits ?? 0n).toString(16).padStart(digits, "0");

const flagOf = (phase: ReportPhase): number => (phase === "serving" ? 0 : FLAG[phase]);

/** The bytes of a report, with its MAC where there is a key. */
export function encodeReport(report: Report, mac: Mac | null): Buffer {
  const four = report.keys.filter((key) => familyOf(key) === 4);
  const six = report.keys.filter((key) => familyOf(key) === 6);
  const keys = Buffer.from(four.join("") + six.join(""), "latin1");
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(MAGIC, 0);
  head[4] = VERSION;
  head[5] = flagOf(report.phase) | (mac === null ? 0 : FLAG.mac);
  head.writeUInt16BE(report.page, 6);
  head.writeUInt16BE(report.pairId, 8);
  head.writeUInt16BE(report.pages, 10);
  head.writeUIntBE(report.nonce, 12, 6);
  head.writeUIntBE(report.sequence, 18, 6);
  head.writeUInt32BE(Math.min(Math.max(0, Math.round(report.leftMs)), U32_MAX), 24);
  head.writeUInt32BE(report.connections, 28);
  head.write(addressHex(report.via.ipv4, 8) + addressHex(report.via.ipv6, 32), 32, "hex");
  head.writeUInt16BE(four.length, 52);
  head.writeUInt16BE(six.length, 54);
  const body = Buffer.concat([head, keys]);
  return mac === null ? body : Buffer.concat([body, mac(body)]);
}

function envelopeFault(bytes: Buffer, pairId: number, mac: Mac | null): ReportFault | null {
  if (bytes.length < HEAD_BYTES || bytes.length > REPORT_BYTES_MAX) return "bad-length";
  if (bytes[4] !== VERSION) return "bad-version";
  if (bytes.readUInt16BE(8) !== pairId) return "foreign-pair";
  const hasMac = ((bytes[5] ?? 0) & FLAG.mac) !== 0;
  if (mac === null) return hasMac ? "unexpected-mac" : null;
  if (!hasMac) return "not-authenticated";
  if (bytes.length < HEAD_BYTES + MAC_BYTES) return "bad-length";
  const signed = bytes.length - MAC_BYTES;
  return sameBytes(mac(bytes.subarray(0, signed)), bytes.subarray(signed)) ? null : "bad-mac";
}

/** Takes the same time wherever the first difference is. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < b.length; at += 1) difference |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return difference === 0;
}

const addressOf = (bytes: Buffer, family: IpAddress["family"]): IpAddress | null => {
  const bits = BigInt(`0x${bytes.toString("hex")}`);
  return bits === 0n ? null : { family, bits };
};

function phaseOf(flags: number): ReportPhase | null {
  const phase = flags & ~FLAG.mac;
  if (phase === 0) return "serving";
  if (phase === FLAG.draining) return "draining";
  return phase === FLAG.idle ? "idle" : null;
}

/** Reads a datagram that is a report (`isReport`) for the pair `pairId`. */
export function decodeReport(bytes: Buffer, pairId: number, mac: Mac | null): Outcome<Report, ReportFault> {
  const fault = envelopeFault(bytes, pairId, mac);
  if (fault !== null) return failure(fault);
  const flags = bytes[5] ?? 0;
  const phase = flags > FLAGS_ALL ? null : phaseOf(flags);
  const [four, six] = [bytes.readUInt16BE(52), bytes.readUInt16BE(54)];
  const body = bytes.subarray(HEAD_BYTES, bytes.length - (mac === null ? 0 : MAC_BYTES));
  const [page, pages] = [bytes.readUInt16BE(6), bytes.readUInt16BE(10)];
  const nonce = bytes.readUIntBE(12, 6);
  const isPlaced = pages === 0 ? page === 0 && body.length === 0 : page < pages && pages <= PAGES_MAX;
  if (phase === null || nonce === 0 || !isPlaced) return failure("malformed");
  if (body.length !== four * KEY_BYTES[4] + six * KEY_BYTES[6]) return failure("malformed");
  return success({
    pairId,
    nonce,
    sequence: bytes.readUIntBE(18, 6),
    phase,
    leftMs: bytes.readUInt32BE(24),
    connections: bytes.readUInt32BE(28),
    pages,
    page,
    via: { ipv4: addressOf(bytes.subarray(32, 36), 4), ipv6: addressOf(bytes.subarray(36, 52), 6) },
    keys: keysOf(body, four, six),
  });
}

function keysOf(body: Buffer, four: number, six: number): readonly string[] {
  const keys: string[] = [];
  let at = 0;
  for (let index = 0; index < four + six; index += 1) {
    const length = index < four ? KEY_BYTES[4] : KEY_BYTES[6];
    keys.push(body.toString("latin1", at, at + length));
    at += length;
  }
  return keys;
}
