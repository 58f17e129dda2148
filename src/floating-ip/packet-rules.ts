/**
 * What a unit tells its kernel's packet filter so that connections outlive a planned move of their address.
 *
 * The unit that had the address keeps it without telling anybody: it answers no question for it (ARP), and
 * asks no question in its name. IPv6 needs no rule, since the address is on another interface.
 *
 * The unit that has it now passes on what belongs to no socket here: a copy goes to the other unit, the
 * packet itself is dropped. A first packet of a connection always stays here. So no list of connections is
 * needed, and none can be out of date. While both units have the address each may pass on what the other does not
 * know either: so a packet that comes from the other unit, which its hop limit shows, stays where it is.
 *
 * All of it is in tables of our own, which no other program touches: removing them removes everything. Addresses that
 * move by themselves have tables by themselves.
 */
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { IpAddress } from "#policy/ip-address.ts";
import { addressBytes } from "./address-bytes.ts";
import { messagesOf, resultOf } from "./netlink-format.ts";
import { openNetlink } from "./netlink-socket.ts";
import {
  ACCEPT,
  type BatchPart,
  batch,
  type ChainPlace,
  compare,
  DROP,
  deleteTable,
  duplicate,
  type Expression,
  goTo,
  loadPayload,
  loadProtocol,
  loadSocket,
  mask,
  newChain,
  newRule,
  newTable,
  type PayloadPlace,
  setRegister,
  storePayload,
  type TableFamily,
} from "./nft-message.ts";
import { close, EINTR, errorName, lastError, readMessage, writeMessage } from "./system-calls.ts";

const NETLINK_NETFILTER = 12;

const TCP = Buffer.from([6]);
const FLAGS_OF_TCP: PayloadPlace = { base: "transport", offset: 13, length: 1 };
const SYN = Buffer.from([0x02]);
const SYN_ACK = Buffer.from([0x12]);
const ONE = Buffer.from([1]);

const HOOK = { arpIn: 0, arpOut: 1, prerouting: 0 };
/** Before anything else looks at the destination: the kernel's usual place for mangling. */
const MANGLE = -150;

const DESTINATION: Readonly<Record<IpAddress["family"], PayloadPlace>> = {
  4: { base: "network", offset: 16, length: 4 },
  6: { base: "network", offset: 24, length: 16 },
};
const HOP_LIMIT: Readonly<Record<IpAddress["family"], PayloadPlace>> = {
  4: { base: "network", offset: 8, length: 1 },
  6: { base: "network", offset: 7, length: 1 },
};
/** The kernel lets a copy go with one less. No client's packet has so little left: it has crossed no 60 routers. */
const HOPS_TO_GO = Buffer.from([2]);
const HOPS_OF_COPY = ONE;
const ARP_SENDER: PayloadPlace = { base: "network", offset: 14, length: 4 };
const ARP_TARGET: PayloadPlace = { base: "network", offset: 24, length: 4 };

const R1 = 1;
const R2 = 2;

/** Where packets are passed on to: a neighbour, and the index of the interface that it is on. */
export interface Neighbour {
  readonly address: IpAddress;
  readonly index: number;
}

/** Deleting what is not there would be refused. */
const gone = (family: TableFamily, table: string): readonly BatchPart[] => [
  newTable(family, table),
  deleteTable(family, table),
];
const fresh = (family: TableFamily, table: string): readonly BatchPart[] => [
  ...gone(family, table),
  newTable(family, table),
];

const nativeIndex = (index: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(index);
  return bytes;
};

const isAt = (place: PayloadPlace, address: IpAddress): readonly Expression[] => [
  loadPayload(R1, place),
  compare(R1, "equal", addressBytes(address)),
];

/** Passes packets for these addresses on to a neighbour, unless they belong to a connection here. */
function passOn(table: string, addresses: readonly IpAddress[], to: Neighbour): readonly BatchPart[] {
  const family: TableFamily = to.address.family === 4 ? "ip" : "ip6";
  const at = (chain: string): ChainPlace => ({ family, table, chain });
  const hopLimit = HOP_LIMIT[to.address.family];
  const [entry, known, neighbour] = [at("entry"), at("known"), at("neighbour")];
  return [
    ...fresh(family, table),
    newChain(neighbour),
    newChain(known),
    newChain(entry, { number: HOOK.prerouting, priority: MANGLE }),
    newRule(neighbour, [loadPayload(R1, hopLimit), compare(R1, "atMost", HOPS_OF_COPY), ACCEPT]),
    newRule(neighbour, [
      setRegister(R1, HOPS_TO_GO),
      storePayload(R1, hopLimit),
      setRegister(R1, addressBytes(to.address)),
      setRegister(R2, nativeIndex(to.index)),
      duplicate(R1, R2),
      DROP,
    ]),
    newRule(known, [loadProtocol(R1), compare(R1, "unequal", TCP), ACCEPT]),
    newRule(known, [loadPayload(R1, FLAGS_OF_TCP), mask(R1, SYN_ACK), compare(R1, "equal", SYN), ACCEPT]),
    // A socket that listens on all addresses is no connection; every other is, also one that is closing.
    newRule(known, [loadSocket(R1, "wildcard"), compare(R1, "equal", ONE), goTo(neighbour.chain)]),
    newRule(known, [loadSocket(R1, "transparent"), compare(R1, "atMost", ONE), ACCEPT]),
    newRule(known, [goTo(neighbour.chain)]),
    ...addresses.map((address) =>
      newRule(entry, [...isAt(DESTINATION[address.family], address), goTo(known.chain)]),
    ),
  ];
}

/** Hides these IPv4 addresses: no ARP for them comes in, none goes out in their name but in `real`'s. */
function hide(table: string, addresses: readonly IpAddress[], real: IpAddress): readonly BatchPart[] {
  const at = (chain: string): ChainPlace => ({ family: "arp", table, chain });
  return [
    ...fresh("arp", table),
    newChain(at("in"), { number: HOOK.arpIn, priority: 0 }),
    newChain(at("out"), { number: HOOK.arpOut, priority: 0 }),
    ...addresses.flatMap((address) => [
      newRule(at("in"), [...isAt(ARP_TARGET, address), DROP]),
      newRule(at("out"), [
        ...isAt(ARP_SENDER, address),
        setRegister(R1, addressBytes(real)),
        storePayload(R1, ARP_SENDER),
      ]),
    ]),
  ];
}

export class PacketRules {
  readonly #fd: number;
  readonly #table: string;

  private constructor(fd: number, table: string) {
    this.#fd = fd;
    this.#table = table;
  }

  /** The rules in the tables of that name. */
  static open(table: string): Outcome<PacketRules, string> {
    const fd = openNetlink(NETLINK_NETFILTER, 0);
    return fd.ok ? success(new PacketRules(fd.value, table)) : fd;
  }

  /**
   * Makes the kernel load what rules for these addresses need, by rules that are never in force: the batch that
   * makes them removes them. In the middle of a move it would take the time of several heartbeats.
   */
  prepare(addresses: readonly IpAddress[]): Outcome<null, string> {
    const table = `${this.#table}_prepared`;
    for (const address of addresses) {
      const to = { address, index: 1 };
      const family: TableFamily = address.family === 4 ? "ip" : "ip6";
      const tried = this.#apply([...passOn(table, [address], to), deleteTable(family, table)]);
      if (!tried.ok) return tried;
    }
    return success(null);
  }

  /** Passes packets for these addresses on, from now on; all of them are of the neighbour's family. */
  passOn(addresses: readonly IpAddress[], to: Neighbour): Outcome<null, string> {
    return this.#apply(passOn(this.#table, addresses, to));
  }

  /** Hides these addresses from now on. */
  hide(addresses: readonly IpAddress[], real: IpAddress): Outcome<null, string> {
    return this.#apply(hide(this.#table, addresses, real));
  }

  /** Whether there is a table of ours of that family. */
  has(family: TableFamily): boolean {
    const made = this.#apply([newTable(family, this.#table, true)]);
    if (made.ok) this.remove(family);
    return !made.ok && made.error === "EEXIST";
  }

  /** Removes our table of that family; one that is not there is no failure. */
  remove(family: TableFamily): Outcome<null, string> {
    return this.#apply(gone(family, this.#table));
  }

  close(): void {
    close(this.#fd);
  }

  /** Does all of it or nothing. The error is the system's name of the first, such as ENOENT or EOPNOTSUPP. */
  #apply(parts: readonly BatchPart[]): Outcome<null, string> {
    if (writeMessage(this.#fd, batch(parts)) < 0) return failure(errorName(lastError()));
    let refused: string | null = null;
    // The kernel has answered when the write returns; nothing more to read means that all has been read.
    for (;;) {
      const bytes = readMessage(this.#fd);
      if (bytes === null) {
        if (lastError() === EINTR) continue;
        return refused === null ? success(null) : failure(refused);
      }
      for (const raw of messagesOf(bytes)) {
        const result = resultOf(raw);
        if (result?.kind === "result" && result.error !== 0) refused ??= errorName(result.error);
      }
    }
  }
}
