/** The heartbeat process: the unit of a pair, its control socket, and the checks of the services beside it. */
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { ControlCommand, ControlRequest, PairStatusAnswer } from "#control/contract.ts";
import { ControlServer } from "#control/server.ts";
import { watchesPair } from "#election/watches-pair.ts";
import type { PairCommand } from "#heartbeat/address-group.ts";
import { PairUnit } from "#heartbeat/pair-unit.ts";
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
   * Goes on under other settings (`PairUnit.reload`). A key that cannot be read changes nothing. After a failure
   * there is no heartbeat, and this process should end.
   */
  async reload(settings: Settings): Promise<Outcome<null, string>> {
    const { logger } = this.#options;
    const key = await readPairKey(settings.redundancy.keyFile);
    if (!key.ok) {
      logger("error", "reload-refused", { faults: key.error });
      return success(null);
    }
    this.#settings = settings;
    const reloaded = (await this.#unit?.reload(settings.redundancy, key.value)) ?? success(null);
    if (!reloaded.ok) return reloaded;
    this.#watchServices();
    logger("info", "reloaded");
    return success(null);
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
    this.#checks?.[Symbol.dispose]();
    await this.#unit?.[Symbol.asyncDispose]();
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
    // First, because it is also the lock: two of these on one unit would quarrel.
    const socket = await ControlServer.start(join(stateDir, HEARTBEAT_SOCKET), (request) =>
      this.#answer(request),
    );
    if (!socket.ok) return socket;
    this.#parts.use(socket.value);
    const { clock, logger } = this.#options;
    const unit = await PairUnit.start({
      ...{ redundancy, clock, logger },
      key: key.value,
      drawNonce: () => Math.max(1, randomBytes(6).readUIntBE(0, 6)),
      onManualLine: (line) => void this.#syslog.write("notice", line),
      onStall: () => this.#checks?.checkNow(),
    });
    if (!unit.ok) return unit;
    this.#unit = unit.value;
    this.#watchServices();
    return success(null);
  }

  #watchServices(): void {
    this.#checks?.[Symbol.dispose]();
    this.#checks = new ServiceChecks(this.#settings, (name, alive) => this.#unit?.service(name, alive));
  }

  async #answer(request: ControlRequest): Promise<Outcome<unknown, string>> {
    const unit = this.#unit;
    const status = unit?.status ?? null;
    if (unit === null || status === null) return failure("the heartbeat process is starting");
    if (request.command === "pair-status")
      return success({
        unit: this.#settings.unit.name,
        pid: process.pid,
        ...status,
      } satisfies PairStatusAnswer);
    const meant = MEANINGS[request.command];
    if (meant === undefined) return failure("the unit answers this, on its own socket");
    const address = request.command === "pair-handover" ? request.address : undefined;
    const done = unit.command(meant, address);
    return done.ok ? success({ asked: true }) : done;
  }
}
