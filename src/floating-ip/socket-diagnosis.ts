/**
 * The kernel's own list of TCP connections, by sock_diag(7): those of the floating addresses, whatever
 * service has them. The kernel filters, so that the proxy's connections to origins cost nothing here.
 * What has ended is listed apart, and can be forgotten.
 */
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { IpAddress } from "#policy/ip-address.ts";
import { addressBytes } from "./address-bytes.ts";
import { attribute, FLAG, HEADER_BYTES, message, messagesOf, resultOf } from "./netlink-format.ts";
import { openNetlink } from "./netlink-socket.ts";
import { close, EINTR, errorName, lastError, readMessage, writeMessage } from "./system-calls.ts";

const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const SOCK_DESTROY = 21;
const AF_INET = 2;
const AF_INET6 = 10;
const IPPROTO_TCP = 6;
const REQUEST_BYTES = 56;
/** ESTABLISHED, FIN_WAIT1, FIN_WAIT2, CLOSE_WAIT, LAST_ACK: the client has it open, or waits for its end. */
const OPEN_STATES = (1 << 1) | (1 << 4) | (1 << 5) | (1 << 8) | (1 << 9);
const TIME_WAIT_STATE = 1 << 6;

const BYTECODE = 1;
const CODE = { jump: 1, localAddress: 7 };
const OPERATION_BYTES = 4;
const CONDITION_BYTES = 8;
const ANY_PORT = -1;

/** In the kernel's description of a socket (inet_diag_msg), which begins with its family. */
const AT = { ports: 4, local: 8, client: 24, identityEnd: 52, end: 72 } as const;
/** And where a request names the same. */
const REQUEST_IDENTITY_AT = 8;
const MAPPED = Buffer.from("00000000000000000000ffff", "hex").toString("latin1");

/** Parts of one dump that are read: each has some hundred connections. */
const PARTS_MAX = 4_096;

/** Requests that go to the kernel in one message. */
const DESTROYED_AT_ONCE = 500;

/** A program that accepts the sockets of these local addresses: one condition after the other. */
function localAddressFilter(addresses: readonly IpAddress[]): Buffer {
  const lengths = addresses.map(
    ({ family }) => 2 * OPERATION_BYTES + CONDITION_BYTES + (family === 4 ? 4 : 16),
  );
  let left = lengths.reduce((sum, length) => sum + length, 0);
  const parts = addresses.map((address, index) => {
    const length = lengths[index] ?? 0;
    const bytes = Buffer.alloc(length);
    const conditionBytes = length - OPERATION_BYTES;
    bytes[0] = CODE.localAddress;
    bytes[1] = conditionBytes;
    // Not this address: the next condition, or beyond the end, which refuses.
    bytes.writeUInt16LE(left === length ? length + OPERATION_BYTES : length, 2);
    bytes[4] = address.family === 4 ? AF_INET : AF_INET6;
    bytes[5] = address.family === 4 ? 32 : 128;
    bytes.writeInt32LE(ANY_PORT, 8);
    bytes.set(addressBytes(address), 12);
    bytes[conditionBytes] = CODE.jump;
    bytes[conditionBytes + 1] = OPERATION_BYTES;
    bytes.writeUInt16LE(left - conditionBytes, conditionBytes + 2);
    left -= length;
    return bytes;
  });
  return Buffer.concat(parts);
}

/** Asks for the connections of these local addresses, in these states, among the sockets of one family. */
function listConnections(
  socketFamily: IpAddress["family"],
  addresses: readonly IpAddress[],
  states: number,
  sequence: number,
): Buffer {
  const body = Buffer.alloc(REQUEST_BYTES);
  body[0] = socketFamily === 4 ? AF_INET : AF_INET6;
  body[1] = IPPROTO_TCP;
  body.writeUInt32LE(states, 4);
  return message(SOCK_DIAG_BY_FAMILY, FLAG.dump, sequence, [
    body,
    attribute(BYTECODE, localAddressFilter(addresses)),
  ]);
}

/** Asks the kernel to forget the socket that it has described; it answers only where it cannot. */
function destroySocket(description: Buffer, sequence: number): Buffer {
  const body = Buffer.alloc(REQUEST_BYTES);
  body[0] = description[0] ?? 0;
  body[1] = IPPROTO_TCP;
  body.set(description.subarray(AT.ports, AT.identityEnd), REQUEST_IDENTITY_AT);
  return message(SOCK_DESTROY, 0, sequence, [body]);
}

/**
 * Calls `describe` with where each connection's description begins that one part of a dump has; true when messages
 * of other types are left to read.
 */
function eachConnection(bytes: Buffer, sequence: number, describe: (at: number) => void): boolean {
  let hasOthers = false;
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    if (length < HEADER_BYTES || at + length > bytes.length) break;
    if (bytes.readUInt16LE(at + 4) !== SOCK_DIAG_BY_FAMILY) hasOthers = true;
    else if (bytes.readUInt32LE(at + 8) === sequence && length >= HEADER_BYTES + AT.end)
      describe(at + HEADER_BYTES);
    at += (length + 3) & ~3;
  }
  return hasOthers;
}

/** The key (`connection-key.ts`) of the connection that is described there, in `bytes` and the same as `text`. */
function keyAt(text: string, at: number, isFour: boolean): string {
  const ports = text.slice(at + AT.ports, at + AT.local);
  const [local, client] = [at + AT.local, at + AT.client];
  if (isFour) return ports + text.slice(local, local + 4) + text.slice(client, client + 4);
  // An IPv4 client of a socket that listens on all addresses of both families.
  if (text.startsWith(MAPPED, local))
    return ports + text.slice(local + 12, local + 16) + text.slice(client + 12, client + 16);
  return ports + text.slice(local, client + 16);
}

/** What is gone by itself meanwhile is no failure. */
function destroyAll(fd: number, requests: readonly Buffer[]): Outcome<null, string> {
  for (let from = 0; from < requests.length; from += DESTROYED_AT_ONCE) {
    if (writeMessage(fd, Buffer.concat(requests.slice(from, from + DESTROYED_AT_ONCE))) < 0)
      return failure(errorName(lastError()));
    for (let bytes = readMessage(fd); bytes !== null; bytes = readMessage(fd))
      for (const raw of messagesOf(bytes)) {
        const result = resultOf(raw);
        if (result?.kind === "result" && result.error !== 0 && errorName(result.error) !== "ENOENT")
          return failure(errorName(result.error));
      }
  }
  return success(null);
}

function onSocket<T>(act: (fd: number) => Outcome<T, string>): Outcome<T, string> {
  const fd = openNetlink(NETLINK_SOCK_DIAG, 0);
  if (!fd.ok) return fd;
  try {
    return act(fd.value);
  } finally {
    close(fd.value);
  }
}

/** Gets each part of a dump, and says when it has seen enough. */
type PartReader = (
  bytes: Buffer,
  sequence: number,
) => { readonly hasOthers: boolean; readonly enough: boolean };

export class SocketDiagnosis {
  readonly #fd: number;
  readonly #addresses: readonly IpAddress[];
  #sequence = 0;

  private constructor(fd: number, addresses: readonly IpAddress[]) {
    this.#fd = fd;
    this.#addresses = addresses;
  }

  /** For the connections of these addresses. */
  static open(addresses: readonly IpAddress[]): Outcome<SocketDiagnosis, string> {
    const fd = openNetlink(NETLINK_SOCK_DIAG, 0);
    return fd.ok ? success(new SocketDiagnosis(fd.value, addresses)) : fd;
  }

  /**
   * The keys of all connections of this moment. There may be ten thousands of them ten times a second: no object is
   * made for one.
   */
  connections(): Outcome<ReadonlySet<string>, string> {
    const found = new Set<string>();
    const read = this.#readAll(this.#fd, OPEN_STATES, (bytes, sequence) => {
      const text = bytes.toString("latin1");
      const hasOthers = eachConnection(bytes, sequence, (at) =>
        found.add(keyAt(text, at, bytes[at] === AF_INET)),
      );
      return { hasOthers, enough: false };
    });
    return read.ok ? success(found) : read;
  }

  /**
   * Makes the kernel forget up to `most` connections that have ended here and that it remembers for a minute
   * (TIME-WAIT, RFC 9293 section 3.6.1). How many there were; the error of the kernel that cannot.
   */
  forgetEnded(most: number): Outcome<number, string> {
    const requests: Buffer[] = [];
    // Not the socket of the others: a dump that is not read to its end goes on with its socket.
    const listed = onSocket((fd) =>
      this.#readAll(fd, TIME_WAIT_STATE, (bytes, sequence) => {
        const hasOthers = eachConnection(bytes, sequence, (at) => {
          if (requests.length < most) requests.push(destroySocket(bytes.subarray(at, at + AT.end), sequence));
        });
        return { hasOthers, enough: requests.length >= most };
      }),
    );
    if (!listed.ok || requests.length === 0) return listed.ok ? success(0) : listed;
    const destroyed = onSocket((fd) => destroyAll(fd, requests));
    return destroyed.ok ? success(requests.length) : destroyed;
  }

  close(): void {
    close(this.#fd);
  }

  #readAll(fd: number, states: number, onPart: PartReader): Outcome<null, string> {
    for (const family of [4, 6] as const) {
      // A socket of IPv6 may have an IPv4 client, the other way round not.
      const addresses = this.#addresses.filter((address) => family === 6 || address.family === 4);
      if (addresses.length === 0) continue;
      this.#sequence = (this.#sequence + 1) >>> 0;
      if (writeMessage(fd, listConnections(family, addresses, states, this.#sequence)) < 0)
        return failure(errorName(lastError()));
      const read = this.#readParts(fd, onPart);
      if (!read.ok || read.value.enough) return read.ok ? success(null) : read;
    }
    return success(null);
  }

  #readParts(fd: number, onPart: PartReader): Outcome<{ readonly enough: boolean }, string> {
    for (let part = 0; part < PARTS_MAX; part += 1) {
      const bytes = readMessage(fd);
      if (bytes === null) {
        const error = lastError();
        if (error === EINTR) continue;
        return failure(errorName(error));
      }
      const { hasOthers, enough } = onPart(bytes, this.#sequence);
      if (enough) return success({ enough });
      if (!hasOthers) continue;
      for (const raw of messagesOf(bytes)) {
        const result = raw.sequence === this.#sequence ? resultOf(raw) : null;
        if (result?.kind === "done") return success({ enough: false });
        if (result?.kind === "result") return failure(errorName(result.error));
      }
    }
    return failure("EMSGSIZE");
  }
}
