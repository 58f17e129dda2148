/** The processes beside a unit's workers: each runs while the settings want it, and is a service of the unit. */
import type { Logger } from "#base/logger.ts";
import type { WpadAnswer } from "#control/contract.ts";
import type { Settings } from "#settings/schema.ts";
import { DaemonProcess } from "./daemon-process.ts";
import { HeartbeatProcess } from "./heartbeat-process.ts";
import { type ServiceDesk, serviceOf } from "./service-desk.ts";
import { WpadProcess } from "./wpad-process.ts";

export interface UnitDaemonsOptions {
  readonly heartbeatEntry: URL;
  readonly wpadEntry: URL;
  /** Null: no console. */
  readonly consoleEntry: URL | null;
  /** The settings may have another path from one start to the next. */
  readonly settingsPath: () => string | null;
  readonly stateDir: string;
  readonly controlPath: string;
  readonly logger: Logger;
}

/** Answers are short-lived and may be large: without a bound the runtime would let them lie. */
const CONSOLE_OPTIONS = ["--max-semi-space-size=1", "--max-old-space-size=72", "--optimize-for-size"];

export class UnitDaemons implements AsyncDisposable {
  readonly #options: UnitDaemonsOptions;
  readonly #services: ServiceDesk;
  readonly #heartbeat: HeartbeatProcess;
  readonly #wpad: WpadProcess;
  #console: DaemonProcess | null = null;

  constructor(options: UnitDaemonsOptions, services: ServiceDesk) {
    const { heartbeatEntry, wpadEntry, settingsPath, stateDir, logger } = options;
    this.#options = options;
    this.#services = services;
    this.#heartbeat = new HeartbeatProcess({ entry: heartbeatEntry, settingsPath, stateDir, logger });
    this.#wpad = new WpadProcess({ entry: wpadEntry, settingsPath, stateDir, logger });
  }

  get wpadStatus(): WpadAnswer | null {
    return this.#wpad.status;
  }

  /** Starts, ends and reloads what these settings want so. The console follows them by itself. */
  async follow(settings: Settings): Promise<void> {
    await this.#heartbeat.follow(settings);
    this.#list("heartbeat", this.#heartbeat.daemon);
    if (settings.console.enabled) this.#startConsole();
    this.#wpad.follow(settings);
    this.#list("wpad", this.#wpad.daemon);
  }

  /** The unit is about to end: the addresses go to the other unit, and new scripts name this one last. */
  async handOver(): Promise<void> {
    await this.#heartbeat.handOver();
    this.#wpad.drain();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#wpad[Symbol.asyncDispose](), this.#console?.stop()]);
    await this.#heartbeat[Symbol.asyncDispose]();
  }

  #startConsole(): void {
    const { consoleEntry: entry, settingsPath, stateDir, controlPath, logger } = this.#options;
    if (entry === null || this.#console !== null) return;
    const args = ["--socket", controlPath];
    const place = { entry, settingsPath, stateDir, logger };
    this.#console = new DaemonProcess({ ...place, name: "console", args, nodeOptions: CONSOLE_OPTIONS });
    this.#services.add(serviceOf(this.#console));
  }

  #list(name: string, daemon: DaemonProcess | null): void {
    if (daemon === null) this.#services.remove(name);
    else this.#services.add(serviceOf(daemon));
  }
}
