/**
 * The kernel's own list of TCP connections, by sock_diag(7): those of the floating addresses, whatever
 * service has them. The kernel filters, so that the proxy's connections to origins cost nothing here.
 */
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { IpAddress } from "#policy/ip-address.ts";
import { addressBytes } from "./address-bytes.ts";
import { attribute, FLAG, HEADER_BYTES, message, messagesOf, resultOf } from "./netlink-format.ts";
import { openNetlink } from "./netlink-socket.ts";
import { close, EINTR, errorName, lastError, readMessage, writeMessage } from "./system-calls.ts";

const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const AF_INET = 2;
const AF_INET6 = 10;
const IPPROTO_TCP = 6;
const REQUEST_BYTES = 56;
/** ESTABLISHED, FIN_WAIT1, FIN_WAIT2, CLOSE_WAIT, LAST_ACK: the client has it open, or waits for its end. */
const STATES = (1 << 1) | (1 << 4) | (1 << 5) | (1 << 8) | (1 << 9);

const BYTECODE = 1;
const CODE = { jump: 1, localAddress: 7 };
const OPERATION_BYTES = 4;
const CONDITION_BYTES = 8;
const ANY_PORT = -1;

/** In the kernel's description of a socket (inet_diag_msg), which begins with its family. */
const AT = { ports: 4, local: 8, client: 24, end: 72 } as const;
const MAPPED = Buffer.from("00000000000000000000ffff", "hex").toString("latin1");

/** Parts of one dump that are read: each has some hundred connections. */
const PARTS_MAX = 4_096;

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

/** Asks for the connections of these local addresses among the sockets of one family. */
function listConnections(
  socketFamily: IpAddress["family"],
  addresses: readonly IpAddress[],
  sequence: number,
): Buffer {
  const body = Buffer.alloc(REQUEST_BYTES);
  body[0] = socketFamily === 4 ? AF_INET : AF_INET6;
  body[1] = IPPROTO_TCP;
  body.writeUInt32LE(STATES, 4);
  return message(SOCK_DIAG_BY_FAMILY, FLAG.dump, sequence, [
    body,
    attribute(BYTECODE, localAddressFilter(addresses)),
  ]);
}

/**
 * The keys (`connection-key.ts`) of all connections that one part of a dump describes go into `found`; true
 * when messages of other types are left to read. There may be ten thousands of connections ten times a
 * second: no object is made for one.
 */
function readKeys(bytes: Buffer, sequence: number, found: Set<string>): boolean {
  const text = bytes.toString("latin1");
  let hasOthers = false;
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    if (length < HEADER_BYTES || at + length > bytes.length) break;
    if (bytes.readUInt16LE(at + 4) !== SOCK_DIAG_BY_FAMILY) hasOthers = true;
    else if (bytes.readUInt32LE(at + 8) === sequence && length >= HEADER_BYTES + AT.end)
      found.add(keyAt(text, at + HEADER_BYTES, bytes[at + HEADER_BYTES] === AF_INET));
    at += (length + 3) & ~3;
  }
  return hasOthers;
}

function keyAt(text: string, at: number, isFour: boolean): string {
  const ports = text.slice(at + AT.ports, at + AT.local);
  const [local, client] = [at + AT.local, at + AT.client];
  if (isFour) return ports + text.slice(local, local + 4) + text.slice(client, client + 4);
  // An IPv4 client of a socket that listens on all addresses of both families.
  if (text.startsWith(MAPPED, local))
    return ports + text.slice(local + 12, local + 16) + text.slice(client + 12, client + 16);
  return ports + text.slice(local, client + 16);
}

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

  /** The keys of all connections of this moment. */
  connections(): Outcome<ReadonlySet<string>, string> {
    const found = new Set<string>();
    for (const family of [4, 6] as const) {
      // A socket of IPv6 may have an IPv4 client, the other way round not.
      const addresses = this.#addresses.filter((address) => family === 6 || address.family === 4);
      if (addresses.length === 0) continue;
      const read = this.#read(family, addresses, found);
      if (!read.ok) return read;
    }
    return success(found);
  }

  close(): void {
    close(this.#fd);
  }

  #read(
    family: IpAddress["family"],
    addresses: readonly IpAddress[],
    found: Set<string>,
  ): Outcome<null, string> {
    this.#sequence = (this.#sequence + 1) >>> 0;
    if (writeMessage(this.#fd, listConnections(family, addresses, this.#sequence)) < 0)
      return failure(errorName(lastError()));
    for (let part = 0; part < PARTS_MAX; part += 1) {
      const bytes = readMessage(this.#fd);
      if (bytes === null) {
        const error = lastError();
        if (error === EINTR) continue;
        return failure(errorName(error));
      }
      if (!readKeys(bytes, this.#sequence, found)) continue;
      for (const raw of messagesOf(bytes)) {
        const result = raw.sequence === this.#sequence ? resultOf(raw) : null;
        if (result?.kind === "done") return success(null);
        if (result?.kind === "result") return failure(errorName(result.error));
      }
    }
    return failure("EMSGSIZE");
  }
}
