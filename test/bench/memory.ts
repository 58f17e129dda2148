/** The memory of a process, as the kernel counts it. */
import { readFileSync } from "node:fs";
import { median } from "./stats.ts";

export interface MemoryUse {
  /** All resident pages, files mapped included. */
  readonly residentBytes: number;
  /** Pages that belong to the process alone: heap and stacks. */
  readonly anonymousBytes: number;
}

/** Reads VmRSS and RssAnon of /proc/PID/status; throws when the process is gone. */
export function memoryOf(pid: number): MemoryUse {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kib = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]);
  return { residentBytes: kib("VmRSS") * 1_024, anonymousBytes: kib("RssAnon") * 1_024 };
}

/** Samples a process until it is told to stop. */
export class MemoryWatch implements Disposable {
  readonly samples: MemoryUse[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number, everyMs: number) {
    this.#timer = setInterval(() => this.samples.push(memoryOf(pid)), everyMs);
    this.samples.push(memoryOf(pid));
  }

  /** The largest of each. */
  get peak(): MemoryUse {
    return this.#fold((values) => Math.max(...values));
  }

  get middle(): MemoryUse {
    return this.#fold(median);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #fold(choose: (values: readonly number[]) => number): MemoryUse {
    return {
      residentBytes: choose(this.samples.map((sample) => sample.residentBytes)),
      anonymousBytes: choose(this.samples.map((sample) => sample.anonymousBytes)),
    };
  }
}
