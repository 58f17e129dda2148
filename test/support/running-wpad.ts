/** wpadd as a process of its own, on a port that the system chose, ended whatever the test does. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Test } from "tap";
import type { WpadAnswer } from "#control/contract.ts";
import { until } from "./until.ts";

const LIMIT_MS = 30_000;
const EXIT_LIMIT_MS = 10_000;

export class RunningWpad {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly #settingsFile: string;
  #settings: object;
  #status: WpadAnswer | null = null;
  #reports = 0;

  private constructor(folder: string, settings: object, nodeOptions: readonly string[]) {
    this.folder = folder;
    this.#settingsFile = join(folder, "settings.json");
    this.#settings = settings;
    writeFileSync(this.#settingsFile, JSON.stringify(settings));
    const words = ["appliance/main/wpadd.ts", "--settings", this.#settingsFile, "--state", folder];
    this.child = spawn(process.execPath, ["--no-warnings", ...nodeOptions, ...words], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.child.stderr?.resume();
    this.child.on("message", (status) => {
      this.#status = status as WpadAnswer;
      this.#reports += 1;
    });
  }

  /** Serves by that wpad section, to clients on loopback. */
  static async start(
    t: Test,
    wpad: object,
    others: object = {},
    nodeOptions: readonly string[] = [],
  ): Promise<RunningWpad> {
    const folder = mkdtempSync(join(tmpdir(), "futago-wpad-"));
    const listen = [{ address: "127.0.0.1", port: 0 }];
    const settings = { wpad: { enabled: true, listen, ...wpad }, ...others };
    const running = new RunningWpad(folder, settings, nodeOptions);
    t.teardown(() => running.#remove());
    await until(() => {
      const { exitCode } = running.child;
      if (exitCode !== null) throw new Error(`wpadd ended with ${exitCode}`);
      return running.#status ?? undefined;
    }, LIMIT_MS);
    return running;
  }

  /** The first port that it listens on. */
  get port(): number {
    return Number(this.#status?.listening[0]?.split(":").at(-1));
  }

  /** What it tells next. */
  async status(): Promise<WpadAnswer> {
    const before = this.#reports;
    await until(() => (this.#reports > before ? true : undefined), LIMIT_MS);
    if (this.#status === null) throw new Error("no status");
    return this.#status;
  }

  /** Changes the wpad section and makes it read the settings; resolves with its next status. */
  async reload(wpad: object): Promise<WpadAnswer> {
    this.#settings = { ...this.#settings, wpad };
    writeFileSync(this.#settingsFile, JSON.stringify(this.#settings));
    this.child.kill("SIGHUP");
    await this.status();
    return this.status();
  }

  async #remove(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, "exit");
      this.child.kill("SIGTERM");
      const timer = setTimeout(() => this.child.kill("SIGKILL"), EXIT_LIMIT_MS);
      await ended;
      clearTimeout(timer);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
