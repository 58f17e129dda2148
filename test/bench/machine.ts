/** What the figures were measured on, and which core does what. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem } from "node:os";
import { delimiter, join } from "node:path";

/** Each proxy runs on this core … */
export const PROXY_CORE = 0;
/** … and load generators and origins on this one. A machine with one core has to share it. */
export const LOAD_CORE = availableParallelism() > 1 ? 1 : 0;

const SYSTEM_FOLDERS = ["/usr/sbin", "/sbin"];

/** The full path of a program, in PATH and the system folders that users seldom have there; null if absent. */
export function findProgram(name: string): string | null {
  const { PATH = "" } = process.env;
  const folders = [...PATH.split(delimiter), ...SYSTEM_FOLDERS];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** The version of an installed Debian package; null if it is not installed. */
export function packageVersion(name: string): string | null {
  const { stdout } = spawnSync("dpkg-query", ["--status", name], { encoding: "utf8" });
  if (!/^Status: .* ok installed$/m.test(stdout ?? "")) return null;
  return /^Version: (.+)$/m.exec(stdout)?.[1] ?? null;
}

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly kernel: string;
  readonly system: string;
  readonly node: string;
}

function systemName(): string {
  try {
    return /PRETTY_NAME="([^"]+)"/.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "unknown";
  } catch {
    return "unknown";
  }
}

/** The machine, for the results file. */
export const describeMachine = (): Machine => ({
  processor: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
  memoryGib: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  system: systemName(),
  node: process.version,
});

/** Pins this process (all its threads) to the load generator's core. */
export function pinSelf(): void {
  spawnSync("taskset", ["-a", "-c", "-p", String(LOAD_CORE), String(process.pid)], { stdio: "ignore" });
}

/** Of the round-robin class: before everything that other people run on this machine. */
const REAL_TIME_PRIORITY = 10;

/**
 * Gives this process, and all that it starts from now on, real-time scheduling, so that a measurement of
 * milliseconds is not one of the machine's other work. False where that is not permitted.
 */
export const scheduleInRealTime = (): boolean =>
  spawnSync("chrt", ["--all-tasks", "--rr", "--pid", String(REAL_TIME_PRIORITY), String(process.pid)])
    .status === 0;

/** Raises the limit of open files of this process, and so of its children, where the system allows it. */
export function raiseOpenFiles(wanted: number): number {
  const current = (): number => {
    const row = /Max open files\s+(\S+)/.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? "0";
    return row === "unlimited" ? Number.POSITIVE_INFINITY : Number(row);
  };
  if (current() < wanted)
    spawnSync("prlimit", ["--pid", String(process.pid), `--nofile=${wanted}:${wanted}`], { stdio: "ignore" });
  return current();
}
