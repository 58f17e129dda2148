/**
 * The clients' connections of the floating addresses, as the kernel has them: which there are, and what lets
 * them outlive a move of the addresses. Every change is made at once.
 */
import { failure, type Outcome, success } from "#base/outcome.ts";
import { endpointsOf } from "#connections/connection-key.ts";
import type { ReportVia } from "#connections/report.ts";
import { type IpAddress, parseIpAddress, sameAddress } from "#policy/ip-address.ts";
import type { TableFamily } from "./nft-message.ts";
import { PacketRules } from "./packet-rules.ts";
import { RawSender } from "./raw-sender.ts";
import { RouteNetlink } from "./route-netlink.ts";
import { SocketDiagnosis } from "./socket-diagnosis.ts";
import { tickle } from "./tickle-packet.ts";

const MILLIS = 1_000;
/** fe80::/10: good for one link, and every interface has one. */
const LINK_LOCAL_BITS = 118n;
const LINK_LOCAL = 0xfe80n >> 6n;

const isLinkLocal = ({ family, bits }: IpAddress): boolean =>
  family === 6 && bits >> LINK_LOCAL_BITS === LINK_LOCAL;

export interface ClientConnectionsOptions {
  /** The addresses that move together. */
  readonly addresses: readonly string[];
  /** The interface that they are on: others on its network are reached through it. */
  readonly interface: string;
  /** All floating addresses of the moment, those of others too: none of them is this unit's own. */
  readonly floating: () => readonly string[];
  /** The name of the packet filter's tables, of nobody else's. */
  readonly table: string;
}

const parsedAddresses = (texts: readonly string[]): readonly IpAddress[] =>
  texts.map(parseIpAddress).filter((address) => address !== null);

/** What this kernel lacks is an error of what needs it, and nothing else. */
interface Parts {
  readonly netlink: RouteNetlink;
  readonly sender: RawSender;
  readonly rules: Outcome<PacketRules, string>;
  readonly diagnosis: Outcome<SocketDiagnosis, string>;
}

export class ClientConnections {
  readonly #options: ClientConnectionsOptions;
  readonly #addresses: readonly IpAddress[];
  readonly #parts: Parts;
  readonly #loopbackIndex: number;

  private constructor(options: ClientConnectionsOptions, parts: Parts) {
    this.#options = options;
    this.#addresses = parsedAddresses(options.addresses);
    this.#parts = parts;
    this.#loopbackIndex = parts.netlink.link("lo")?.index ?? 1;
  }

  /**
   * Opens what is needed, and gives up the addresses that an earlier life has kept. What it passes on is left to
   * the caller. The error says what is not permitted.
   */
  static open(options: ClientConnectionsOptions): Outcome<ClientConnections, string> {
    const addresses = parsedAddresses(options.addresses);
    const netlink = RouteNetlink.open();
    if (!netlink.ok) return netlink;
    const sender = RawSender.open(new Set(addresses.map(({ family }) => family)));
    if (!sender.ok) {
      netlink.value.close();
      return sender;
    }
    const parts = {
      netlink: netlink.value,
      sender: sender.value,
      rules: PacketRules.open(options.table),
      diagnosis: SocketDiagnosis.open(addresses),
    };
    const connections = new ClientConnections(options, parts);
    connections.endKeeping();
    connections.#prepare();
    return success(connections);
  }

  /** Has the kernel load its modules now and not in a move. What it lacks is said by what needs it. */
  #prepare(): void {
    const firsts = ([4, 6] as const).map((family) => this.#addresses.find((each) => each.family === family));
    this.#ruled((rules) => rules.prepare(firsts.filter((each) => each !== undefined)));
    this.list();
  }

  /** Removes what an earlier life of this unit has left in tables of that name, for addresses that it has no more. */
  static forget(table: string): void {
    const rules = PacketRules.open(table);
    if (!rules.ok) return;
    for (const family of ["arp", "ip", "ip6"] as const) rules.value.remove(family);
    rules.value.close();
  }

  /** The keys of all connections (`connections/connection-key.ts`). */
  list(): Outcome<ReadonlySet<string>, string> {
    const { diagnosis } = this.#parts;
    return diagnosis.ok ? diagnosis.value.connections() : diagnosis;
  }

  /** Makes the kernel forget up to `most` connections that have ended. How many it had; the error where it cannot. */
  forgetEnded(most: number): Outcome<number, string> {
    const { diagnosis } = this.#parts;
    return diagnosis.ok ? diagnosis.value.forgetEnded(most) : diagnosis;
  }

  /** This unit's own addresses on the network of the floating ones. */
  via(): ReportVia {
    const listed = this.#parts.netlink.addresses();
    const index = this.#index();
    const floating = parsedAddresses(this.#options.floating());
    const own = (listed.ok ? listed.value : [])
      .filter((each) => each.index === index)
      .map(({ address }) => parseIpAddress(address))
      .filter((address) => address !== null)
      .filter((address) => !floating.some((each) => sameAddress(each, address)));
    const six = own.filter(({ family }) => family === 6);
    return {
      ipv4: own.find(({ family }) => family === 4) ?? null,
      ipv6: six.find((address) => !isLinkLocal(address)) ?? six[0] ?? null,
    };
  }

  /**
   * Keeps the addresses for `leaseMs` (whole seconds) without telling the network. To be called before they
   * are released. On failure nothing is kept.
   */
  keep(leaseMs: number): Outcome<null, string> {
    const seconds = Math.round(leaseMs / MILLIS);
    for (const address of this.#addresses) {
      const placed = this.#parts.netlink.placeAddress(address, this.#loopbackIndex, seconds);
      if (!placed.ok) return this.#keepNothing(`lo: ${placed.error}`);
    }
    const hidden = this.#addresses.filter(({ family }) => family === 4);
    if (hidden.length === 0) return success(null);
    const { ipv4 } = this.via();
    if (ipv4 === null) return this.#keepNothing(`${this.#options.interface} has no IPv4 address of its own`);
    const ruled = this.#ruled((rules) => rules.hide(hidden, ipv4));
    return ruled.ok ? ruled : this.#keepNothing(ruled.error);
  }

  /** Renews the lease of what is kept. */
  renewKept(leaseMs: number): Outcome<null, string> {
    const seconds = Math.round(leaseMs / MILLIS);
    for (const address of this.#addresses) {
      const added = this.#parts.netlink.addAddress(address, this.#loopbackIndex, seconds);
      if (!added.ok) return failure(`lo: ${added.error}`);
    }
    return success(null);
  }

  /** The addresses may be told again; to be called before they are held again. */
  show(): void {
    this.#unrule("arp");
  }

  /** Ends what `keep` began, wholly; the rules last, so that no question is answered in between. */
  endKeeping(): void {
    for (const address of this.#addresses) this.#parts.netlink.removeAddress(address, this.#loopbackIndex);
    this.show();
  }

  /**
   * Passes packets of connections that are not of this unit on to the other one. To be called before the
   * addresses are taken. On failure nothing is passed on.
   */
  passOn(via: ReportVia): Outcome<null, string> {
    const index = this.#index();
    for (const [family, to] of [
      [4, via.ipv4],
      [6, via.ipv6],
    ] as const) {
      const addresses = this.#addresses.filter((address) => address.family === family);
      if (addresses.length === 0) continue;
      const ruled =
        to === null
          ? failure(`the other unit has no IPv${family} address`)
          : this.#ruled((rules) => rules.passOn(addresses, { address: to, index }));
      if (ruled.ok) continue;
      this.endPassingOn();
      return ruled;
    }
    return success(null);
  }

  /** Packets are passed on, also since an earlier life of this unit. */
  get passesOn(): boolean {
    const { rules } = this.#parts;
    return rules.ok && (rules.value.has("ip") || rules.value.has("ip6"));
  }

  endPassingOn(): void {
    this.#unrule("ip");
    this.#unrule("ip6");
  }

  /** Makes the clients of these connections find out that they are gone. How many could not be told. */
  tickle(keys: Iterable<string>): number {
    let unsent = 0;
    for (const key of keys) {
      const ends = endpointsOf(key);
      if (!this.#parts.sender.send(tickle(ends), ends.client)) unsent += 1;
    }
    return unsent;
  }

  /** Closes the sockets; the kernel keeps what it has. */
  close(): void {
    const { netlink, rules, diagnosis, sender } = this.#parts;
    if (rules.ok) rules.value.close();
    if (diagnosis.ok) diagnosis.value.close();
    sender.close();
    netlink.close();
  }

  #ruled(rule: (rules: PacketRules) => Outcome<null, string>): Outcome<null, string> {
    const { rules } = this.#parts;
    const ruled = rules.ok ? rule(rules.value) : rules;
    return ruled.ok ? ruled : failure(`packet filter: ${ruled.error}`);
  }

  /** A kernel without tables of this family has none of ours. */
  #unrule(family: TableFamily): void {
    const { rules } = this.#parts;
    if (rules.ok) rules.value.remove(family);
  }

  #keepNothing(why: string): Outcome<null, string> {
    this.endKeeping();
    return failure(why);
  }

  #index(): number {
    return this.#parts.netlink.link(this.#options.interface)?.index ?? 0;
  }
}
