/** Two units that run one daemon each: what keepalived and ucarp have in common. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { UnitName } from "#test/support/pair-settings.ts";
import type { RunningPair } from "./contender.ts";
import type { Lab } from "./lab.ts";

/** After this and four intervals a daemon that was started knows who else is there; it cannot be asked. */
const READY_MS = 500;

/** The processes that a process has started. */
function childrenOf(pid: number): readonly number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return children
      .split(" ")
      .filter((text) => text.trim() !== "")
      .map(Number);
  } catch {
    return [];
  }
}

/** Signals processes; those that have ended by themselves are no matter. */
export function signalEach(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      if (pid > 0) process.kill(pid, signal);
    } catch {
      // It has ended.
    }
  }
}

export function daemonPair(
  lab: Lab,
  intervalMs: number,
  command: (unit: UnitName) => readonly string[],
): RunningPair {
  const daemons = new Map<UnitName, ChildProcess>();
  let startedMs = 0;
  const start = (unit: UnitName): void => {
    const daemon = lab.network.spawn(unit, command(unit));
    daemon.stdout?.resume();
    daemon.stderr?.resume();
    daemons.set(unit, daemon);
    startedMs = performance.now();
  };
  const signal = (unit: UnitName, name: NodeJS.Signals): void => {
    const pid = daemons.get(unit)?.pid ?? 0;
    signalEach([...childrenOf(pid), pid], name);
  };
  return {
    start,
    kill: (unit) => signal(unit, "SIGKILL"),
    async stop(unit) {
      const daemon = daemons.get(unit);
      if (daemon === undefined) return;
      const ended = once(daemon, "exit");
      daemon.kill("SIGTERM");
      await ended;
    },
    killDaemon: (unit) => signal(unit, "SIGKILL"),
    reviveDaemon: start,
    hangDaemon: (unit) => signal(unit, "SIGSTOP"),
    resumeDaemon: (unit) => signal(unit, "SIGCONT"),
    isReady: async () => performance.now() - startedMs > READY_MS + 4 * intervalMs,
    handover: null,
  };
}
