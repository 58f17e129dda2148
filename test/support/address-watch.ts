/**
 * Which hosts of a test network have a floating address in their kernel, when they got it and gave it up: from
 * the kernels' own news. Times are milliseconds of the wall clock, and only differences are of use.
 */
import { createInterface } from "node:readline";
import type { TestNetwork } from "./namespaces.ts";

interface Moment {
  readonly host: string;
  readonly what: "held" | "gone" | "carrier-lost";
  readonly atMs: number;
}

/** An address that no host uses: its coming and going shows that the news are read. */
const MARKER = "127.0.0.99/32";

export class AddressWatch {
  readonly #address: string;
  readonly #holders = new Set<string>();
  #moments: Moment[] = [];
  #bothSinceMs: number | null = null;
  #bothMs = 0;

  private constructor(address: string) {
    this.#address = address;
  }

  /** Watches eth0 of these hosts until the network ends. Resolves when all of them are watched. */
  static async start(network: TestNetwork, hosts: readonly string[], address: string): Promise<AddressWatch> {
    const watch = new AddressWatch(address);
    await Promise.all(hosts.map((host) => watch.#follow(network, host)));
    return watch;
  }

  isHeldBy(host: string): boolean {
    return this.#holders.has(host);
  }

  /** This host has the address, and no other. */
  isHeldOnlyBy(host: string): boolean {
    return this.#holders.has(host) && this.#holders.size === 1;
  }

  /** Starts a new account of what happens. */
  reset(): void {
    this.#moments = [];
    this.#bothMs = 0;
    if (this.#bothSinceMs !== null) this.#bothSinceMs = Date.now();
  }

  /** How long more than one host has had the address since `reset`. */
  get bothHeldMs(): number {
    return this.#bothMs + (this.#bothSinceMs === null ? 0 : Date.now() - this.#bothSinceMs);
  }

  /** How often a host has begun to hold since `reset`. */
  get moves(): number {
    return this.#moments.filter(({ what }) => what === "held").length;
  }

  /** From the host's first loss of carrier since `reset` to its release; null when one of them is missing. */
  releasedAfterMs(host: string): number | null {
    return this.#afterLossMs(host, (moment) => moment.host === host && moment.what === "gone");
  }

  /** From that loss to another host's hold. */
  heldElsewhereAfterMs(host: string): number | null {
    return this.#afterLossMs(host, (moment) => moment.host !== host && moment.what === "held");
  }

  #afterLossMs(host: string, match: (moment: Moment) => boolean): number | null {
    const loss = this.#moments.find((moment) => moment.host === host && moment.what === "carrier-lost");
    if (loss === undefined) return null;
    // News of two hosts are read by two programs: what came first may have been read a little later.
    const then = this.#moments.find(match);
    return then === undefined ? null : then.atMs - loss.atMs;
  }

  async #follow(network: TestNetwork, host: string): Promise<void> {
    const program = network.spawn(host, ["ip", "-o", "-ts", "monitor", "address", "link"]);
    const ready = Promise.withResolvers<void>();
    if (program.stdout === null) throw new Error("ip monitor has no output");
    createInterface({ input: program.stdout }).on("line", (line) => {
      if (line.includes(MARKER)) ready.resolve();
      else this.#read(host, line);
    });
    const timer = setInterval(() => {
      network.ip(host, "address", "replace", MARKER, "dev", "lo");
      network.ip(host, "address", "delete", MARKER, "dev", "lo");
    }, 20);
    await ready.promise;
    clearInterval(timer);
    if (network.ip(host, "address", "show", "dev", "eth0").includes(`${this.#address}/`))
      this.#note({ host, what: "held", atMs: Date.now() });
  }

  #read(host: string, line: string): void {
    const atMs = stampOf(line);
    if (atMs === null) return;
    if (/ eth0@\S+ <[^>]*NO-CARRIER/.test(line)) this.#note({ host, what: "carrier-lost", atMs });
    else if (line.includes(` eth0 `) && line.includes(` ${this.#address}/`))
      this.#note({ host, what: line.includes("] Deleted ") ? "gone" : "held", atMs });
  }

  #note(moment: Moment): void {
    const { host, what, atMs } = moment;
    // A renewal is no news.
    if (what !== "carrier-lost" && (what === "held") === this.#holders.has(host)) return;
    this.#moments.push(moment);
    if (what === "held") this.#holders.add(host);
    if (what === "gone") this.#holders.delete(host);
    if (this.#holders.size > 1) this.#bothSinceMs ??= atMs;
    else if (this.#bothSinceMs !== null) {
      this.#bothMs += atMs - this.#bothSinceMs;
      this.#bothSinceMs = null;
    }
  }
}

/** `[2026-11-24T11:58:23.266621] …`: when ip(8) read the news, with the microseconds that Date does not know. */
function stampOf(line: string): number | null {
  const [, second, micros] = /^\[([^.\]]+)\.(\d{6})\]/.exec(line) ?? [];
  return second === undefined ? null : Date.parse(second) + Number(micros) / 1_000;
}
