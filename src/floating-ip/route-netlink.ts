/** The kernel's addresses and links: requests that are answered at once, and news of changes. */
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { IpAddress } from "#policy/ip-address.ts";
import { type KernelNeighbour, listNeighbours, removeNeighbour, setNeighbour } from "./neighbour-message.ts";
import {
  addAddress,
  bridgeRoute,
  getLink,
  type KernelAddress,
  type KernelLink,
  listAddresses,
  type NetlinkMessage,
  parseNetlink,
  removeAddress,
} from "./netlink-message.ts";
import { openNetlink } from "./netlink-socket.ts";
import { close, EINTR, errorName, lastError, readMessage, writeMessage } from "./system-calls.ts";
import { WatchedSocket } from "./watched-socket.ts";

const NETLINK_ROUTE = 0;
/** Links, IPv4 addresses, IPv6 addresses (RTMGRP_*). */
const GROUPS = 0x1 | 0x10 | 0x100;

/** Parts of one answer that are read; a dump of thousands of addresses has some dozens. */
const PARTS_MAX = 4_096;

const SEQUENCE_MAX = 0xffff_ffff;

/** A neighbour that is there has answered within this. */
export const ANSWERED_WITHIN_MS = 20;

/** What a removal is answered when there is nothing to remove. */
const NOTHING_THERE: ReadonlySet<string> = new Set(["EADDRNOTAVAIL", "ENODEV", "ENXIO"]);

export class RouteNetlink {
  readonly #requests: number;
  readonly #news: WatchedSocket | null;
  #sequence = 0;

  private constructor(requests: number, news: WatchedSocket | null) {
    this.#requests = requests;
    this.#news = news;
  }

  /** `onNews` gets each change of an address or a link; null: some changes were missed. Without it there are none. */
  static open(onNews?: (message: NetlinkMessage | null) => void): Outcome<RouteNetlink, string> {
    const requests = openNetlink(NETLINK_ROUTE, 0);
    if (!requests.ok) return requests;
    if (onNews === undefined) return success(new RouteNetlink(requests.value, null));
    const news = openNetlink(NETLINK_ROUTE, GROUPS);
    if (!news.ok) {
      close(requests.value);
      return news;
    }
    const watched = new WatchedSocket(news.value, (bytes) => {
      if (bytes === null) onNews(null);
      else for (const message of parseNetlink(bytes)) onNews(message);
    });
    return success(new RouteNetlink(requests.value, watched));
  }

  /** Adds or renews. The error is the system's name of it, such as EPERM. */
  addAddress(address: IpAddress, index: number, leaseSeconds: number): Outcome<null, string> {
    return this.#ask((sequence) => addAddress(address, index, leaseSeconds, sequence));
  }

  /** Adds an address that packets reach from now on, whatever the family. */
  placeAddress(address: IpAddress, index: number, leaseSeconds: number): Outcome<null, string> {
    const added = this.addAddress(address, index, leaseSeconds);
    if (!added.ok || address.family === 4) return added;
    return this.#ask((sequence) => bridgeRoute(address, index, sequence));
  }

  /** Removes; an address that is not there is no failure. */
  removeAddress(address: IpAddress, index: number): Outcome<null, string> {
    const outcome = this.#ask((sequence) => removeAddress(address, index, sequence));
    return !outcome.ok && NOTHING_THERE.has(outcome.error) ? success(null) : outcome;
  }

  /** Keeps the kernel from asking for a neighbour whose hardware address is known. */
  setNeighbour(address: IpAddress, index: number, mac: Uint8Array): Outcome<null, string> {
    return this.#ask((sequence) => setNeighbour(address, index, mac, sequence));
  }

  /**
   * Makes the kernel forget the neighbours on these interfaces that it asks for in vain: it would ask again
   * within a second only, and what goes to them waits for that. Whom it asks for just now it goes on asking for:
   * what waits for the answer would be lost.
   */
  forgetUnknownNeighbours(indexes: ReadonlySet<number>): void {
    const unknown: KernelNeighbour[] = [];
    this.#ask(listNeighbours, (message) => {
      if (message.kind !== "neighbour") return;
      const { neighbour } = message;
      const isInVain = neighbour.unknownMs !== null && neighbour.unknownMs >= ANSWERED_WITHIN_MS;
      if (isInVain && indexes.has(neighbour.index)) unknown.push(neighbour);
    });
    for (const { address, index } of unknown)
      this.#ask((sequence) => removeNeighbour(address, index, sequence));
  }

  /** Every address of this machine. */
  addresses(): Outcome<readonly KernelAddress[], string> {
    const found: KernelAddress[] = [];
    const outcome = this.#ask(listAddresses, (message) => {
      if (message.kind === "address" && message.present) found.push(message.address);
    });
    return outcome.ok ? success(found) : outcome;
  }

  /** The link of that name; null when there is none. */
  link(name: string): KernelLink | null {
    const found: KernelLink[] = [];
    this.#ask(
      (sequence) => getLink(name, sequence),
      (message) => {
        if (message.kind === "link") found.push(message.link);
      },
    );
    return found[0] ?? null;
  }

  close(): void {
    this.#news?.close();
    close(this.#requests);
  }

  /** Sends a request and reads until its answer ends: the kernel has it ready when the write returns. */
  #ask(
    request: (sequence: number) => Buffer,
    onMessage?: (message: NetlinkMessage) => void,
  ): Outcome<null, string> {
    this.#sequence = this.#sequence === SEQUENCE_MAX ? 1 : this.#sequence + 1;
    if (writeMessage(this.#requests, request(this.#sequence)) < 0) return failure(errorName(lastError()));
    for (let part = 0; part < PARTS_MAX; part += 1) {
      const bytes = readMessage(this.#requests);
      if (bytes === null) {
        const error = lastError();
        if (error === EINTR) continue;
        return failure(errorName(error));
      }
      for (const message of parseNetlink(bytes)) {
        if (message.kind === "result" && message.sequence === this.#sequence)
          return message.error === 0 ? success(null) : failure(errorName(message.error));
        if (message.kind === "done" && message.sequence === this.#sequence) return success(null);
        onMessage?.(message);
        // A question for one link ends with that link.
        if (message.kind === "link") return success(null);
      }
    }
    return failure("EMSGSIZE");
  }
}
