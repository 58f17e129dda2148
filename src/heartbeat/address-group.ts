/**
 * The floating addresses of one home on this unit: they move together, by an election of their own. It drives the
 * kernel and the network; the way to the peer is shared.
 */
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import { type Outcome, success } from "#base/outcome.ts";
import type { Report, ReportFault } from "#connections/report.ts";
import { addressesOf, type Home, pairConfig, type UnitIdentity } from "#election/config.ts";
import type { OperatorCommand } from "#election/event.ts";
import type { DecodeFault, Packet } from "#election/packet.ts";
import type { PairStatus } from "#election/pair-status.ts";
import { ClientConnections } from "#floating-ip/client-connections.ts";
import { FloatingAddresses } from "#floating-ip/floating-addresses.ts";
import type { HeartbeatPaths } from "#peer/heartbeat-paths.ts";
import { canonicalAddress, formatIpAddress } from "#policy/ip-address.ts";
import type { Settings } from "#settings/schema.ts";
import { ConnectionKeeper, type ConnectionsStatus } from "./connection-keeper.ts";
import { GatewayWatch } from "./gateway-watch.ts";
import type { ConnectionTimes } from "./own-connections.ts";
import { PairDriver } from "./pair-driver.ts";

export interface AddressGroupOptions {
  readonly home: Home;
  /** They have passed `checkRedundancySettings`, and name an address with that home. */
  readonly redundancy: Settings["redundancy"];
  /** Whether there is a pair key. */
  readonly authenticated: boolean;
  /** 48 bits of chance, not 0. */
  readonly nonce: number;
  /** The unit has held the addresses of this home until now: such as are new join them, and it goes on with all. */
  readonly continues: boolean;
  readonly paths: Pick<HeartbeatPaths, "send" | "report">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onManualLine: (line: string) => void;
  /** Look at the services again, and tell `service`. */
  readonly onStall: () => void;
}

export interface AddressGroupStatus extends PairStatus {
  readonly home: Home;
  readonly floatingAddresses: readonly string[];
  readonly connections: ConnectionsStatus;
}

/** What an operator may ask of a unit that runs. */
export type PairCommand = Exclude<OperatorCommand, "start" | "stop">;

/** The packet filter's tables of each. */
const TABLES = { active: "futago", standby: "futago-standby" } as const satisfies Record<Home, string>;

export class AddressGroup implements Disposable {
  readonly #options: AddressGroupOptions;
  #redundancy: Settings["redundancy"];
  readonly #parts = new DisposableStack();
  readonly #stopped = Promise.withResolvers<void>();
  readonly #gateway: string | null;
  readonly #peers: ReadonlySet<string>;
  /** The hardware addresses that the peer's real addresses were seen at, by those. */
  readonly #peerMacs = new Map<string, string>();
  #floating: FloatingAddresses | null = null;
  #driver: PairDriver | null = null;
  #connections: ConnectionKeeper | null = null;
  #kernelConnections: ClientConnections | null = null;
  #gatewayWatch: GatewayWatch | null = null;

  private constructor(options: AddressGroupOptions) {
    const { gateway } = options.redundancy;
    this.#options = options;
    this.#redundancy = options.redundancy;
    this.#gateway = gateway === undefined ? null : canonicalAddress(gateway);
    this.#peers = new Set(peerAddresses(options.redundancy).map(canonicalAddress));
  }

  /** Opens interfaces and begins. On failure nothing is left; the error is for the operator. */
  static start(options: AddressGroupOptions): Outcome<AddressGroup, string> {
    const group = new AddressGroup(options);
    const opened = group.#open();
    if (opened.ok) return success(group);
    group[Symbol.dispose]();
    return opened;
  }

  /** For a home without addresses: what an earlier life of this unit has left is removed. */
  static forget(home: Home): void {
    ClientConnections.forget(TABLES[home]);
  }

  /** Null before the start. */
  get status(): AddressGroupStatus | null {
    if (this.#driver === null || this.#connections === null) return null;
    return {
      home: this.#options.home,
      ...this.#driver.status,
      floatingAddresses: this.#addresses,
      connections: this.#connections.status,
    };
  }

  /** The session of the peer that has been confirmed; null: none. */
  get peerNonce(): number | null {
    return this.#driver?.peerNonce ?? null;
  }

  /** A heartbeat about these addresses. */
  received(packet: Outcome<Packet, DecodeFault>): void {
    this.#driver?.received(packet);
  }

  /** What the peer tells of the clients' connections of these addresses. */
  reported(report: Outcome<Report, ReportFault>): void {
    this.#connections?.received(report);
  }

  command(command: PairCommand): void {
    this.#driver?.command(command);
  }

  /** Goes on under other settings, as far as `needsNewElection` does not say otherwise. */
  reconfigure(redundancy: Settings["redundancy"]): void {
    this.#redundancy = redundancy;
    this.#connections?.reconfigure(timesOf(redundancy));
    this.#driver?.reconfigure(pairConfig(redundancy, this.#identity(), this.#options.home));
  }

  service(name: string, alive: boolean): void {
    this.#driver?.service(name, alive);
  }

  /** Hands the addresses over where the peer can take them, and resolves when this unit is off. */
  stop(): Promise<void> {
    this.#driver?.command("stop");
    return this.#stopped.promise;
  }

  /** Ends the driver and gives these addresses up; others stay under their lease for who comes next. */
  leave(addresses: readonly string[]): void {
    this.#driver?.close();
    const left = this.#floating?.release(new Set(addresses.map(canonicalAddress)));
    if (left?.ok === false) this.#options.logger("error", "address-stays", { why: left.error });
  }

  /** Resolves when no connection of before a planned move goes on here. */
  async drained(): Promise<void> {
    await this.#connections?.drained();
  }

  [Symbol.dispose](): void {
    this.#parts.dispose();
  }

  get #addresses(): readonly string[] {
    return addressesOf(this.#redundancy, this.#options.home).map(({ address }) => address);
  }

  #open(): Outcome<null, string> {
    const { home, continues, logger } = this.#options;
    const floating = FloatingAddresses.open({
      addresses: addressesOf(this.#redundancy, home),
      gateway: this.#gateway,
      neighbours: [...this.#peers],
      onLink: () => this.#driver?.linkChanged(),
      onAddresses: () => this.#driver?.addressesChanged(),
      onClaim: ({ address, mac }) => this.#hearClaim(address, mac),
    });
    if (!floating.ok) return floating;
    this.#floating = floating.value;
    this.#parts.defer(() => floating.value.close());
    // What is only half there would be given up and taken anew.
    const joined = continues ? floating.value.hold(this.#redundancy.leaseMs) : success(null);
    if (!joined.ok) logger("error", "address-refused", { why: joined.error });
    const connections = this.#openConnections();
    if (!connections.ok) return connections;
    const driver = this.#makeDriver(floating.value, connections.value);
    this.#driver = driver;
    this.#parts.defer(() => driver.close());
    driver.start();
    this.#watchGateway(driver);
    return success(null);
  }

  #openConnections(): Outcome<ConnectionKeeper, string> {
    const { home, paths, nonce, clock, logger } = this.#options;
    const kernel = ClientConnections.open({
      addresses: this.#addresses,
      interface: addressesOf(this.#redundancy, home)[0]?.interface ?? "",
      floating: () => this.#redundancy.floatingAddresses.map(({ address }) => address),
      table: TABLES[home],
    });
    if (!kernel.ok) return kernel;
    this.#kernelConnections = kernel.value;
    this.#parts.defer(() => kernel.value.close());
    const keeper = new ConnectionKeeper({
      kernel: kernel.value,
      send: (report) => paths.report(report),
      peerNonce: () => this.peerNonce,
      times: timesOf(this.#redundancy),
      pairId: this.#redundancy.pairId,
      ...{ nonce, clock, logger },
    });
    this.#connections = keeper;
    this.#parts.defer(() => keeper.close());
    return success(keeper);
  }

  #makeDriver(kernel: FloatingAddresses, connections: ConnectionKeeper): PairDriver {
    const { home, authenticated, nonce, paths, clock, logger, onManualLine } = this.#options;
    return new PairDriver({
      config: pairConfig(this.#redundancy, this.#identity(), home),
      ...{ kernel, paths, connections, clock, logger, onManualLine, nonce, authenticated },
      onStall: () => this.#lookAgain(),
      onStopped: () => this.#stopped.resolve(),
    });
  }

  /** The real address is of the peer's family, on the first interface that has these addresses. */
  #identity(): UnitIdentity {
    const unitId = Number.parseInt(this.#floating?.hardwareAddress ?? "", 16);
    const via = this.#kernelConnections?.via();
    const own = this.#redundancy.peerAddress?.includes(":") === true ? via?.ipv6 : via?.ipv4;
    return { unitId, ownAddress: own === null || own === undefined ? "" : formatIpAddress(own) };
  }

  /** The peer's hardware address is asked for in the same rhythm: it may get another network card. */
  #watchGateway(driver: PairDriver): void {
    const watch = new GatewayWatch(
      () => {
        if (this.#gateway !== null) this.#floating?.askFor(this.#gateway);
        for (const peer of this.#peers) this.#floating?.askFor(peer);
        this.#floating?.keepNeighbours();
      },
      (answers) => driver.gateway(answers),
    );
    this.#gatewayWatch = watch;
    this.#parts.defer(() => watch.stop());
    watch.start();
  }

  #lookAgain(): void {
    if (this.#gateway !== null) this.#floating?.askFor(this.#gateway);
    this.#options.onStall();
  }

  #hearClaim(address: string, mac: string): void {
    if (address === this.#gateway) this.#gatewayWatch?.heard();
    else if (this.#peers.has(address)) this.#peerMacs.set(address, mac);
    else this.#driver?.addressClaimed([...this.#peerMacs.values()].includes(mac) ? "peer" : "stranger");
  }
}

const timesOf = ({ drainMs, leaseMs, intervalMs, count }: Settings["redundancy"]): ConnectionTimes => ({
  drainMs,
  leaseMs,
  silenceMs: intervalMs * count,
});

/** The peer's real addresses, one for each path. */
export const peerAddresses = ({
  peerAddress,
  secondPeerAddress,
}: Settings["redundancy"]): readonly string[] =>
  [peerAddress, secondPeerAddress].filter((address) => address !== undefined);
