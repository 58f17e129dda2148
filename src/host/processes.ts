/** The processes of the machine, read from /proc: no program is started for it, so that a busy machine answers soon. */
import { readdirSync, readFileSync, statSync } from "node:fs";

export interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly command: string;
  readonly user: string;
  readonly state: string;
  /** Per cent of one core, since the last reading; of a process that was not there then, since it began. */
  readonly cpu: number;
  readonly memoryBytes: number;
  readonly startedAt: string;
}

/** Clock ticks and pages of /proc; Linux has told user space these since long, whatever the kernel uses itself. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4_096;

/** proc_pid_stat(5). */
const STATES: Readonly<Record<string, string>> = {
  R: "running",
  S: "sleeping",
  D: "blocked",
  T: "stopped",
  t: "stopped",
  Z: "zombie",
  I: "idle",
};

interface Reading {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly state: string;
  readonly ticks: number;
  /** After the start of the machine. */
  readonly startedTicks: number;
  readonly memoryBytes: number;
}

function readOne(pid: number): Reading | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return null; // it has just ended
  }
  // The name stands in parentheses, and may hold some itself.
  const [from, to] = [text.indexOf("("), text.lastIndexOf(")")];
  const fields = text.slice(to + 2).split(" ");
  const number = (at: number): number => Number(fields[at] ?? 0);
  return {
    pid,
    parent: number(1),
    name: text.slice(from + 1, to),
    state: STATES[fields[0] ?? ""] ?? "unknown",
    ticks: number(11) + number(12),
    startedTicks: number(19),
    memoryBytes: number(21) * PAGE_BYTES,
  };
}

/** Of `pid`, or its name in brackets where the kernel has none (its own threads). */
function commandOf({ pid, name }: Reading): string {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim();
    return words === "" ? `[${name}]` : words;
  } catch {
    return `[${name}]`;
  }
}

function userNames(): ReadonlyMap<number, string> {
  try {
    const rows = readFileSync("/etc/passwd", "utf8").split("\n");
    return new Map(rows.map((row) => row.split(":")).map(([name = "", , uid]) => [Number(uid), name]));
  } catch {
    return new Map();
  }
}

function uidOf(pid: number): number {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch {
    return 0;
  }
}

/** What is remembered from one reading to the next: ticks by process, and when that was. */
export class ProcessReader {
  #before = new Map<number, Reading>();
  #beforeS = 0;

  /** The busiest first, `max` of them, and how many there are. */
  read(max: number): { readonly total: number; readonly processes: readonly ProcessFacts[] } {
    const nowS = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    const readings = pids.map((pid) => readOne(Number(pid))).filter((reading) => reading !== null);
    const found = readings
      .map((reading) => ({ reading, cpu: this.#cpuOf(reading, nowS) }))
      .sort((a, b) => b.cpu - a.cpu || b.reading.memoryBytes - a.reading.memoryBytes);
    this.#before = new Map(readings.map((reading) => [reading.pid, reading]));
    this.#beforeS = nowS;
    const names = userNames();
    const bootMs = Date.now() - nowS * 1_000;
    return {
      total: found.length,
      processes: found.slice(0, max).map(({ reading, cpu }) => {
        const uid = uidOf(reading.pid);
        return {
          pid: reading.pid,
          parent: reading.parent,
          name: reading.name.slice(0, 255),
          command: commandOf(reading).slice(0, 1_000),
          user: (names.get(uid) ?? String(uid)).slice(0, 64),
          state: reading.state,
          cpu,
          memoryBytes: reading.memoryBytes,
          startedAt: new Date(bootMs + (reading.startedTicks / TICKS_PER_SECOND) * 1_000).toISOString(),
        };
      }),
    };
  }

  #cpuOf({ pid, ticks, startedTicks }: Reading, nowS: number): number {
    const before = this.#before.get(pid);
    // A number that was given again is another process.
    const isKnown = before !== undefined && before.startedTicks === startedTicks && nowS > this.#beforeS;
    const [used, spanS] = isKnown
      ? [ticks - before.ticks, nowS - this.#beforeS]
      : [ticks, nowS - startedTicks / TICKS_PER_SECOND];
    return spanS <= 0 ? 0 : Math.max(0, Math.round((1_000 * used) / TICKS_PER_SECOND / spanS) / 10);
  }
}
