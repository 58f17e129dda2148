/**
 * The floating addresses of a unit, as its kernel and its network have them. Every change is made at once
 * and answered; what others change is read again from the kernel, which is the only one to know.
 */
import { failure, type Outcome, success } from "#base/outcome.ts";
import { formatIpAddress, type IpAddress, parseIpAddress } from "#policy/ip-address.ts";
import type { AddressClaim } from "./address-frame.ts";
import { LinkPort } from "./link-port.ts";
import type { KernelLink, NetlinkMessage } from "./netlink-message.ts";
import { ANSWERED_WITHIN_MS, RouteNetlink } from "./route-netlink.ts";

export interface FloatingAddress {
  readonly address: string;
  readonly interface: string;
}

export interface FloatingAddressesOptions {
  readonly addresses: readonly FloatingAddress[];
  /** Asked for too, and told of announcements by itself. */
  readonly gateway: string | null;
  /** Addresses of others that are listened to as well: the peer's. */
  readonly neighbours: readonly string[];
  /** The carrier of an interface may have changed: read `linkUp`. */
  readonly onLink: () => void;
  /** What the kernel has may have changed: read `holds`. */
  readonly onAddresses: () => void;
  /** Somebody else said that it has a floating or a watched address. */
  readonly onClaim: (claim: AddressClaim) => void;
}

interface Placed {
  readonly address: IpAddress;
  readonly text: string;
  readonly interface: string;
}

const MILLIS = 1_000;

/** Addresses that are asked for at once: they move together, and a hundred of them would be a storm of questions. */
const PROBED_AT_ONCE = 4;

const parsedAddress = (text: string): Outcome<IpAddress, string> => {
  const address = parseIpAddress(text);
  return address === null ? failure(`${text} is no IP address`) : success(address);
};

export class FloatingAddresses {
  readonly #options: FloatingAddressesOptions;
  readonly #placed: readonly Placed[];
  readonly #watched: ReadonlyMap<string, IpAddress>;
  readonly #links = new Map<string, KernelLink>();
  readonly #ports = new Map<string, LinkPort>();
  /** Where watched addresses were last seen, and on which interface. */
  readonly #seen = new Map<string, { readonly mac: Uint8Array; readonly interface: string }>();
  readonly #netlink: RouteNetlink;
  #nextProbed = 0;
  /** When the kernel was last made to ask anew, of `performance.now`. */
  #askedAnewMs = -Infinity;
  /** Which of the addresses the kernel has, by their text. */
  readonly #present = new Set<string>();

  private constructor(
    options: FloatingAddressesOptions,
    placed: readonly Placed[],
    watched: ReadonlyMap<string, IpAddress>,
    open: (onNews: (message: NetlinkMessage | null) => void) => RouteNetlink,
  ) {
    this.#options = options;
    this.#placed = placed;
    this.#watched = watched;
    this.#netlink = open((message) => this.#hear(message));
  }

  /** Opens the interfaces. The error says what is not there or not permitted. */
  static open(options: FloatingAddressesOptions): Outcome<FloatingAddresses, string> {
    const placed: Placed[] = [];
    const watched = new Map<string, IpAddress>();
    for (const each of options.addresses) {
      const parsed = parsedAddress(each.address);
      if (!parsed.ok) return parsed;
      placed.push({ address: parsed.value, text: formatIpAddress(parsed.value), interface: each.interface });
    }
    const { gateway, neighbours } = options;
    for (const text of gateway === null ? neighbours : [gateway, ...neighbours]) {
      const parsed = parsedAddress(text);
      if (!parsed.ok) return parsed;
      watched.set(formatIpAddress(parsed.value), parsed.value);
    }
    let onNews: (message: NetlinkMessage | null) => void = () => {};
    const netlink = RouteNetlink.open((message) => onNews(message));
    if (!netlink.ok) return netlink;
    const floating = new FloatingAddresses(options, placed, watched, (listener) => {
      onNews = listener;
      return netlink.value;
    });
    const opened = floating.#openLinks();
    if (opened.ok) return success(floating);
    floating.close();
    return opened;
  }

  /** Whether the kernel has all of the addresses. */
  get holds(): boolean {
    return this.#placed.every(({ text }) => this.#present.has(text));
  }

  /** Whether the kernel has any of them: what is half there is neither held nor given up. */
  get holdsSome(): boolean {
    return this.#present.size > 0;
  }

  /** Every interface is up and has a carrier. */
  get linkUp(): boolean {
    for (const name of this.#interfaces()) if (this.#links.get(name)?.up !== true) return false;
    return true;
  }

  /** The hardware address of the first interface: twelve hexadecimal digits. */
  get hardwareAddress(): string {
    const [first] = this.#links.values();
    return Buffer.from(first?.mac ?? []).toString("hex");
  }

  /** Frames that each interface has received, read from the kernel now. */
  framesReceived(): readonly number[] {
    return this.#interfaces().map((name) => this.#netlink.link(name)?.framesReceived ?? 0);
  }

  /**
   * Adds the addresses for `leaseMs` (whole seconds), or renews them. The error names what was refused. The kernel
   * answers a client's question before anything is announced: its first packet must find a kernel that can answer.
   */
  hold(leaseMs: number): Outcome<null, string> {
    if (!this.holds) this.#askAnew();
    for (const { address, text, interface: name } of this.#placed) {
      const index = this.#links.get(name)?.index ?? 0;
      const seconds = Math.round(leaseMs / MILLIS);
      const added = this.#present.has(text)
        ? this.#netlink.addAddress(address, index, seconds)
        : this.#netlink.placeAddress(address, index, seconds);
      if (!added.ok) return failure(`${text} on ${name}: ${added.error}`);
      this.#present.add(text);
    }
    return success(null);
  }

  /** Takes the addresses away, or only some of them. The error names what stays. */
  release(only?: ReadonlySet<string>): Outcome<null, string> {
    const faults: string[] = [];
    for (const { address, text, interface: name } of this.#placed) {
      if (!this.#present.has(text) || only?.has(text) === false) continue;
      const removed = this.#netlink.removeAddress(address, this.#links.get(name)?.index ?? 0);
      if (removed.ok) this.#present.delete(text);
      else faults.push(`${text} on ${name}: ${removed.error}`);
    }
    return faults.length === 0 ? success(null) : failure(faults.join(", "));
  }

  /** Tells the network that the addresses are here. */
  announce(): void {
    this.#askAnew();
    for (const { address, interface: name } of this.#placed)
      this.#ports.get(name)?.announce(address, this.#gatewayMac(address));
  }

  /** Asks the network who has the floating addresses: a few of them at a time, each in its turn. */
  probe(): void {
    const count = Math.min(this.#placed.length, PROBED_AT_ONCE);
    for (let asked = 0; asked < count; asked += 1) {
      const placed = this.#placed[this.#nextProbed % this.#placed.length];
      this.#nextProbed += 1;
      if (placed !== undefined) this.#ports.get(placed.interface)?.ask(placed.address);
    }
  }

  /** Asks for the gateway or a neighbour on every interface; the answer is a claim. */
  askFor(text: string): void {
    const parsed = parseIpAddress(text);
    if (parsed !== null) for (const port of this.#ports.values()) port.ask(parsed);
  }

  /**
   * Lets the kernel know where the neighbours are, as long as this is called more often than their entries
   * age. After an outage a datagram would wait up to a second for the kernel's own question.
   */
  keepNeighbours(): void {
    for (const text of this.#seen.keys()) if (this.#isNeighbour(text)) this.#keepNeighbour(text);
  }

  /** Reads links and addresses again: after a stall nothing that was known counts. */
  refresh(): void {
    for (const name of this.#interfaces()) {
      const link = this.#netlink.link(name);
      if (link === null) this.#links.delete(name);
      else this.#placeLink(link);
    }
    this.#readAddresses();
  }

  close(): void {
    for (const port of this.#ports.values()) port.close();
    this.#ports.clear();
    this.#netlink.close();
  }

  /** Whom the kernel did not find while it was cut off, it is to ask for anew: once for a take and what it announces. */
  #askAnew(): void {
    const nowMs = performance.now();
    if (nowMs < this.#askedAnewMs + ANSWERED_WITHIN_MS) return;
    this.#askedAnewMs = nowMs;
    const indexes = [...this.#links.values()].map(({ index }) => index);
    this.#netlink.forgetUnknownNeighbours(new Set(indexes));
  }

  /** Where the gateway was last seen. */
  #gatewayMac({ family }: IpAddress): Uint8Array | null {
    const gateway = parseIpAddress(this.#options.gateway ?? "");
    if (gateway === null || gateway.family !== family) return null;
    return this.#seen.get(formatIpAddress(gateway))?.mac ?? null;
  }

  #isNeighbour(text: string): boolean {
    return this.#options.neighbours.some((each) => {
      const parsed = parseIpAddress(each);
      return parsed !== null && formatIpAddress(parsed) === text;
    });
  }

  /** Where the kernel does not want to know, it asks by itself. */
  #keepNeighbour(text: string): void {
    const [address, seen] = [this.#watched.get(text), this.#seen.get(text)];
    if (address === undefined || seen === undefined) return;
    const link = this.#links.get(seen.interface);
    if (link?.up === true) this.#netlink.setNeighbour(address, link.index, seen.mac);
  }

  #interfaces(): readonly string[] {
    return [...new Set(this.#placed.map((each) => each.interface))];
  }

  #openLinks(): Outcome<null, string> {
    for (const name of this.#interfaces()) {
      const link = this.#netlink.link(name);
      if (link === null) return failure(`there is no interface ${name}`);
      const placed = this.#placeLink(link);
      if (!placed.ok) return placed;
    }
    this.#readAddresses();
    return success(null);
  }

  /** Notes a link; an interface that was made anew needs new sockets. */
  #placeLink(link: KernelLink): Outcome<null, string> {
    const before = this.#ports.get(link.name);
    this.#links.set(link.name, link);
    const isSame = before?.link.index === link.index && Buffer.from(before.link.mac).equals(link.mac);
    if (isSame) return success(null);
    before?.close();
    this.#ports.delete(link.name);
    const here = this.#placed.filter((each) => each.interface === link.name);
    const heard = [...here.map(({ address }) => address), ...this.#watched.values()];
    const port = LinkPort.open(link, heard, (claim) => this.#hearClaim(link.name, claim));
    if (!port.ok) return port;
    this.#ports.set(link.name, port.value);
    return success(null);
  }

  #readAddresses(): void {
    const listed = this.#netlink.addresses();
    if (!listed.ok) return;
    this.#present.clear();
    for (const { text, interface: name } of this.#placed) {
      const index = this.#links.get(name)?.index;
      if (listed.value.some((each) => each.address === text && each.index === index)) this.#present.add(text);
    }
  }

  #hearClaim(name: string, claim: AddressClaim): void {
    if (this.#watched.has(claim.address)) {
      this.#seen.set(claim.address, { mac: Buffer.from(claim.mac, "hex"), interface: name });
      if (this.#isNeighbour(claim.address)) this.#keepNeighbour(claim.address);
    } else if (!this.#placed.some(({ text }) => text === claim.address)) return;
    this.#options.onClaim(claim);
  }

  #hear(message: NetlinkMessage | null): void {
    if (message === null) {
      this.refresh();
      this.#options.onLink();
      this.#options.onAddresses();
    } else if (message.kind === "link") this.#hearLink(message.link, message.present);
    else if (message.kind === "address") this.#hearAddress(message.address.address, message.present);
  }

  #hearLink(link: KernelLink, present: boolean): void {
    if (!this.#interfaces().includes(link.name)) return;
    const before = this.#links.get(link.name);
    if (present) this.#placeLink(link);
    else this.#links.delete(link.name);
    if (before?.up === this.#links.get(link.name)?.up) return;
    // The kernel forgets its neighbours with the carrier.
    this.keepNeighbours();
    this.#options.onLink();
  }

  /** News may be older than what this unit has done since: the kernel is asked what is true now. */
  #hearAddress(text: string, present: boolean): void {
    const isOurs = this.#placed.some((each) => each.text === text);
    if (!isOurs || this.#present.has(text) === present) return;
    this.#readAddresses();
    this.#options.onAddresses();
  }
}
