/**
 * The kernel's own list of TCP connections, by sock_diag(7): those of the floating addresses, whatever
 * service has them. The kernel filters, so that the proxy's connections to origins cost nothing here.
 */
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { IpAddress } from "#policy/ip-address.ts";
import { addressBytes } from "./address-bytes.ts";
import { attribute, CONTROL, FLAG, message, messagesOf, resultOf } from "./netlink-format.ts";
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

/** In the kernel's description of a socket (inet_diag_msg). */
const AT = { family: 0, ports: 4, local: 8, client: 24, end: 72 } as const;
const MAPPED = Buffer.from("00000000000000000000ffff", "hex");

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

/** The key of a connection that the kernel describes (`connection-key.ts`); null when it is cut off. */
function keyOf(body: Buffer): string | null {
  if (body.length < AT.end) return null;
  const ports = body.toString("latin1", AT.ports, AT.local);
  if (body[AT.family] === AF_INET)
    return (
      ports +
      body.toString("latin1", AT.local, AT.local + 4) +
      body.toString("latin1", AT.client, AT.client + 4)
    );
  // An IPv4 client of a socket that listens on all addresses of both families.
  if (body.compare(MAPPED, 0, 12, AT.local, AT.local + 12) === 0)
    return (
      ports +
      body.toString("latin1", AT.local + 12, AT.client) +
      body.toString("latin1", AT.client + 12, AT.client + 16)
    );
  return ports + body.toString("latin1", AT.local, AT.client + 16);
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
      for (const raw of messagesOf(bytes)) {
        if (raw.sequence !== this.#sequence) continue;
        if (raw.type === SOCK_DIAG_BY_FAMILY) {
          const key = keyOf(raw.body);
          if (key !== null) found.add(key);
        } else if (raw.type === CONTROL.done) return success(null);
        else {
          const result = resultOf(raw);
          if (result?.kind === "result") return failure(errorName(result.error));
        }
      }
    }
    return failure("EMSGSIZE");
  }
}
