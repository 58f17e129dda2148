/**
 * The system calls of packet and netlink sockets, through Node's foreign function interface. Small data goes
 * through one block of memory in the lowest 4 GiB, whose pointers fit 32 bits: such calls cost a tenth of
 * those with a Buffer or a 64-bit pointer.
 */
import { dlopen, toArrayBuffer } from "node:ffi";
import { getSystemErrorName } from "node:util";
import { assert } from "#base/assert.ts";

const { functions } = dlopen(null, {
  __errno_location: { arguments: [], return: "u64" },
  bind: { arguments: ["i32", "u32", "u32"], return: "i32" },
  close: { arguments: ["i32"], return: "i32" },
  dup2: { arguments: ["i32", "i32"], return: "i32" },
  mmap: { arguments: ["u64", "u64", "i32", "i32", "i32", "i64"], return: "u64" },
  read: { arguments: ["i32", "u32", "u32"], return: "i32" },
  sendto: { arguments: ["i32", "u32", "u32", "i32", "u32", "u32"], return: "i32" },
  setsockopt: { arguments: ["i32", "i32", "i32", "u32", "u32"], return: "i32" },
  socket: { arguments: ["i32", "i32", "i32"], return: "i32" },
  write: { arguments: ["i32", "u32", "u32"], return: "i32" },
});

/** Each returns -1 on failure, and `lastError` then says why. */
export const { close, dup2, socket } = functions;

// Numbers of the Linux kernel, the same on x86-64 and arm64.
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const AF_PACKET = 17;
export const SOCK_RAW = 3;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
export const EINTR = 4;

const PROT_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 0x22;
/** x86-64 only; elsewhere the kernel follows the hint. */
const MAP_32BIT = process.arch === "x64" ? 0x40 : 0;
const LOW_HINT = 0x2800_0000n;

const INPUT_AT = 0;
/** As much as the kernel puts into one part of a netlink dump. */
const INPUT_BYTES = 32 * 1024;
const OUTPUT_AT = INPUT_BYTES;
/** The rules for 128 addresses take 40 KiB. */
const OUTPUT_BYTES = 64 * 1024;
const BLOCK_BYTES = OUTPUT_AT + OUTPUT_BYTES;

function mapLow(): { readonly base: number; readonly block: Buffer } {
  const at = functions.mmap(
    LOW_HINT,
    BigInt(BLOCK_BYTES),
    PROT_READ_WRITE,
    MAP_PRIVATE_ANONYMOUS | MAP_32BIT,
    -1,
    0n,
  );
  assert(at < 0x1_0000_0000n, "the kernel maps memory below 4 GiB");
  return { base: Number(at), block: Buffer.from(toArrayBuffer(at, BLOCK_BYTES, false)) };
}

const { base, block } = mapLow();
const errno = new Int32Array(toArrayBuffer(functions.__errno_location(), 4, false));

/** Why the call just before failed: to be read at once. */
export const lastError = (): number => errno[0] as number;

/** The system's name of an error, such as ENODEV. */
export const errorName = (error: number): string => getSystemErrorName(-error);

function put(bytes: Uint8Array): void {
  assert(bytes.length <= OUTPUT_BYTES, `${bytes.length} bytes for a system call`);
  block.set(bytes, OUTPUT_AT);
}

/** Writes the bytes as one message. The number of bytes, or -1. */
export function writeMessage(fd: number, bytes: Uint8Array): number {
  put(bytes);
  return functions.write(fd, base + OUTPUT_AT, bytes.length);
}

/** Sends the bytes to an address in the kernel's layout. The number of bytes, or -1. */
export function sendTo(fd: number, bytes: Uint8Array, address: Uint8Array): number {
  const at = base + OUTPUT_AT;
  put(Buffer.concat([bytes, address]));
  return functions.sendto(fd, at, bytes.length, 0, at + bytes.length, address.length);
}

/** Reads one message; valid until the next call. Null when there is none, and `lastError` says why. */
export function readMessage(fd: number): Buffer | null {
  const length = functions.read(fd, base + INPUT_AT, INPUT_BYTES);
  return length < 0 ? null : block.subarray(INPUT_AT, INPUT_AT + length);
}

/** Binds to an address in the kernel's layout. 0, or -1. */
export function bindTo(fd: number, address: Uint8Array): number {
  put(address);
  return functions.bind(fd, base + OUTPUT_AT, address.length);
}

const INSTRUCTION_BYTES = 8;
const PROGRAM_BYTES = 16;

/** Attaches a classic BPF program: 8 bytes an instruction (struct sock_filter). 0, or -1. */
export function attachFilter(fd: number, program: Uint8Array): number {
  const head = Buffer.alloc(PROGRAM_BYTES);
  head.writeUInt16LE(program.length / INSTRUCTION_BYTES, 0);
  head.writeBigUInt64LE(BigInt(base + OUTPUT_AT + PROGRAM_BYTES), 8);
  put(Buffer.concat([head, program]));
  return functions.setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, base + OUTPUT_AT, PROGRAM_BYTES);
}
