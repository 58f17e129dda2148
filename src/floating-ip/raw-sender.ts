/** Sends whole IP packets, with whatever source address they have. The kernel routes them. */
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { IpAddress } from "#policy/ip-address.ts";
import { addressBytes } from "./address-bytes.ts";
import {
  AF_INET,
  AF_INET6,
  close,
  errorName,
  lastError,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
  sendTo,
  socket,
} from "./system-calls.ts";

/** The packet comes with its own header. */
const IPPROTO_RAW = 255;

function socketAddress(to: IpAddress): Buffer {
  const bytes = addressBytes(to);
  const address = Buffer.alloc(to.family === 4 ? 16 : 28);
  address.writeUInt16LE(to.family === 4 ? AF_INET : AF_INET6, 0);
  address.set(bytes, to.family === 4 ? 4 : 8);
  return address;
}

export class RawSender {
  readonly #sockets = new Map<IpAddress["family"], number>();

  /** Opens a socket for each of these families. */
  static open(families: ReadonlySet<IpAddress["family"]>): Outcome<RawSender, string> {
    const sender = new RawSender();
    for (const family of families) {
      const fd = socket(
        family === 4 ? AF_INET : AF_INET6,
        SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
        IPPROTO_RAW,
      );
      if (fd < 0) {
        const why = errorName(lastError());
        sender.close();
        return failure(`cannot open a raw socket: ${why}`);
      }
      sender.#sockets.set(family, fd);
    }
    return success(sender);
  }

  /** False when the packet did not go out: no route, no buffer. */
  send(packet: Uint8Array, to: IpAddress): boolean {
    const fd = this.#sockets.get(to.family);
    return fd !== undefined && sendTo(fd, packet, socketAddress(to)) >= 0;
  }

  close(): void {
    for (const fd of this.#sockets.values()) close(fd);
    this.#sockets.clear();
  }
}
