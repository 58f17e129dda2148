/** The processes beside a unit: heartbeat, WPAD server and console, each as the settings want it. */
import type { Logger } from "#base/logger.ts";
import { success } from "#base/outcome.ts";
import type { ServiceAnswer, WpadAnswer } from "#control/contract.ts";
import type { Settings } from "#settings/schema.ts";
import { DaemonProcess } from "./daemon-process.ts";
import { HeartbeatProcess } from "./heartbeat-process.ts";
import { type Service, type ServiceDesk, serviceOf } from "./service-desk.ts";
import { WpadProcess } from "./wpad-process.ts";

export interface UnitDaemonsOptions {
  readonly heartbeatEntry: URL;
  readonly wpadEntry: URL;
  /** Null where there is no console. */
  readonly consoleEntry: URL | null;
  /** The settings file as it is at the start of a process; null for the defaults. */
  readonly settingsPath: () => string | null;
  readonly stateDir: string;
  readonly controlPath: string;
  readonly services: ServiceDesk;
  readonly logger: Logger;
}

/** Answers are short-lived and may be large: without a bound the runtime would let them lie. */
const CONSOLE_OPTIONS = ["--max-semi-space-size=2", "--max-old-space-size=96", "--optimize-for-size"];

const STOPPED_HEARTBEAT: ServiceAnswer = {
  service: "heartbeat",
  state: "stopped",
  detail: "",
  pid: null,
  sinceMs: 0,
  restarts: 0,
};

export class UnitDaemons implements AsyncDisposable {
  readonly #options: UnitDaemonsOptions;
  readonly #wpad: WpadProcess;
  #heartbeat: HeartbeatProcess | null = null;
  #console: DaemonProcess | null = null;

  /** Starts what the settings want. */
  constructor(options: UnitDaemonsOptions, settings: Settings) {
    this.#options = options;
    const { wpadEntry: entry, settingsPath, stateDir, logger } = options;
    this.#wpad = new WpadProcess({ entry, settingsPath, stateDir, logger });
    if (settings.redundancy.enabled) this.#startHeartbeat();
    this.#followWpad(settings);
    if (settings.console.enabled) this.#startConsole();
  }

  /** What the WPAD server told last; null while it does not run. */
  get wpadStatus(): WpadAnswer | null {
    return this.#wpad.status;
  }

  /** The settings have changed: each process reads them again, begins or ends. The console follows by itself. */
  async follow(before: Settings, after: Settings): Promise<void> {
    this.#followWpad(after);
    if (after.redundancy.enabled && before.redundancy.enabled) this.#heartbeat?.reload();
    else if (after.redundancy.enabled) this.#startHeartbeat();
    else await this.#endHeartbeat();
  }

  /** The unit is about to drain: the addresses go to the other unit, and scripts name this one last. */
  async drain(): Promise<void> {
    await this.#heartbeat?.handOver();
    this.#wpad.drain();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#console?.stop(), this.#wpad[Symbol.asyncDispose](), this.#endHeartbeat()]);
  }

  #startHeartbeat(): void {
    const { heartbeatEntry: entry, settingsPath, stateDir, logger, services } = this.#options;
    this.#heartbeat ??= new HeartbeatProcess({ entry, settingsPath, stateDir, logger });
    services.add(this.#heartbeatService());
  }

  async #endHeartbeat(): Promise<void> {
    this.#options.services.remove("heartbeat");
    const ending = this.#heartbeat;
    this.#heartbeat = null;
    await ending?.[Symbol.asyncDispose]();
  }

  /** Stopping it hands the addresses over; then this unit has no part in the pair until it is started. */
  #heartbeatService(): Service {
    const status = (): ServiceAnswer => this.#heartbeat?.status ?? STOPPED_HEARTBEAT;
    return {
      get status() {
        return status();
      },
      start: async () => {
        this.#startHeartbeat();
        return success(null);
      },
      stop: async () => {
        const ending = this.#heartbeat;
        this.#heartbeat = null;
        await ending?.[Symbol.asyncDispose]();
        return success(null);
      },
    };
  }

  #followWpad(settings: Settings): void {
    this.#wpad.follow(settings);
    const { services } = this.#options;
    if (this.#wpad.daemon === null) services.remove("wpad");
    else services.add(serviceOf(this.#wpad.daemon));
  }

  #startConsole(): void {
    const { consoleEntry: entry, settingsPath, stateDir, controlPath, logger, services } = this.#options;
    if (entry === null) return;
    const args = ["--socket", controlPath];
    const place = { entry, settingsPath, stateDir, logger };
    this.#console = new DaemonProcess({ ...place, name: "console", args, nodeOptions: CONSOLE_OPTIONS });
    services.add(serviceOf(this.#console));
  }
}
