/** The WPAD server beside a unit: it runs while the settings want it, and follows them. */
import { isDeepStrictEqual } from "node:util";
import type { WpadAnswer } from "#control/contract.ts";
import type { Settings } from "#settings/schema.ts";
import { DaemonProcess, type DaemonProcessOptions } from "./daemon-process.ts";

/** Ten thousand connections in the middle of their heads fit; more is a fault that a new start ends. */
const NODE_OPTIONS = ["--max-old-space-size=160"];

/** What its scripts depend on. */
const SECTIONS = ["wpad", "clients", "redundancy"] as const;

export class WpadProcess implements AsyncDisposable {
  readonly #place: Omit<DaemonProcessOptions, "name">;
  #process: DaemonProcess | null = null;
  #settings: Settings | null = null;
  #status: WpadAnswer | null = null;

  constructor(place: Omit<DaemonProcessOptions, "name">) {
    this.#place = place;
  }

  /** What it told last; null while it does not run. */
  get status(): WpadAnswer | null {
    return this.#status;
  }

  /** Null where the settings do not want it. */
  get daemon(): DaemonProcess | null {
    return this.#settings?.wpad.enabled === true ? this.#process : null;
  }

  /** Starts it, ends it or makes it read its settings again, as these settings want. */
  follow(settings: Settings): void {
    const before = this.#settings;
    this.#settings = settings;
    if (!settings.wpad.enabled) void this.#stop();
    else if (before?.wpad.enabled !== true) this.#start();
    else if (SECTIONS.some((name) => !isDeepStrictEqual(before[name], settings[name])))
      this.#process?.reload();
  }

  /** The unit takes no new connection: scripts name it last. */
  drain(): void {
    this.#process?.send({ drain: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }

  #start(): void {
    this.#process ??= new DaemonProcess({
      ...this.#place,
      name: "wpad",
      nodeOptions: NODE_OPTIONS,
      onMessage: (message) => {
        this.#status = message as WpadAnswer;
      },
    });
    this.#process.start();
  }

  async #stop(): Promise<void> {
    await this.#process?.stop();
    if (this.#settings?.wpad.enabled !== true) this.#status = null;
  }
}
