/** The machine's facts, read on a timer while somebody looks; and the cheap ones, for the figures. */
import { readFileSync } from "node:fs";
import { arch, cpus, freemem, hostname, loadavg, release, totalmem, uptime } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "#base/clock.ts";
import type { Host } from "#console/contract/host.ts";
import { type HostFacts, readHost, readSystem } from "#host/host-facts.ts";

const READ_MS = 5_000;
/** Nobody has asked for this long: nothing is read. */
const WATCHED_MS = 30_000;
/** The first who asks after a while waits so long for news; then what is known must do, and says how old it is. */
const NEWS_WITHIN_MS = 100;

const NO_FACTS: HostFacts = {
  cpu: { use: 0, perCore: [] },
  memory: { totalBytes: 0, usedBytes: 0, availableBytes: 0, swapTotalBytes: 0, swapUsedBytes: 0 },
  disks: [],
  network: [],
};

export class HostWatch implements Disposable {
  readonly #clock: Clock;
  readonly #timer: NodeJS.Timeout;
  #askedMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | null = null;
  #facts: HostFacts = NO_FACTS;
  #readMs = Number.NEGATIVE_INFINITY;
  #system: { readonly os: string; readonly model: string } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#timer = setInterval(() => {
      if (clock.nowMs() - this.#askedMs < WATCHED_MS) void this.#read();
    }, READ_MS);
    this.#timer.unref();
    void this.#read();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /** What was read last; only the first of a while waits, and not for long. */
  async read(power: Host["power"]): Promise<Host> {
    this.#askedMs = this.#clock.nowMs();
    if (this.#readMs === Number.NEGATIVE_INFINITY) await this.#read();
    else if (this.#clock.nowMs() - this.#readMs > WATCHED_MS)
      await Promise.race([this.#read(), pause(NEWS_WITHIN_MS, undefined, { ref: false })]);
    const { cpu, memory, disks, network } = this.#facts;
    const cores = cpus();
    return {
      hostname: hostname(),
      os: this.#system?.os ?? "",
      model: this.#system?.model ?? "",
      kernel: release(),
      architecture: arch(),
      now: new Date(this.#clock.wallMs()).toISOString(),
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      uptimeS: Math.round(uptime()),
      cpu: {
        model: cores[0]?.model ?? "",
        cores: cores.length,
        use: cpu.use,
        perCore: [...cpu.perCore],
        load: loadavg(),
      },
      memory,
      disks: [...disks],
      network: [...network],
      power,
      ageMs: Math.max(0, Math.round(this.#clock.nowMs() - this.#readMs)),
    };
  }

  #read(): Promise<void> {
    this.#reading ??= this.#readNow().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #readNow(): Promise<void> {
    this.#system ??= await readSystem().catch(() => ({ os: "", model: "" }));
    this.#facts = await readHost().catch(() => this.#facts);
    this.#readMs = this.#clock.nowMs();
  }
}

interface Reading {
  readonly atMs: number;
  readonly busyMs: number;
  readonly allMs: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/** Processor, memory and network at a rate of once a second: no process is started for them. */
export class QuickFigures {
  #before: Reading | null = null;

  read(atMs: number): {
    readonly cpu: number | null;
    readonly memory: number;
    readonly networkReceivedBytes: number | null;
    readonly networkSentBytes: number | null;
  } {
    const before = this.#before;
    const now = { atMs, ...processorTime(), ...networkBytes() };
    this.#before = now;
    const seconds = before === null ? 0 : (now.atMs - before.atMs) / 1_000;
    const rate = (from: number, to: number): number | null =>
      seconds > 0 && to >= from ? (to - from) / seconds : null;
    const allMs = before === null ? 0 : now.allMs - before.allMs;
    return {
      cpu: before !== null && allMs > 0 ? (now.busyMs - before.busyMs) / allMs : null,
      memory: 1 - freemem() / totalmem(),
      networkReceivedBytes: rate(before?.receivedBytes ?? 0, now.receivedBytes),
      networkSentBytes: rate(before?.sentBytes ?? 0, now.sentBytes),
    };
  }
}

function processorTime(): { readonly busyMs: number; readonly allMs: number } {
  let [busyMs, allMs] = [0, 0];
  for (const { times } of cpus()) {
    const all = times.user + times.nice + times.sys + times.idle + times.irq;
    allMs += all;
    busyMs += all - times.idle;
  }
  return { busyMs, allMs };
}

/** Over all interfaces but loopback. */
function networkBytes(): { readonly receivedBytes: number; readonly sentBytes: number } {
  let [receivedBytes, sentBytes] = [0, 0];
  let text = "";
  try {
    text = readFileSync("/proc/net/dev", "utf8");
  } catch {
    // Not Linux, or hidden: the figures stay at nothing.
  }
  for (const line of text.split("\n")) {
    const [, name, rest = ""] = /^\s*([^:\s]+):\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || name === "lo") continue;
    const columns = rest.split(/\s+/).map(Number);
    receivedBytes += columns[0] ?? 0;
    sentBytes += columns[8] ?? 0;
  }
  return { receivedBytes, sentBytes };
}
