/** How busy the cores were during a measurement: it tells whether the proxy was the limit, or the load generator. */
import { readdirSync, readFileSync } from "node:fs";
import { LOAD_CORE, PROXY_CORE } from "./machine.ts";

export interface CoreUse {
  /** 0 to 1. */
  readonly proxyCore: number;
  readonly loadCore: number;
}

interface Ticks {
  readonly idle: number;
  readonly all: number;
}

function ticksOf(stat: string, core: number): Ticks {
  const row = stat.split("\n").find((line) => line.startsWith(`cpu${core} `)) ?? "";
  const ticks = row.split(/\s+/).slice(1, 9).map(Number); // proc(5): user nice system idle iowait irq softirq steal
  return { idle: (ticks[3] ?? 0) + (ticks[4] ?? 0), all: ticks.reduce((sum, tick) => sum + tick, 0) };
}

/** Begins to watch both cores; call the result at the end of the measurement. */
export function watchCores(): () => CoreUse {
  const before = readFileSync("/proc/stat", "utf8");
  return () => {
    const after = readFileSync("/proc/stat", "utf8");
    const busy = (core: number): number => {
      const [from, to] = [ticksOf(before, core), ticksOf(after, core)];
      return to.all === from.all ? 0 : 1 - (to.idle - from.idle) / (to.all - from.all);
    };
    return { proxyCore: busy(PROXY_CORE), loadCore: busy(LOAD_CORE) };
  };
}

/** Clock ticks of /proc are a hundredth of a second on every Linux that this runs on. */
const TICKS_PER_SECOND = 100;

/** The fields of /proc/PID/stat after the name, which may hold spaces itself (proc(5)). */
function statFields(pid: string): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return []; // it has just ended
  }
}

/** User and system time so far of one process, all its threads. */
export function processSeconds(pid: number): number {
  const fields = statFields(String(pid));
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** User and system time so far of a process group: the daemon, its threads, its workers and its helpers. */
export function processorSeconds(group: number): number {
  let ticks = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const fields = statFields(pid);
    if (Number(fields[2]) === group) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / TICKS_PER_SECOND;
}
