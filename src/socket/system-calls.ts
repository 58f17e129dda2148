/**
 * The system calls of plain TCP, through Node's foreign function interface: without the handles, requests
 * and callbacks of libuv, setting up and tearing down a tunnel costs half as much (ARCHITECTURE.md).
 *
 * Calls of at most three arguments, all small numbers, compile to a direct call (some 30 ns beside the
 * kernel's own time) where the engine inlines enough (appliance/service/worker-engine.ts); a fourth argument or
 * a 64-bit pointer costs 300 ns more. So addresses, events and small data go through one block of memory in the
 * lowest 4 GiB, whose pointers fit 32 bits, and by `read` and `write`; only bulk data is passed as a Buffer. Node
 * ignores SIGPIPE, so `write` needs no flag for it.
 *
 * node:ffi is experimental. It is usable because the runtime is pinned to one version by the lock file, this
 * file is the only one that knows, and test/socket runs every wire through one contract.
 */
import { dlopen, toArrayBuffer } from "node:ffi";
import { endianness } from "node:os";
import { getSystemErrorName } from "node:util";
import { assert } from "#base/assert.ts";

const { functions } = dlopen(null, {
  __errno_location: { arguments: [], return: "u64" },
  accept4: { arguments: ["i32", "u32", "u32", "i32"], return: "i32" },
  bind: { arguments: ["i32", "u32", "u32"], return: "i32" },
  close: { arguments: ["i32"], return: "i32" },
  connect: { arguments: ["i32", "u32", "u32"], return: "i32" },
  dup3: { arguments: ["i32", "i32", "i32"], return: "i32" },
  epoll_create1: { arguments: ["i32"], return: "i32" },
  epoll_ctl: { arguments: ["i32", "i32", "i32", "u32"], return: "i32" },
  epoll_wait: { arguments: ["i32", "u32", "i32", "i32"], return: "i32" },
  fcntl: { arguments: ["i32", "i32", "i32"], return: "i32" },
  getsockname: { arguments: ["i32", "u32", "u32"], return: "i32" },
  getsockopt: { arguments: ["i32", "i32", "i32", "u32", "u32"], return: "i32" },
  listen: { arguments: ["i32", "i32"], return: "i32" },
  mmap: { arguments: ["u64", "u64", "i32", "i32", "i32", "i64"], return: "u64" },
  read: { arguments: ["i32", "u32", "u32"], return: "i32" },
  setsockopt: { arguments: ["i32", "i32", "i32", "u32", "u32"], return: "i32" },
  shutdown: { arguments: ["i32", "i32"], return: "i32" },
  socket: { arguments: ["i32", "i32", "i32"], return: "i32" },
  write: { arguments: ["i32", "u32", "u32"], return: "i32" },
});

const bulk = dlopen(null, {
  read: { arguments: ["i32", "buffer", "u32"], return: "i32" },
  send: { arguments: ["i32", "buffer", "u32", "i32"], return: "i32" },
}).functions;

/** Each returns -1 on failure, and `lastError` then says why. */
export const {
  accept4,
  bind,
  close,
  connect,
  dup3,
  epoll_create1: epollCreate1,
  epoll_ctl: epollCtl,
  epoll_wait: epollWait,
  getsockname,
  listen,
  read,
  shutdown,
  socket,
  write,
} = functions;

const F_DUPFD_CLOEXEC = 1030;

/** Another descriptor for the same, which the programs that are started do not inherit. */
export const duplicate = (fd: number): number => functions.fcntl(fd, F_DUPFD_CLOEXEC, 0);

/** Straight into and out of a Buffer. */
export const { read: readInto, send: sendFrom } = bulk;

// Numbers of the Linux kernel, the same on x86-64 and arm64.
export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_STREAM = 1;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
const SO_ERROR = 4;
const SO_LINGER = 13;
export const SO_REUSEPORT = 15;
export const IPPROTO_IP = 0;
export const IP_FREEBIND = 15;
export const IP_BIND_ADDRESS_NO_PORT = 24;
export const IPPROTO_TCP = 6;
export const TCP_NODELAY = 1;
export const IPPROTO_IPV6 = 41;
export const IPV6_V6ONLY = 26;
export const IPV6_FREEBIND = 78;
export const SHUT_WR = 1;
export const MSG_NOSIGNAL = 0x4000;
export const MSG_MORE = 0x8000;
export const EINTR = 4;
export const EAGAIN = 11;
export const ENFILE = 23;
export const EMFILE = 24;
export const EINPROGRESS = 115;

const PROT_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 0x22;
/** x86-64 only; elsewhere the kernel follows the hint. */
const MAP_32BIT = process.arch === "x64" ? 0x40 : 0;
const LOW_HINT = 0x2000_0000n;

/** What lies where in the block: a place is an offset here, and a pointer for a call with `BASE` added. */
export const EVENTS_MAX = 256;
/** Bytes of one epoll_event: packed on x86-64 only. */
export const EVENT_BYTES = process.arch === "x64" ? 12 : 16;
/** Where its data begins. */
export const EVENT_DATA = EVENT_BYTES - 8;
export const EVENTS_AT = 0;
export const EVENT_AT = 4_096;
export const ADDRESS_AT = 4_160;
export const ADDRESS_BYTES = 28;
export const LENGTH_AT = 4_192;
const OPTION_AT = 4_200;
/** What was read last: valid until anything else is read. */
export const INPUT_AT = 8_192;
export const INPUT_BYTES = 64 * 1024;
/** What is to be written next. */
export const OUTPUT_AT = INPUT_AT + INPUT_BYTES;
export const OUTPUT_BYTES = 72 * 1024;
const BLOCK_BYTES = OUTPUT_AT + OUTPUT_BYTES;

function mapLow(): { readonly base: number; readonly memory: ArrayBuffer } {
  assert(endianness() === "LE", "the layouts of this file are little-endian");
  const at = functions.mmap(
    LOW_HINT,
    BigInt(BLOCK_BYTES),
    PROT_READ_WRITE,
    MAP_PRIVATE_ANONYMOUS | MAP_32BIT,
    -1,
    0n,
  );
  assert(at < 0x1_0000_0000n, "the kernel maps memory below 4 GiB");
  return { base: Number(at), memory: toArrayBuffer(at, BLOCK_BYTES, false) };
}

/** What Node's buffers have and its types do not tell. */
interface Latin1Buffer extends Buffer {
  latin1Write(text: string, at: number, length: number): number;
}

const { base, memory } = mapLow();

/** The pointer to the block's first byte. */
export const BASE = base;
/** The block. */
export const BLOCK: Buffer = Buffer.from(memory);
/** Writes a one-byte-per-character string into the block; without the checks of `Buffer.write`. */
export function putLatin1(text: string, at: number): void {
  (BLOCK as Latin1Buffer).latin1Write(text, at, text.length);
}

/** The block as 32-bit numbers. */
export const WORDS = new Int32Array(memory);

const errno = new Int32Array(toArrayBuffer(functions.__errno_location(), 4, false));

/** Why the call just before failed: to be read at once. */
export const lastError = (): number => errno[0] as number;

/** The system's name of an error, such as ECONNRESET. */
export const errorName = (error: number): string => getSystemErrorName(-error);

/** Sets an option that is a number. 0, or -1. */
export function setOption(fd: number, level: number, option: number, value: number): number {
  WORDS[OPTION_AT >> 2] = value;
  return functions.setsockopt(fd, level, option, BASE + OPTION_AT, 4);
}

/** The error that waits at a socket, which is cleared with it; 0 for none. */
export function takeSocketError(fd: number): number {
  WORDS[LENGTH_AT >> 2] = 4;
  if (functions.getsockopt(fd, SOL_SOCKET, SO_ERROR, BASE + OPTION_AT, BASE + LENGTH_AT) < 0)
    return lastError();
  return WORDS[OPTION_AT >> 2] as number;
}

/** Makes the next `close` send a reset, and drop what is unsent. */
export function lingerToReset(fd: number): void {
  WORDS[OPTION_AT >> 2] = 1;
  WORDS[(OPTION_AT >> 2) + 1] = 0;
  functions.setsockopt(fd, SOL_SOCKET, SO_LINGER, BASE + OPTION_AT, 8);
}
