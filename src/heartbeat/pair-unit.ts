/** One unit of a pair: the election's driver with the kernel, the network and the way to the peer. */
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import { pairConfig, type UnitIdentity } from "#election/config.ts";
import type { OperatorCommand } from "#election/event.ts";
import type { PairStatus } from "#election/pair-status.ts";
import { ClientConnections } from "#floating-ip/client-connections.ts";
import { FloatingAddresses } from "#floating-ip/floating-addresses.ts";
import { HeartbeatPaths, type HeartbeatPathsStatus } from "#peer/heartbeat-paths.ts";
import { formatIpAddress, parseIpAddress } from "#policy/ip-address.ts";
import type { Settings } from "#settings/schema.ts";
import { ConnectionKeeper, type ConnectionsStatus } from "./connection-keeper.ts";
import { GatewayWatch } from "./gateway-watch.ts";
import type { ConnectionTimes } from "./own-connections.ts";
import { PairDriver } from "./pair-driver.ts";

export interface PairUnitOptions {
  /** They have passed `checkRedundancySettings`. */
  readonly redundancy: Settings["redundancy"];
  readonly key: Buffer | null;
  /** 48 bits of chance, not 0. */
  readonly nonce: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onManualLine: (line: string) => void;
  /** Look at the services again, and tell `service`. */
  readonly onStall: () => void;
}

export interface PairUnitStatus extends PairStatus {
  readonly floatingAddresses: readonly string[];
  readonly heartbeat: HeartbeatPathsStatus;
  readonly connections: ConnectionsStatus;
}

/** What an operator may ask of a unit that runs. */
export type PairCommand = Exclude<OperatorCommand, "start" | "stop">;

const canonical = (text: string): string => {
  const address = parseIpAddress(text);
  return address === null ? text : formatIpAddress(address);
};

export class PairUnit implements AsyncDisposable {
  readonly #options: PairUnitOptions;
  #redundancy: Settings["redundancy"];
  readonly #parts = new AsyncDisposableStack();
  readonly #stopped = Promise.withResolvers<void>();
  readonly #gateway: string | null;
  readonly #peers: ReadonlySet<string>;
  /** The hardware addresses that the peer's real addresses were seen at, by those. */
  readonly #peerMacs = new Map<string, string>();
  #floating: FloatingAddresses | null = null;
  #paths: HeartbeatPaths | null = null;
  #driver: PairDriver | null = null;
  #connections: ConnectionKeeper | null = null;
  #kernelConnections: ClientConnections | null = null;
  #gatewayWatch: GatewayWatch | null = null;

  private constructor(options: PairUnitOptions) {
    const { gateway } = options.redundancy;
    this.#options = options;
    this.#redundancy = options.redundancy;
    this.#gateway = gateway === undefined ? null : canonical(gateway);
    this.#peers = new Set(peerAddresses(options.redundancy).map(canonical));
  }

  /** Opens interfaces and sockets and begins. On failure nothing is left; the error is for the operator. */
  static async start(options: PairUnitOptions): Promise<Outcome<PairUnit, string>> {
    const unit = new PairUnit(options);
    const opened = await unit.#open();
    if (opened.ok) return success(unit);
    await unit[Symbol.asyncDispose]();
    return opened;
  }

  /** Null before the start. */
  get status(): PairUnitStatus | null {
    if (this.#driver === null || this.#paths === null || this.#connections === null) return null;
    return {
      ...this.#driver.status,
      floatingAddresses: this.#redundancy.floatingAddresses.map(({ address }) => address),
      heartbeat: this.#paths.status,
      connections: this.#connections.status,
    };
  }

  command(command: PairCommand): void {
    this.#driver?.command(command);
  }

  /** Goes on under other settings, as far as `needsNewStart` does not say otherwise. */
  reconfigure(redundancy: Settings["redundancy"]): void {
    this.#redundancy = redundancy;
    this.#connections?.reconfigure(timesOf(redundancy));
    this.#driver?.reconfigure(pairConfig(redundancy, this.#identity()));
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
    const left = this.#floating?.release(new Set(addresses.map(canonical)));
    if (left?.ok === false) this.#options.logger("error", "address-stays", { why: left.error });
  }

  /** Resolves when no connection of before a planned move goes on here. */
  async drained(): Promise<void> {
    await this.#connections?.drained();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync();
  }

  async #open(): Promise<Outcome<null, string>> {
    const { key, clock } = this.#options;
    const redundancy = this.#redundancy;
    const floating = FloatingAddresses.open({
      addresses: redundancy.floatingAddresses,
      gateway: this.#gateway,
      neighbours: [...this.#peers],
      onLink: () => this.#driver?.linkChanged(),
      onAddresses: () => this.#driver?.addressesChanged(),
      onClaim: ({ address, mac }) => this.#hearClaim(address, mac),
    });
    if (!floating.ok) return floating;
    this.#floating = floating.value;
    this.#parts.defer(() => floating.value.close());
    const paths = await HeartbeatPaths.open({
      peerAddresses: peerAddresses(redundancy),
      port: redundancy.port,
      pairId: redundancy.pairId,
      key,
      clock,
      onPacket: (packet) => this.#driver?.received(packet),
      onReport: (report) => this.#connections?.received(report),
    });
    if (!paths.ok) return failure(paths.error);
    this.#paths = paths.value;
    this.#parts.use(paths.value);
    const connections = this.#openConnections(paths.value);
    if (!connections.ok) return connections;
    const driver = this.#makeDriver(floating.value, paths.value, connections.value);
    this.#driver = driver;
    this.#parts.defer(() => driver.close());
    driver.start();
    this.#watchGateway(driver);
    return success(null);
  }

  #openConnections(paths: HeartbeatPaths): Outcome<ConnectionKeeper, string> {
    const { nonce, clock, logger } = this.#options;
    const { floatingAddresses, pairId } = this.#redundancy;
    const addresses = floatingAddresses.map(({ address }) => address);
    const kernel = ClientConnections.open(addresses, floatingAddresses[0]?.interface ?? "");
    if (!kernel.ok) return kernel;
    this.#kernelConnections = kernel.value;
    this.#parts.defer(() => kernel.value.close());
    const keeper = new ConnectionKeeper({
      kernel: kernel.value,
      send: (report) => paths.report(report),
      peerNonce: () => this.#driver?.peerNonce ?? null,
      times: timesOf(this.#redundancy),
      ...{ pairId, nonce, clock, logger },
    });
    this.#connections = keeper;
    this.#parts.defer(() => keeper.close());
    return success(keeper);
  }

  #makeDriver(kernel: FloatingAddresses, paths: HeartbeatPaths, connections: ConnectionKeeper): PairDriver {
    const { key, nonce, clock, logger, onManualLine } = this.#options;
    return new PairDriver({
      config: pairConfig(this.#redundancy, this.#identity()),
      ...{ kernel, paths, connections, clock, logger, onManualLine, nonce },
      authenticated: key !== null,
      onStall: () => this.#lookAgain(),
      onStopped: () => this.#stopped.resolve(),
    });
  }

  /** The real address is of the peer's family, on the first interface that has floating addresses. */
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

const peerAddresses = ({ peerAddress, secondPeerAddress }: Settings["redundancy"]): readonly string[] =>
  [peerAddress, secondPeerAddress].filter((address) => address !== undefined);
