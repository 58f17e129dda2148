/**
 * One unit of a pair: the way to the peer, and over it an election for each home of floating addresses. Where some are
 * at home on the unit set as standby, there are two, which know nothing of each other.
 */
import type { Logger } from "#base/logger.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { Report, ReportFault } from "#connections/report.ts";
import {
  addressesOf,
  type FloatingAddress,
  HOMES,
  type Home,
  homesOf,
  needsNewElection,
  needsNewPaths,
} from "#election/config.ts";
import type { DecodeFault, Packet } from "#election/packet.ts";
import { HeartbeatPaths, type HeartbeatPathsStatus } from "#peer/heartbeat-paths.ts";
import { canonicalAddress } from "#policy/ip-address.ts";
import type { Settings } from "#settings/schema.ts";
import {
  AddressGroup,
  type AddressGroupOptions,
  type AddressGroupStatus,
  type PairCommand,
  peerAddresses,
} from "./address-group.ts";

export interface PairUnitOptions
  extends Pick<AddressGroupOptions, "redundancy" | "clock" | "logger" | "onManualLine" | "onStall"> {
  readonly key: Buffer | null;
  /** 48 bits of chance, not 0, others with each call. */
  readonly drawNonce: () => number;
}

/** That of the addresses at home on the unit set as active, and beside it that of the others. */
export interface PairUnitStatus extends AddressGroupStatus {
  readonly heartbeat: HeartbeatPathsStatus;
  /** Null where no address is at home on the unit set as standby. */
  readonly second: AddressGroupStatus | null;
}

const placeOf = (each: FloatingAddress): string => `${each.address} ${each.interface}`;

export class PairUnit implements AsyncDisposable {
  readonly #options: PairUnitOptions;
  readonly #groups = new Map<Home, AddressGroup>();
  #redundancy: Settings["redundancy"];
  #key: Buffer | null;
  #paths: HeartbeatPaths | null = null;
  #isInMaintenance = false;

  private constructor(options: PairUnitOptions) {
    this.#options = options;
    this.#redundancy = options.redundancy;
    this.#key = options.key;
  }

  /** Opens interfaces and sockets and begins. On failure nothing is left; the error is for the operator. */
  static async start(options: PairUnitOptions): Promise<Outcome<PairUnit, string>> {
    const unit = new PairUnit(options);
    const homes = homesOf(options.redundancy);
    for (const home of HOMES) if (!homes.includes(home)) AddressGroup.forget(home);
    const started = await unit.#startMissing(new Set());
    if (started.ok) return success(unit);
    await unit[Symbol.asyncDispose]();
    return started;
  }

  /** Null before the start. */
  get status(): PairUnitStatus | null {
    const first = this.#groups.get("active")?.status ?? null;
    if (first === null || this.#paths === null) return null;
    const second = this.#groups.get("standby")?.status ?? null;
    return { ...first, heartbeat: this.#paths.status, second };
  }

  /** Does what an operator asks for, or says why that cannot be. `address`: only for those that move with it. */
  command(command: PairCommand, address?: string): Outcome<null, string> {
    const meant = this.#meantBy(command, address);
    if (!meant.ok) return meant;
    if (command === "maintenance-on") this.#isInMaintenance = true;
    if (command === "maintenance-off") this.#isInMaintenance = false;
    for (const group of meant.value) group.command(command);
    return success(null);
  }

  /**
   * Goes on under other settings or another key. What cannot change in a running election makes it begin anew: held
   * addresses stay where they are meanwhile, under their lease, but for those that are in the settings no more.
   * After a failure there is no heartbeat.
   */
  async reload(redundancy: Settings["redundancy"], key: Buffer | null): Promise<Outcome<null, string>> {
    const before = this.#redundancy;
    const isSameKey = key === null ? this.#key === null : this.#key?.equals(key) === true;
    const needsPaths = !isSameKey || needsNewPaths(before, redundancy);
    this.#redundancy = redundancy;
    this.#key = key;
    const held = new Set<Home>();
    for (const [home, group] of this.#groups) {
      const { own } = group.status ?? {};
      if (own?.state === "active" && own.holds) held.add(home);
      if (needsPaths || needsNewElection(before, redundancy, home)) this.#end(home, group, before);
    }
    if (needsPaths) await this.#closePaths();
    for (const group of this.#groups.values()) group.reconfigure(redundancy);
    return this.#startMissing(held);
  }

  service(name: string, alive: boolean): void {
    for (const group of this.#groups.values()) group.service(name, alive);
  }

  /** Hands the addresses over where the peer can take them, and resolves when this unit is off. */
  async stop(): Promise<void> {
    await Promise.all([...this.#groups.values()].map((group) => group.stop()));
  }

  /** Resolves when no connection of before a planned move goes on here. */
  async drained(): Promise<void> {
    await Promise.all([...this.#groups.values()].map((group) => group.drained()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const group of this.#groups.values()) group[Symbol.dispose]();
    this.#groups.clear();
    await this.#closePaths();
  }

  /** Which addresses an operator means. */
  #meantBy(command: PairCommand, address: string | undefined): Outcome<readonly AddressGroup[], string> {
    const all = [...this.#groups.values()];
    const holding = all.filter(({ status }) => status?.own.holds === true);
    switch (command) {
      case "maintenance-on":
      case "maintenance-off":
        return success(all);
      case "announce":
        return holding.length > 0
          ? success(holding)
          : failure("this unit does not hold the floating addresses");
      case "handover": {
        const named = address === undefined ? null : all.filter((group) => hasAddress(group, address));
        if (named?.length === 0) return failure(`${address} is none of the floating addresses`);
        const meant = named ?? (holding.length > 0 ? holding : this.#atHome());
        const isHeard = meant.some(({ status }) => status !== null && status.peer !== null);
        return isHeard ? success(meant) : failure("the other unit has not been heard");
      }
    }
  }

  /** What a unit that holds nothing asks for: its own addresses, where each unit has some. */
  #atHome(): readonly AddressGroup[] {
    const all = [...this.#groups.values()];
    return all.length === 1 ? all : all.filter(({ status }) => status?.own.role === "active");
  }

  #end(home: Home, group: AddressGroup, before: Settings["redundancy"]): void {
    const kept = new Set(this.#redundancy.floatingAddresses.map(placeOf));
    const gone = addressesOf(before, home).filter((each) => !kept.has(placeOf(each)));
    const logger = this.#loggerOf(home);
    if (homesOf(this.#redundancy).includes(home))
      logger("warning", "heartbeat-begins-anew", { why: "settings that cannot change otherwise" });
    else logger("info", "heartbeat-ends", { why: "no address has this home any more" });
    group.leave(gone.map(({ address }) => address));
    group[Symbol.dispose]();
    this.#groups.delete(home);
  }

  /** Opens the paths where there are none, and begins what the settings speak of and does not run; `held`: what was here. */
  async #startMissing(held: ReadonlySet<Home>): Promise<Outcome<null, string>> {
    const paths = this.#paths === null ? await this.#openPaths() : success(this.#paths);
    if (!paths.ok) return paths;
    this.#paths = paths.value;
    for (const home of homesOf(this.#redundancy)) {
      const started = this.#groups.has(home)
        ? success(null)
        : this.#startGroup(home, paths.value, held.has(home));
      if (!started.ok) return started;
    }
    return success(null);
  }

  #startGroup(home: Home, paths: HeartbeatPaths, continues: boolean): Outcome<null, string> {
    const { drawNonce, clock, onManualLine, onStall } = this.#options;
    const group = AddressGroup.start({
      redundancy: this.#redundancy,
      authenticated: this.#key !== null,
      nonce: drawNonce(),
      logger: this.#loggerOf(home),
      ...{ home, continues, paths, clock, onManualLine, onStall },
    });
    if (!group.ok) return group;
    this.#groups.set(home, group.value);
    if (this.#isInMaintenance) group.value.command("maintenance-on");
    return success(null);
  }

  #openPaths(): Promise<Outcome<HeartbeatPaths, string>> {
    const { port, pairId } = this.#redundancy;
    return HeartbeatPaths.open({
      peerAddresses: peerAddresses(this.#redundancy),
      key: this.#key,
      clock: this.#options.clock,
      ...{ port, pairId },
      onPacket: (packet) => this.#received(packet),
      onReport: (report) => this.#reported(report),
    });
  }

  async #closePaths(): Promise<void> {
    await this.#paths?.[Symbol.asyncDispose]();
    this.#paths = null;
  }

  /** What is no packet of this pair is counted with the first. */
  #received(packet: Outcome<Packet, DecodeFault>): void {
    this.#groups.get(packet.ok ? packet.value.home : HOMES[0])?.received(packet);
  }

  /** A report is about the addresses whose session it names; what names none is counted with the first. */
  #reported(report: Outcome<Report, ReportFault>): void {
    const second = this.#groups.get("standby");
    const isOfSecond = report.ok && second?.peerNonce === report.value.nonce;
    (isOfSecond ? second : this.#groups.get("active"))?.reported(report);
  }

  /** Lines about addresses that are at home on the unit set as standby say so. */
  #loggerOf(home: Home): Logger {
    const { logger } = this.#options;
    return home === "active" ? logger : (level, event, values) => logger(level, event, { ...values, home });
  }
}

const hasAddress = ({ status }: AddressGroup, address: string): boolean =>
  status?.floatingAddresses.some((each) => canonicalAddress(each) === canonicalAddress(address)) === true;
