/**
 * Which hosts of a test network have the floating addresses in their kernel, when they got them and gave them up: from
 * the kernels' own news. Times are milliseconds of the wall clock, and only differences are of use.
 */
import { createInterface } from "node:readline";
import type { TestNetwork } from "./namespaces.ts";

interface Moment {
  readonly host: string;
  readonly what: "held" | "gone";
  readonly atMs: number;
}

/** An address that no host uses: its coming and going shows that the news are read. */
const MARKER = "127.0.0.99/32";

/** What happens to one address. */
class AddressAccount {
  readonly holders = new Set<string>();
  #moments: Moment[] = [];
  #bothSinceMs: number | null = null;
  #bothMs = 0;

  reset(): void {
    this.#moments = [];
    this.#bothMs = 0;
    if (this.#bothSinceMs !== null) this.#bothSinceMs = Date.now();
  }

  get bothHeldMs(): number {
    return this.#bothMs + (this.#bothSinceMs === null ? 0 : Date.now() - this.#bothSinceMs);
  }

  get moves(): number {
    return this.#moments.filter(({ what }) => what === "held").length;
  }

  /** When that first happened; null: it did not. */
  firstMs(match: (moment: Moment) => boolean): number | null {
    return this.#moments.find(match)?.atMs ?? null;
  }

  note(moment: Moment): void {
    const { host, what, atMs } = moment;
    // A renewal is no news.
    if ((what === "held") === this.holders.has(host)) return;
    this.#moments.push(moment);
    if (what === "held") this.holders.add(host);
    else this.holders.delete(host);
    if (this.holders.size > 1) this.#bothSinceMs ??= atMs;
    else if (this.#bothSinceMs !== null) {
      this.#bothMs += atMs - this.#bothSinceMs;
      this.#bothSinceMs = null;
    }
  }
}

export class AddressWatch {
  readonly #accounts: ReadonlyMap<string, AddressAccount>;
  /** When each host lost its carrier first since `reset`. */
  readonly #lossesMs = new Map<string, number>();

  private constructor(addresses: readonly string[]) {
    this.#accounts = new Map(addresses.map((address) => [address, new AddressAccount()]));
  }

  /** Watches eth0 of these hosts until the network ends. Resolves when all of them are watched. */
  static async start(
    network: TestNetwork,
    hosts: readonly string[],
    addresses: readonly string[],
  ): Promise<AddressWatch> {
    const watch = new AddressWatch(addresses);
    await Promise.all(hosts.map((host) => watch.#follow(network, host)));
    return watch;
  }

  /** This host has all of the addresses. */
  isHeldBy(host: string): boolean {
    return this.#all.every(({ holders }) => holders.has(host));
  }

  /** This host has them all, and no other has any. */
  isHeldOnlyBy(host: string): boolean {
    return this.#all.every(({ holders }) => holders.has(host) && holders.size === 1);
  }

  /** Starts a new account of what happens. */
  reset(): void {
    this.#lossesMs.clear();
    for (const account of this.#all) account.reset();
  }

  /** How long more than one host has had an address since `reset`, whichever was shared for longest. */
  get bothHeldMs(): number {
    return Math.max(...this.#all.map(({ bothHeldMs }) => bothHeldMs));
  }

  /** How often a host has begun to hold an address since `reset`, whichever moved most. */
  get moves(): number {
    return Math.max(...this.#all.map(({ moves }) => moves));
  }

  /** From the host's first loss of carrier since `reset` until it had released all; null when something is missing. */
  releasedAfterMs(host: string): number | null {
    return this.#afterLossMs(host, (moment) => moment.host === host && moment.what === "gone");
  }

  /** From that loss until another host held all. */
  heldElsewhereAfterMs(host: string): number | null {
    return this.#afterLossMs(host, (moment) => moment.host !== host && moment.what === "held");
  }

  get #all(): readonly AddressAccount[] {
    return [...this.#accounts.values()];
  }

  #afterLossMs(host: string, match: (moment: Moment) => boolean): number | null {
    const lossMs = this.#lossesMs.get(host);
    if (lossMs === undefined) return null;
    let lastMs = -Infinity;
    for (const account of this.#all) {
      // News of two hosts are read by two programs: what came first may have been read a little later.
      const atMs = account.firstMs(match);
      if (atMs === null) return null;
      lastMs = Math.max(lastMs, atMs);
    }
    return lastMs - lossMs;
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
    const shown = network.ip(host, "address", "show", "dev", "eth0");
    for (const [address, account] of this.#accounts)
      if (shown.includes(` ${address}/`)) account.note({ host, what: "held", atMs: Date.now() });
  }

  #read(host: string, line: string): void {
    const atMs = stampOf(line);
    if (atMs === null) return;
    if (/ eth0@\S+ <[^>]*NO-CARRIER/.test(line) && !this.#lossesMs.has(host)) this.#lossesMs.set(host, atMs);
    if (!line.includes(" eth0 ")) return;
    const what = line.includes("] Deleted ") ? "gone" : "held";
    for (const [address, account] of this.#accounts)
      if (line.includes(` ${address}/`)) account.note({ host, what, atMs });
  }
}

/** `[2026-11-24T11:58:23.266621] …`: when ip(8) read the news, with the microseconds that Date does not know. */
function stampOf(line: string): number | null {
  const [, second, micros] = /^\[([^.\]]+)\.(\d{6})\]/.exec(line) ?? [];
  return second === undefined ? null : Date.parse(second) + Number(micros) / 1_000;
}
