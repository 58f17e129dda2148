/**
 * The real thing for tests: `futago run` as its own process, with a fresh state folder and a port that
 * the system chose, ended and cleaned up whatever the test does.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, globSync, statSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Settings } from "#settings/schema.ts";
import { until } from "./until.ts";

const START_LIMIT_MS = 30_000;
const EXIT_LIMIT_MS = 10_000;
const LOG_LIMIT_MS = 8_000;
const BUNDLE = "dist/futago.js";
const SOURCE = "appliance/cli/futago.ts";
const MEMORY_STORE_UNIT = "test/support/memory-store-unit.ts";

export type SettingsOverrides = {
  readonly [Key in keyof Settings]?: Settings[Key] extends readonly unknown[]
    ? Settings[Key]
    : Settings[Key] extends object
      ? Partial<Settings[Key]>
      : Settings[Key];
};

/** One line of the access log in its JSON format. */
export interface LogEntry {
  readonly time: string;
  readonly durationMs: number;
  readonly client: string;
  readonly clientPort: number;
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly status: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly cacheResult: string;
  readonly hierarchy: string;
  readonly upstream: string;
  readonly reason: string;
  readonly contentType: string;
  readonly referer: string;
  readonly userAgent: string;
}

/** As much of the status as tests look at. */
export interface ProxyStatus {
  readonly state: string;
  readonly counters: Readonly<Record<string, number>>;
}

export interface ProxyExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningProxy extends AsyncDisposable {
  readonly port: number;
  /** For clients that want it as a URL. */
  readonly url: string;
  readonly stateDir: string;
  readonly settingsFile: string;
  readonly pid: number;
  /** The lines of the access log once there are at least that many. */
  accessLog(linesMin?: number): Promise<readonly LogEntry[]>;
  /** Waits for the line that `wanted` accepts. */
  logged(wanted: (entry: LogEntry) => boolean): Promise<LogEntry>;
  /** What `futago status --json` prints. */
  status(): Promise<ProxyStatus>;
  signal(signal: NodeJS.Signals): void;
  readonly exited: Promise<ProxyExit>;
  /** What it has printed to both of its outputs. */
  output(): string;
}

/** What every test wants unless it says otherwise: origins on loopback and any port. */
const TEST_SETTINGS: SettingsOverrides = {
  egress: { allow: [{ network: "127.0.0.0/8" }, { network: "::1/128" }] },
  requests: { ports: ["1-65535"] },
  connect: { ports: ["1-65535"] },
};

/** What is needed to be run in a test at all; no policy in it. */
const BARE_SETTINGS: SettingsOverrides = {
  listen: [{ address: "127.0.0.1", port: 0 }],
  workers: 1,
  accessLog: { format: "json" },
  drain: { timeoutMs: 500 },
  // A process of its own in every test would be dear; the console's tests turn it on.
  console: { enabled: false },
};

/** Starts a proxy that may reach loopback. Sections of `overrides` are merged key by key. */
export function startProxy(overrides: SettingsOverrides = {}): Promise<RunningProxy> {
  return start(merge(merge(BARE_SETTINGS, TEST_SETTINGS), overrides));
}

/** As `startProxy`, with the tests' own store in memory: one worker, nothing on disk. */
export function startProxyOnMemoryStore(overrides: SettingsOverrides = {}): Promise<RunningProxy> {
  return start(merge(merge(BARE_SETTINGS, TEST_SETTINGS), overrides), MEMORY_STORE_UNIT);
}

/** Starts a proxy whose policy is the default one. */
export function startProxyOnDefaults(overrides: SettingsOverrides = {}): Promise<RunningProxy> {
  return start(merge(BARE_SETTINGS, overrides));
}

function merge(base: SettingsOverrides, over: SettingsOverrides): SettingsOverrides {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    const both = isSection(below) && isSection(value);
    merged[key] = both ? { ...below, ...value } : value;
  }
  return merged as SettingsOverrides;
}

const isSection = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The bundle when it is newer than every source, else the sources themselves. */
export function futagoProgram(): string {
  if (!existsSync(BUNDLE)) return SOURCE;
  const built = statSync(BUNDLE).mtimeMs;
  const sources = globSync("{src,appliance,console}/**/*.ts");
  return sources.every((path) => statSync(path).mtimeMs < built) ? BUNDLE : SOURCE;
}

async function start(settings: SettingsOverrides, file: string = futagoProgram()): Promise<RunningProxy> {
  const stateDir = await mkdtemp(join(tmpdir(), "futago-test-"));
  const settingsFile = join(stateDir, "settings.json");
  await writeFile(settingsFile, JSON.stringify(settings));
  const words = ["run", "--settings", settingsFile, "--state", stateDir];
  // The kernel ends it with this process, however that one ends.
  const command = ["--pdeathsig", "KILL", process.execPath, file, ...words];
  const child = spawn("setpriv", command, { stdio: ["ignore", "pipe", "pipe"] });
  const proxy = new ProxyProcess(child, stateDir);
  try {
    await proxy.listening();
    return proxy;
  } catch (error) {
    await proxy.discard();
    throw error;
  }
}

class ProxyProcess implements RunningProxy {
  port = 0;
  readonly stateDir: string;
  readonly settingsFile: string;
  readonly pid: number;
  readonly exited: Promise<ProxyExit>;
  #output = "";
  #exit: ProxyExit | null = null;

  constructor(child: ChildProcess, stateDir: string) {
    this.stateDir = stateDir;
    this.settingsFile = join(stateDir, "settings.json");
    this.pid = child.pid ?? 0;
    const keep = (bytes: Buffer) => {
      this.#output += bytes.toString();
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    this.exited = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        this.#exit = { code, signal };
        resolve(this.#exit);
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  output(): string {
    return this.#output;
  }

  /** Waits for the line that says where it listens. */
  async listening(): Promise<void> {
    const line = () => {
      if (this.#exit !== null) throw new Error("it ended");
      return /\b127\.0\.0\.1:(\d+)\b/.exec(this.#output)?.[1];
    };
    const found = await until(line, START_LIMIT_MS).catch((error: unknown) => {
      throw new Error(`the proxy did not say where it listens:\n${this.#output}`, { cause: error });
    });
    this.port = Number(found);
  }

  async accessLog(linesMin = 1): Promise<readonly LogEntry[]> {
    const enough = (entries: readonly LogEntry[]) => (entries.length >= linesMin ? entries : undefined);
    return until(async () => enough(await this.#logEntries()), LOG_LIMIT_MS);
  }

  async logged(wanted: (entry: LogEntry) => boolean): Promise<LogEntry> {
    let seen: readonly LogEntry[] = [];
    const find = async () => {
      seen = await this.#logEntries();
      return seen.find(wanted);
    };
    return until(find, LOG_LIMIT_MS).catch((error: unknown) => {
      throw new Error(`not in the access log: ${wanted}\n${JSON.stringify(seen)}`, { cause: error });
    });
  }

  async #logEntries(): Promise<readonly LogEntry[]> {
    const text = await readFile(join(this.stateDir, "log/access.log"), "utf8").catch(() => "");
    // A line that is still being written has no line end.
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    return whole.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as LogEntry]));
  }

  async status(): Promise<ProxyStatus> {
    const words = [futagoProgram(), "status", "--json", "--state", this.stateDir];
    const { stdout } = await promisify(execFile)(process.execPath, words, { timeout: EXIT_LIMIT_MS });
    return JSON.parse(stdout) as ProxyStatus;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#exit === null) process.kill(this.pid, signal);
  }

  /** Ends whatever is left, and removes the state. */
  async discard(): Promise<void> {
    this.signal("SIGKILL");
    await this.exited;
    await rm(this.stateDir, { recursive: true, force: true });
  }

  /** Every test is also a test of the orderly end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGTERM");
    const limit = AbortSignal.timeout(EXIT_LIMIT_MS);
    const late = new Promise<null>((resolve) => limit.addEventListener("abort", () => resolve(null)));
    const exit = await Promise.race([this.exited, late]);
    await this.discard();
    if (exit === null) throw new Error(`the proxy did not end on SIGTERM:\n${this.#output}`);
    if (exit.code !== 0) {
      throw new Error(`the proxy ended with ${exit.code ?? exit.signal}:\n${this.#output}`);
    }
  }
}
