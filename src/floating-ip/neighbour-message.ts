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
const NDA = { destination: 1, linkAddress: 2 };
const NUD = { incomplete: 0x01, reachable: 0x02, failed: 0x20 };

export interface KernelNeighbour {
  readonly index: number;
  readonly address: IpAddress;
  /** The kernel asks for it, or has given up: packets to it wait or are dropped. */
  readonly isUnknown: boolean;
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
  const destination = attributesOf(body.subarray(BODY_BYTES)).get(NDA.destination);
  const address = destination === undefined ? null : addressFromBytes(destination);
  if (address === null) return null;
  const state = body.readUInt16LE(8);
  return {
    index: body.readUInt32LE(4),
    address,
    isUnknown: (state & (NUD.incomplete | NUD.failed)) !== 0,
  };
}
