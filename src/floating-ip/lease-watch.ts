/**
 * Ends the leases of addresses that move together in one moment. The kernel ends each of them by itself, of IPv4
 * and IPv6 up to a quarter of a second apart, and the other unit takes them when the last no longer answers. Whoever
 * renews them sees nothing while it is dead or hangs: this is for the process beside it.
 */
import { type Outcome, success } from "#base/outcome.ts";
import { formatIpAddress, type IpAddress, parseIpAddress } from "#policy/ip-address.ts";
import type { FloatingAddress } from "./floating-addresses.ts";
import type { NetlinkMessage } from "./netlink-message.ts";
import { RouteNetlink } from "./route-netlink.ts";

/** Whoever takes addresses away or puts them back on purpose is done with all of them within this. Milliseconds. */
const SETTLED_MS = 5;

interface Watched {
  readonly address: IpAddress;
  readonly text: string;
  readonly interface: string;
}

export interface LeaseWatchOptions {
  /** Addresses that move together, group by group. */
  readonly groups: readonly (readonly FloatingAddress[])[];
  /** An address was taken away with the others of its group; `fault`: why it stays. */
  readonly onEnd: (address: string, fault: string | null) => void;
}

function watched({ address, interface: name }: FloatingAddress): readonly Watched[] {
  const parsed = parseIpAddress(address);
  return parsed === null ? [] : [{ address: parsed, text: formatIpAddress(parsed), interface: name }];
}

export class LeaseWatch {
  readonly #groups: readonly (readonly Watched[])[];
  readonly #onEnd: LeaseWatchOptions["onEnd"];
  readonly #netlink: RouteNetlink;
  /** Groups that have lost an address. */
  readonly #broken = new Set<readonly Watched[]>();
  #timer: NodeJS.Timeout | null = null;

  private constructor({ groups, onEnd }: LeaseWatchOptions, netlink: RouteNetlink) {
    this.#groups = groups.map((group) => group.flatMap(watched));
    this.#onEnd = onEnd;
    this.#netlink = netlink;
  }

  /** The error says what is not permitted. */
  static open(options: LeaseWatchOptions): Outcome<LeaseWatch, string> {
    let watch: LeaseWatch | null = null;
    const netlink = RouteNetlink.open((message) => {
      if (watch !== null) watch.#hear(message);
    });
    if (!netlink.ok) return netlink;
    watch = new LeaseWatch(options, netlink.value);
    return success(watch);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#netlink.close();
  }

  /** Null: some changes were missed, of whichever address. */
  #hear(message: NetlinkMessage | null): void {
    if (message !== null && (message.kind !== "address" || message.present)) return;
    for (const group of this.#groups)
      if (message === null || group.some(({ text }) => text === message.address.address))
        this.#broken.add(group);
    if (this.#broken.size > 0) this.#timer ??= setTimeout(() => this.#look(), SETTLED_MS);
  }

  #look(): void {
    this.#timer = null;
    const broken = [...this.#broken];
    this.#broken.clear();
    const listed = this.#netlink.addresses();
    if (!listed.ok) return;
    for (const group of broken) {
      const there = group.flatMap((each) => {
        const index = this.#netlink.link(each.interface)?.index;
        const isThere = listed.value.some(({ address, index: on }) => address === each.text && on === index);
        return isThere && index !== undefined ? [{ each, index }] : [];
      });
      if (there.length === group.length) continue;
      for (const { each, index } of there) {
        const removed = this.#netlink.removeAddress(each.address, index);
        this.#onEnd(each.text, removed.ok ? null : removed.error);
      }
    }
  }
}
