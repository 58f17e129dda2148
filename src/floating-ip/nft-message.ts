/**
 * The messages of nf_tables (linux/netfilter/nf_tables.h) that a unit needs, as one batch that the kernel
 * does wholly or not at all. Numbers in attributes are in network byte order.
 */
import { attribute, FLAG, message, nested } from "./netlink-format.ts";

/** The protocols that tables are for (NFPROTO_*). */
export const TABLE_FAMILY = { ip: 2, arp: 3, ip6: 10 } as const;
export type TableFamily = keyof typeof TABLE_FAMILY;

const BATCH = { begin: 0x10, end: 0x11 };
const SUBSYSTEM = 10;
const TYPE = { newTable: 0, deleteTable: 2, newChain: 3, newRule: 6 };
const HEAD_BYTES = 4;

/** A step of a rule. */
export type Expression = Buffer;
/** A message of a batch, without its sequence number. */
export type BatchPart = (sequence: number, flags: number) => Buffer;

const be32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
};
const text = (value: string): Buffer => Buffer.from(`${value}\0`, "latin1");

function head(family: number, resource: number): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES);
  bytes[0] = family;
  bytes.writeUInt16BE(resource, 2);
  return bytes;
}

const part =
  (type: number, extraFlags: number, family: TableFamily, attributes: readonly Buffer[]): BatchPart =>
  (sequence, flags) =>
    message((SUBSYSTEM << 8) | type, flags | extraFlags, sequence, [
      head(TABLE_FAMILY[family], 0),
      ...attributes,
    ]);

/** Makes a table; one that is there stays as it is, or is an error (EEXIST) where it must be new. */
export const newTable = (family: TableFamily, table: string, mustBeNew = false): BatchPart =>
  part(TYPE.newTable, FLAG.create | (mustBeNew ? FLAG.exclusive : 0), family, [attribute(1, text(table))]);

/** Removes a table with everything in it. */
export const deleteTable = (family: TableFamily, table: string): BatchPart =>
  part(TYPE.deleteTable, 0, family, [attribute(1, text(table))]);

export interface ChainPlace {
  readonly family: TableFamily;
  readonly table: string;
  readonly chain: string;
}

/** A chain that rules lead to; with a hook the kernel leads packets to it by itself. */
export function newChain(
  { family, table, chain }: ChainPlace,
  hook?: { readonly number: number; readonly priority: number },
): BatchPart {
  const hooked =
    hook === undefined
      ? []
      : [
          attribute(7, text("filter")),
          nested(4, [attribute(1, be32(hook.number)), attribute(2, be32(hook.priority))]),
        ];
  return part(TYPE.newChain, FLAG.create, family, [
    attribute(1, text(table)),
    attribute(3, text(chain)),
    ...hooked,
  ]);
}

/** Adds a rule at the end of its chain. */
export const newRule = (
  { family, table, chain }: ChainPlace,
  expressions: readonly Expression[],
): BatchPart =>
  part(TYPE.newRule, FLAG.create | FLAG.append, family, [
    attribute(1, text(table)),
    attribute(2, text(chain)),
    nested(
      4,
      expressions.map((each) => nested(1, [each])),
    ),
  ]);

/** All parts as one batch; the kernel answers the last of them, and each that it refuses. */
export function batch(parts: readonly BatchPart[]): Buffer {
  return Buffer.concat([
    message(BATCH.begin, 0, 0, [head(0, SUBSYSTEM)]),
    ...parts.map((make, index) => make(index + 1, index === parts.length - 1 ? FLAG.ack : 0)),
    message(BATCH.end, 0, parts.length + 1, [head(0, SUBSYSTEM)]),
  ]);
}

const expression = (name: string, attributes: readonly Buffer[]): Expression =>
  Buffer.concat([attribute(1, text(name)), nested(2, attributes)]);
const value = (type: number, bytes: Uint8Array): Buffer => nested(type, [attribute(1, bytes)]);

const BASE = { network: 1, transport: 2 } as const;
const META_L4PROTO = 16;
const OPERATOR = { equal: 0, unequal: 1, atMost: 3 } as const;
const SOCKET = { transparent: 0, wildcard: 2 } as const;

export interface PayloadPlace {
  readonly base: keyof typeof BASE;
  readonly offset: number;
  readonly length: number;
}

const place = ({ base, offset, length }: PayloadPlace): readonly Buffer[] => [
  attribute(2, be32(BASE[base])),
  attribute(3, be32(offset)),
  attribute(4, be32(length)),
];

/** Loads bytes of the packet into a register. */
export const loadPayload = (register: number, from: PayloadPlace): Expression =>
  expression("payload", [attribute(1, be32(register)), ...place(from)]);

/** Writes a register into the packet, whose checksum stays as it is. */
export const storePayload = (register: number, to: PayloadPlace): Expression =>
  expression("payload", [attribute(5, be32(register)), ...place(to)]);

/** Loads the protocol above IP: TCP, UDP and so on. */
export const loadProtocol = (register: number): Expression =>
  expression("meta", [attribute(1, be32(register)), attribute(2, be32(META_L4PROTO))]);

/** Loads a byte of the socket that the packet belongs to here; without one the rule ends. */
export const loadSocket = (register: number, what: keyof typeof SOCKET): Expression =>
  expression("socket", [attribute(1, be32(SOCKET[what])), attribute(2, be32(register))]);

export const mask = (register: number, bytes: Uint8Array): Expression =>
  expression("bitwise", [
    attribute(1, be32(register)),
    attribute(2, be32(register)),
    attribute(3, be32(bytes.length)),
    value(4, bytes),
    value(5, Buffer.alloc(bytes.length)),
  ]);

/** The rule goes on only when the register compares so. */
export const compare = (register: number, operator: keyof typeof OPERATOR, bytes: Uint8Array): Expression =>
  expression("cmp", [attribute(1, be32(register)), attribute(2, be32(OPERATOR[operator])), value(3, bytes)]);

export const setRegister = (register: number, bytes: Uint8Array): Expression =>
  expression("immediate", [attribute(1, be32(register)), value(2, bytes)]);

const verdict = (attributes: readonly Buffer[]): Expression =>
  expression("immediate", [attribute(1, be32(0)), nested(2, [nested(2, attributes)])]);

export const ACCEPT = verdict([attribute(1, be32(1))]);
export const DROP = verdict([attribute(1, be32(0))]);
const GOTO = -4;
export const goTo = (chain: string): Expression =>
  verdict([attribute(1, be32(GOTO)), attribute(2, text(chain))]);

/** Sends a copy of the packet to the neighbour whose address and interface index the registers have. */
export const duplicate = (addressRegister: number, deviceRegister: number): Expression =>
  expression("dup", [attribute(1, be32(addressRegister)), attribute(2, be32(deviceRegister))]);
