/** What lets a packet socket hear only who claims certain addresses: a program of classic BPF. */
import type { IpAddress } from "#policy/ip-address.ts";
import { ADVERTISEMENT, ICMPV6 } from "./address-frame.ts";

/** One instruction of classic BPF: code, jump if true, jump if false, operand. */
type Instruction = readonly [number, number, number, number];

const [LOAD_BYTE, LOAD_WORD, JUMP_IF_EQUAL, RETURN] = [0x30, 0x20, 0x15, 0x06];
const TAKE: Instruction = [RETURN, 0, 0, 0xffff];
const DROP: Instruction = [RETURN, 0, 0, 0];

/** Of IPv6 only neighbour advertisements, which are told by bytes 20 and 54, go on to what follows. */
const ADVERTISEMENTS_ONLY: readonly Instruction[] = [
  [LOAD_BYTE, 0, 0, 20],
  [JUMP_IF_EQUAL, 0, 2, ICMPV6],
  [LOAD_BYTE, 0, 0, 54],
  [JUMP_IF_EQUAL, 1, 0, ADVERTISEMENT],
  DROP,
];

/** Where the last four bytes of the address are that a frame claims: the sender of ARP, the target of an advertisement. */
const CLAIMED_AT = { 4: 28, 6: 74 } as const;

/**
 * What is said of other addresses wakes nobody: neither the traffic of clients nor their questions. Only the end
 * of an IPv6 address is compared; the reader looks at the whole.
 */
export function claimFilter(family: IpAddress["family"], addresses: readonly IpAddress[]): Buffer {
  const ends = addresses
    .filter((each) => each.family === family)
    .map(({ bits }) => Number(bits & 0xffff_ffffn));
  return filterBytes([
    ...(family === 6 ? ADVERTISEMENTS_ONLY : []),
    [LOAD_WORD, 0, 0, CLAIMED_AT[family]],
    ...ends.map((end, index): Instruction => [JUMP_IF_EQUAL, ends.length - index, 0, end]),
    DROP,
    TAKE,
  ]);
}

function filterBytes(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, [code, whenTrue, whenFalse, operand]] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes[index * 8 + 2] = whenTrue;
    bytes[index * 8 + 3] = whenFalse;
    bytes.writeUInt32LE(operand, index * 8 + 4);
  }
  return bytes;
}
