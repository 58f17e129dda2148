/** The messages of rtnetlink(7) about the kernel's table of neighbours: where they are, and what is not known. */
import type { IpAddress } from "#policy/ip-address.ts";
import { addressBytes, addressFromBytes } from "./address-bytes.ts";
import { attribute, attributesOf, FLAG, message } from "./netlink-format.ts";

export const NEW_NEIGHBOUR = 28;
const DELETE_NEIGHBOUR = 29;
const GET_NEIGHBOUR = 30;

const AF_INET = 2;
const AF_INET6 = 10;
const BODY_BYTES = 12;
const NDA = { destination: 1, linkAddress: 2, cacheInfo: 3 };
const NUD = { incomplete: 0x01, reachable: 0x02, failed: 0x20 };
/** struct nda_cacheinfo: for how long the entry is in its state, in hundredths of a second. */
const UPDATED_AT = 8;
const TICK_MS = 10;

export interface KernelNeighbour {
  readonly index: number;
  readonly address: IpAddress;
  /** How long the kernel has asked for it in vain, or has given up: packets to it wait or are dropped. Null: it is known. */
  readonly unknownMs: number | null;
}

function neighbourBody(address: IpAddress, index: number, state: number): Buffer {
  const body = Buffer.alloc(BODY_BYTES);
  body[0] = address.family === 4 ? AF_INET : AF_INET6;
  body.writeUInt32LE(index, 4);
  body.writeUInt16LE(state, 8);
  return body;
}

/** Tells the kernel where a neighbour is, as if it had just been heard: the entry ages like any other. */
export const setNeighbour = (address: IpAddress, index: number, mac: Uint8Array, sequence: number): Buffer =>
  message(NEW_NEIGHBOUR, FLAG.ack | FLAG.create | FLAG.replace, sequence, [
    neighbourBody(address, index, NUD.reachable),
    attribute(NDA.destination, addressBytes(address)),
    attribute(NDA.linkAddress, mac),
  ]);

export const removeNeighbour = (address: IpAddress, index: number, sequence: number): Buffer =>
  message(DELETE_NEIGHBOUR, FLAG.ack, sequence, [
    neighbourBody(address, index, 0),
    attribute(NDA.destination, addressBytes(address)),
  ]);

/** Asks for all neighbours; the answers end with `done`. */
export const listNeighbours = (sequence: number): Buffer =>
  message(GET_NEIGHBOUR, FLAG.dump, sequence, [Buffer.alloc(BODY_BYTES)]);

/** Reads the body of a `NEW_NEIGHBOUR`; null when it is about something else than an IP address. */
export function parseNeighbour(body: Buffer): KernelNeighbour | null {
  if (body.length < BODY_BYTES) return null;
  const attributes = attributesOf(body.subarray(BODY_BYTES));
  const destination = attributes.get(NDA.destination);
  const address = destination === undefined ? null : addressFromBytes(destination);
  if (address === null) return null;
  const isUnknown = (body.readUInt16LE(8) & (NUD.incomplete | NUD.failed)) !== 0;
  const cacheInfo = attributes.get(NDA.cacheInfo);
  const ticks =
    cacheInfo !== undefined && cacheInfo.length >= UPDATED_AT + 4 ? cacheInfo.readUInt32LE(UPDATED_AT) : 0;
  return { index: body.readUInt32LE(4), address, unknownMs: isUnknown ? ticks * TICK_MS : null };
}
