/** The heartbeat process: the unit of a pair, its control socket, and the checks of the services beside it. */
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { ControlCommand, ControlRequest, PairStatusAnswer } from "#control/contract.ts";
import { ControlServer } from "#control/server.ts";
import { needsNewStart } from "#election/config.ts";
import { watchesPair } from "#election/watches-pair.ts";
import { type PairCommand, PairUnit } from "#heartbeat/pair-unit.ts";
import { Syslog } from "#log/syslog.ts";
import type { Settings } from "#settings/schema.ts";
import { HEARTBEAT_SOCKET } from "./heartbeat-socket.ts";
import { readPairKey } from "./pair-key.ts";
import { ServiceChecks } from "./service-checks.ts";

export interface HeartbeatDaemonOptions {
  readonly settings: Settings;
  readonly stateDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

type FloatingAddress = Settings["redundancy"]["floatingAddresses"][number];

const STATE_FOLDER_MODE = 0o700;
const SYSLOG_SOCKET = "/dev/log";

/** What the commands on the control socket mean to the election. */
const MEANINGS: Readonly<Partial<Record<ControlCommand, PairCommand>>> = {
  "pair-handover": "handover",
  "pair-maintenance-on": "maintenance-on",
  "pair-maintenance-off": "maintenance-off",
  "pair-announce": "announce",
};

export class HeartbeatDaemon implements AsyncDisposable {
  readonly #options: HeartbeatDaemonOptions;
  readonly #parts = new AsyncDisposableStack();
  readonly #syslog: Syslog;
  #settings: Settings;
  #key: Buffer | null = null;
  #unit: PairUnit | null = null;
  #checks: ServiceChecks | null = null;

  private constructor(options: HeartbeatDaemonOptions) {
    this.#options = options;
    this.#settings = options.settings;
    const { clock } = options;
    this.#syslog = this.#parts.use(
      new Syslog({ path: SYSLOG_SOCKET, tag: "futago", pid: process.pid, clock }),
    );
  }

  /** Starts all parts; on failure nothing is left of them. The error is a sentence for the operator. */
  static async start(options: HeartbeatDaemonOptions): Promise<Outcome<HeartbeatDaemon, string>> {
    const daemon = new HeartbeatDaemon(options);
    const started = await daemon.#startParts();
    if (started.ok) return success(daemon);
    await daemon[Symbol.asyncDispose]();
    return started;
  }

  /**
   * Goes on under other settings. What cannot change in a running heartbeat makes it begin anew: held
   * addresses stay where they are meanwhile, under their lease, but for those that are in the settings no more.
   * A key that cannot be read changes nothing. After a failure there is no heartbeat, and this process should end.
   */
  async reload(settings: Settings): Promise<Outcome<null, string>> {
    const { logger } = this.#options;
    const before = this.#settings.redundancy;
    const { redundancy } = settings;
    const key = await readPairKey(redundancy.keyFile);
    if (!key.ok) {
      logger("error", "reload-refused", { faults: key.error });
      return success(null);
    }
    const isSameKey = key.value === null ? this.#key === null : this.#key?.equals(key.value) === true;
    this.#settings = settings;
    if (this.#unit !== null && isSameKey && !needsNewStart(before, redundancy)) {
      this.#unit.reconfigure(redundancy);
      this.#watchServices(this.#unit);
      logger("info", "reloaded");
      return success(null);
    }
    logger("warning", "heartbeat-begins-anew", {
      why: "settings that cannot change otherwise",
    });
    this.#key = key.value;
    await this.#endUnit(before.floatingAddresses);
    return this.#startUnit();
  }

  /** Hands over where the peer can take, and resolves when this unit is off. */
  async stop(): Promise<void> {
    await this.#unit?.stop();
  }

  /** Resolves when no connection goes on here that a planned move has left behind. */
  async drained(): Promise<void> {
    await this.#unit?.drained();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#endUnit([]);
    await this.#parts.disposeAsync();
  }

  async #startParts(): Promise<Outcome<null, string>> {
    const { redundancy } = this.#settings;
    if (!watchesPair(redundancy))
      return failure(
        "redundancy.enabled is false or there is no floating address: there is no pair to watch",
      );
    const stateDir = resolve(this.#options.stateDir);
    await mkdir(stateDir, { recursive: true, mode: STATE_FOLDER_MODE });
    const key = await readPairKey(redundancy.keyFile);
    if (!key.ok) return key;
    this.#key = key.value;
    // First, because it is also the lock: two of these on one unit would quarrel.
    const socket = await ControlServer.start(join(stateDir, HEARTBEAT_SOCKET), (request) =>
      this.#answer(request),
    );
    if (!socket.ok) return socket;
    this.#parts.use(socket.value);
    return this.#startUnit();
  }

  async #startUnit(): Promise<Outcome<null, string>> {
    const { clock, logger } = this.#options;
    const { redundancy } = this.#settings;
    const unit = await PairUnit.start({
      redundancy,
      key: this.#key,
      nonce: Math.max(1, randomBytes(6).readUIntBE(0, 6)),
      clock,
      logger,
      onManualLine: (line) => void this.#syslog.write("notice", line),
      onStall: () => this.#checks?.checkNow(),
    });
    if (!unit.ok) return unit;
    this.#unit = unit.value;
    this.#watchServices(unit.value);
    return success(null);
  }

  async #endUnit(before: readonly FloatingAddress[]): Promise<void> {
    this.#checks?.[Symbol.dispose]();
    this.#checks = null;
    const unit = this.#unit;
    this.#unit = null;
    const placeOf = (each: FloatingAddress): string => `${each.address} ${each.interface}`;
    const kept = new Set(this.#settings.redundancy.floatingAddresses.map(placeOf));
    unit?.leave(before.filter((each) => !kept.has(placeOf(each))).map(({ address }) => address));
    await unit?.[Symbol.asyncDispose]();
  }

  #watchServices(unit: PairUnit): void {
    this.#checks?.[Symbol.dispose]();
    this.#checks = new ServiceChecks(this.#settings, (name, alive) => unit.service(name, alive));
  }

  async #answer({ command }: ControlRequest): Promise<Outcome<unknown, string>> {
    const unit = this.#unit;
    const status = unit?.status ?? null;
    if (unit === null || status === null) return failure("the heartbeat process is starting");
    if (command === "pair-status")
      return success({
        unit: this.#settings.unit.name,
        pid: process.pid,
        ...status,
      } satisfies PairStatusAnswer);
    const meant = MEANINGS[command];
    if (meant === undefined) return failure("the unit answers this, on its own socket");
    if (meant === "handover" && status.peer === null) return failure("the other unit has not been heard");
    if (meant === "announce" && !status.own.holds)
      return failure("this unit does not hold the floating addresses");
    unit.command(meant);
    return success({ asked: true });
  }
}
