/** The packet sockets of one interface: announces addresses, asks for them, hears who claims one. */
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { IpAddress } from "#policy/ip-address.ts";
import {
  type AddressClaim,
  announcements,
  claimOf,
  ETHERTYPE_ARP,
  ETHERTYPE_IPV6,
  question,
} from "./address-frame.ts";
import { claimFilter } from "./claim-filter.ts";
import type { KernelLink } from "./netlink-message.ts";
import {
  AF_PACKET,
  attachFilter,
  bindTo,
  close,
  errorName,
  lastError,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
  socket,
  writeMessage,
} from "./system-calls.ts";
import { WatchedSocket } from "./watched-socket.ts";

function openSocket(
  link: KernelLink,
  family: IpAddress["family"],
  addresses: readonly IpAddress[],
): Outcome<number, string> {
  // Without a protocol nothing is heard until the filter is there and the socket is bound to its interface.
  const fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    const why = errorName(lastError());
    return failure(
      why === "EPERM"
        ? "packet sockets are not permitted here: they need CAP_NET_RAW"
        : `cannot open a packet socket: ${why}`,
    );
  }
  const address = Buffer.alloc(20);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(family === 4 ? ETHERTYPE_ARP : ETHERTYPE_IPV6, 2);
  address.writeInt32LE(link.index, 4);
  if (attachFilter(fd, claimFilter(family, addresses)) === 0 && bindTo(fd, address) === 0) return success(fd);
  const why = errorName(lastError());
  close(fd);
  return failure(`cannot use a packet socket on ${link.name}: ${why}`);
}

const MAC_BYTES = 6;

export class LinkPort {
  readonly link: KernelLink;
  readonly #sockets = new Map<IpAddress["family"], WatchedSocket>();

  private constructor(link: KernelLink) {
    this.link = link;
  }

  /**
   * Opens the interface for these addresses, at most 200 of a family; `onClaim` hears every claim of somebody else,
   * and may hear some of other IPv6 addresses.
   */
  static open(
    link: KernelLink,
    addresses: readonly IpAddress[],
    onClaim: (claim: AddressClaim) => void,
  ): Outcome<LinkPort, string> {
    if (link.mac.length !== MAC_BYTES) return failure(`${link.name} is no Ethernet interface`);
    const port = new LinkPort(link);
    const own = Buffer.from(link.mac).toString("hex");
    for (const family of new Set(addresses.map((each) => each.family))) {
      const opened = openSocket(link, family, addresses);
      if (!opened.ok) {
        port.close();
        return opened;
      }
      const hear = (bytes: Buffer | null): void => {
        const claim = bytes === null ? null : claimOf(bytes);
        if (claim !== null && claim.mac !== own) onClaim(claim);
      };
      port.#sockets.set(family, new WatchedSocket(opened.value, hear));
    }
    return success(port);
  }

  /** Tells everybody on the link that `address` is here; `gatewayMac`: and the gateway by itself. */
  announce(address: IpAddress, gatewayMac: Uint8Array | null): void {
    for (const frame of announcements(address, this.link.mac, gatewayMac)) this.#send(address, frame);
  }

  /** Asks who has `address`; the answer is a claim. */
  ask(address: IpAddress): void {
    this.#send(address, question(address, this.link.mac));
  }

  close(): void {
    for (const each of this.#sockets.values()) each.close();
    this.#sockets.clear();
  }

  /** A frame that does not go out is one that the network lost: the sender repeats, or hears no answer. */
  #send({ family }: IpAddress, frame: Buffer): void {
    const port = this.#sockets.get(family);
    if (port !== undefined) writeMessage(port.fd, frame);
  }
}
