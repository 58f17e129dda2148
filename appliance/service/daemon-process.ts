/** A process beside a unit: started, started again when it ends, stopped and started by order. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Logger } from "#base/logger.ts";

/** How long until it is started again: the first time, then doubling. */
const RESTART_MS = 100;
const RESTART_MS_MAX = 10_000;
/** One that has run for this long was well. */
const WELL_MS = 60_000;
/** Then it is ended. */
const STOP_MS = 5_000;

export interface DaemonProcessOptions {
  /** For the log. */
  readonly name: string;
  readonly entry: URL;
  readonly settingsPath: () => string | null;
  readonly stateDir: string;
  /** Options of Node, such as a limit of its memory. */
  readonly nodeOptions?: readonly string[];
  readonly logger: Logger;
  /** What the process tells of itself. */
  readonly onMessage?: (message: unknown) => void;
}

export class DaemonProcess implements AsyncDisposable {
  readonly #options: DaemonProcessOptions;
  #child: ChildProcess | null = null;
  #restartTimer: NodeJS.Timeout | null = null;
  #restartMs = RESTART_MS;
  #isWanted = false;

  /** Starts it at once. */
  constructor(options: DaemonProcessOptions) {
    this.#options = options;
    this.start();
  }

  /** Starts it where it does not run. */
  start(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#restartMs = RESTART_MS;
    if (this.#child === null) this.#spawn();
  }

  /** Makes it end in its own way; resolves when it is gone. */
  async stop(): Promise<void> {
    this.#isWanted = false;
    if (this.#restartTimer !== null) clearTimeout(this.#restartTimer);
    this.#restartTimer = null;
    const child = this.#child;
    if (child === null) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await ended;
    clearTimeout(timer);
  }

  /** Makes it read its settings again; one that is about to start does so anyway. */
  reload(): void {
    this.#child?.kill("SIGHUP");
  }

  /** Tells it something, if it runs. */
  send(message: object): void {
    if (this.#child?.connected === true) this.#child.send(message, () => {});
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #spawn(): void {
    const { name, entry, stateDir, nodeOptions = [], logger, onMessage } = this.#options;
    const path = this.#options.settingsPath();
    const settings = path === null ? [] : ["--settings", path];
    const startedMs = performance.now();
    // When the channel closes the unit is gone, and the process ends by itself.
    const child = spawn(
      process.execPath,
      ["--no-warnings", ...nodeOptions, fileURLToPath(entry), ...settings, "--state", stateDir],
      { stdio: ["ignore", "inherit", "inherit", "ipc"] },
    );
    this.#child = child;
    let isGone = false;
    const gone = (why: string): void => {
      if (isGone) return;
      isGone = true;
      this.#child = null;
      if (!this.#isWanted) return;
      if (performance.now() - startedMs > WELL_MS) this.#restartMs = RESTART_MS;
      logger("error", `${name}-ended`, { why, againMs: this.#restartMs });
      this.#restartTimer = setTimeout(() => this.#spawn(), this.#restartMs);
      this.#restartMs = Math.min(this.#restartMs * 2, RESTART_MS_MAX);
    };
    if (onMessage !== undefined) child.on("message", onMessage);
    child.once("error", (error) => gone(error.message));
    child.once("exit", (code, signal) => gone(signal ?? `exit code ${code}`));
  }
}
