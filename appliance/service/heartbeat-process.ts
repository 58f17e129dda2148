/**
 * The heartbeat process beside a unit, started and started again. Its end costs no address at once: the
 * kernel's lease goes on, and the next process resumes within it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Logger } from "#base/logger.ts";

/** How long until it is started again: the first time within the shortest lease, then doubling. */
const RESTART_MS = 100;
const RESTART_MS_MAX = 10_000;
/** One that has run for this long was well. */
const WELL_MS = 60_000;
/** A handover takes at most two seconds; then it is ended. */
const STOP_MS = 5_000;

/** A small program that seldom runs: optimizing compilers and a large nursery would cost it 12 MB. */
const RUNTIME_FLAGS = ["--no-warnings", "--max-semi-space-size=1", "--no-opt", "--no-maglev"];

export interface HeartbeatProcessOptions {
  readonly entry: URL;
  readonly settingsPath: string | null;
  readonly stateDir: string;
  readonly logger: Logger;
}

export class HeartbeatProcess implements AsyncDisposable {
  readonly #options: HeartbeatProcessOptions;
  #child: ChildProcess | null = null;
  #restartTimer: NodeJS.Timeout | null = null;
  #restartMs = RESTART_MS;
  #handover: Promise<void> | null = null;

  /** Starts it at once. */
  constructor(options: HeartbeatProcessOptions) {
    this.#options = options;
    this.#start();
  }

  /** Makes it read the settings again. */
  reload(): void {
    this.#child?.kill("SIGHUP");
  }

  /** Makes it hand the addresses over. It lives on for the clients that are still here. */
  handOver(): Promise<void> {
    this.#handover ??= this.#handOver();
    return this.#handover;
  }

  /** Ends it, after a handover; resolves when it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.handOver();
    const child = this.#child;
    if (child === null) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    if (child.connected) child.disconnect();
    await this.#within(child, ended);
  }

  async #handOver(): Promise<void> {
    if (this.#restartTimer !== null) clearTimeout(this.#restartTimer);
    const child = this.#child;
    if (child === null) return;
    const isOff = new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
      child.once("message", () => resolve());
    });
    child.kill("SIGTERM");
    await this.#within(child, isOff);
  }

  async #within(child: ChildProcess, done: Promise<void>): Promise<void> {
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await done;
    clearTimeout(timer);
  }

  #start(): void {
    const { entry, settingsPath, stateDir, logger } = this.#options;
    const settings = settingsPath === null ? [] : ["--settings", settingsPath];
    const startedMs = performance.now();
    // The process says here that it is off; when the channel closes the unit is gone, and it hands over by itself.
    const child = spawn(
      process.execPath,
      [...RUNTIME_FLAGS, fileURLToPath(entry), ...settings, "--state", stateDir],
      { stdio: ["ignore", "inherit", "inherit", "ipc"] },
    );
    this.#child = child;
    let isGone = false;
    const gone = (why: string): void => {
      if (isGone) return;
      isGone = true;
      this.#child = null;
      if (this.#handover !== null) return;
      if (performance.now() - startedMs > WELL_MS) this.#restartMs = RESTART_MS;
      logger("error", "heartbeat-ended", { why, againMs: this.#restartMs });
      this.#restartTimer = setTimeout(() => this.#start(), this.#restartMs);
      this.#restartMs = Math.min(this.#restartMs * 2, RESTART_MS_MAX);
    };
    child.once("error", (error) => gone(error.message));
    child.once("exit", (code, signal) => gone(signal ?? `exit code ${code}`));
  }
}
