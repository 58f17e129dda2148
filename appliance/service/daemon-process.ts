/**
 * A process beside a unit: started, started again when it ends, stopped and started by order. For the heartbeat
 * process its end costs no address at once: the kernel's lease goes on, and the next process resumes within it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Logger } from "#base/logger.ts";
import type { ServiceAnswer } from "#control/contract.ts";

/** How long until it is started again: the first time within the shortest lease, then doubling. */
const RESTART_MS = 100;
const RESTART_MS_MAX = 10_000;
/** One that has run for this long was well. */
const WELL_MS = 60_000;
/** A handover takes at most two seconds; then it is ended. */
const STOP_MS = 5_000;

/**
 * glibc gives each thread of a process a heap of its own and keeps what is freed there: the console took 128 MiB where
 * it takes 59 so. These processes have one thread that works.
 */
const ALLOCATOR = { MALLOC_ARENA_MAX: "1" };

export interface DaemonProcessOptions {
  /** For the log and the list of services. */
  readonly name: string;
  readonly entry: URL;
  /** The settings may have another path from one start to the next. */
  readonly settingsPath: () => string | null;
  readonly stateDir: string;
  /** Beside --settings and --state. */
  readonly args?: readonly string[];
  /** Options of Node, such as a limit of its memory. */
  readonly nodeOptions?: readonly string[];
  readonly logger: Logger;
  /** Asked to end, it sends a message when others may go on without it, and lives on until the channel closes. */
  readonly lingers?: boolean;
  /** What the process tells of itself. */
  readonly onMessage?: (message: unknown) => void;
}

export class DaemonProcess implements AsyncDisposable {
  readonly #options: DaemonProcessOptions;
  #child: ChildProcess | null = null;
  #restartTimer: NodeJS.Timeout | null = null;
  #restartMs = RESTART_MS;
  #isWanted = false;
  /** It was asked to end, and has not ended yet. */
  #isReleased = false;
  #restarts = 0;
  #sinceMs = performance.now();
  #lastEnd = "unknown";

  /** Starts it at once. */
  constructor(options: DaemonProcessOptions) {
    this.#options = options;
    this.start();
  }

  get status(): ServiceAnswer {
    const isRunning = this.#child !== null;
    const isFailing = !isRunning && this.#isWanted;
    return {
      service: this.#options.name,
      state: isRunning ? (this.#isWanted ? "running" : "stopping") : isFailing ? "failed" : "stopped",
      detail: isFailing ? `ended: ${this.#lastEnd}; it is started again` : "",
      pid: this.#child?.pid ?? null,
      sinceMs: Math.round(performance.now() - this.#sinceMs),
      restarts: this.#restarts,
    };
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
    const isAsked = this.#isReleased;
    if (this.#options.lingers === true) await this.release();
    this.#giveUp();
    const child = this.#child;
    if (child === null) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    if (this.#options.lingers === true && child.connected) child.disconnect();
    else if (!isAsked) child.kill("SIGTERM");
    await within(child, ended);
  }

  /** Asks one that lingers to end; resolves at its word, or when it is gone. */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#giveUp();
    const child = this.#child;
    if (child === null) return;
    this.#isReleased = true;
    const isDone = new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
      child.once("message", () => resolve());
    });
    child.kill("SIGTERM");
    await within(child, isDone);
  }

  #giveUp(): void {
    this.#isWanted = false;
    if (this.#restartTimer !== null) clearTimeout(this.#restartTimer);
    this.#restartTimer = null;
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
    const { name, entry, stateDir, args = [], nodeOptions = [], logger, onMessage } = this.#options;
    const path = this.#options.settingsPath();
    const settings = path === null ? [] : ["--settings", path];
    const startedMs = performance.now();
    this.#sinceMs = startedMs;
    // When the channel closes the unit is gone, and the process ends by itself.
    // biome-ignore lint/style/noProcessEnv: what this process was given, its children are given
    const env = { ...process.env, ...ALLOCATOR };
    const child = spawn(
      process.execPath,
      ["--no-warnings", ...nodeOptions, fileURLToPath(entry), ...settings, "--state", stateDir, ...args],
      { stdio: ["ignore", "inherit", "inherit", "ipc"], env },
    );
    this.#child = child;
    let isGone = false;
    const gone = (why: string): void => {
      if (isGone) return;
      isGone = true;
      this.#child = null;
      this.#isReleased = false;
      this.#sinceMs = performance.now();
      if (!this.#isWanted) return;
      this.#lastEnd = why;
      this.#restarts += 1;
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

/** Waits, and ends the process itself when it takes too long. */
async function within(child: ChildProcess, done: Promise<void>): Promise<void> {
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await done;
  clearTimeout(timer);
}
