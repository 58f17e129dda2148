/** One client of the floating address: what its neighbour table says, and whether it is served. */
import type { EventQueue } from "./event-queue.ts";
import type { Host } from "./host.ts";
import type { Network } from "./network.ts";

const REQUEST_EVERY_MS = 2_000;
/** A neighbour entry that nothing confirms is asked for anew after this. Real ones take 5 to 30 s. */
const ENTRY_LIFE_MS = 15_000;

export class Client {
  readonly #queue: EventQueue;
  readonly #network: Network;
  readonly #hosts: readonly Host[];
  readonly #looked: () => void;
  #entry: Host | null = null;
  #confirmedMs = 0;
  /** Since when no request has been answered; null while they are. */
  unservedSinceMs: number | null = 0;
  served = 0;
  unserved = 0;

  constructor(queue: EventQueue, network: Network, hosts: readonly Host[], looked: () => void) {
    this.#queue = queue;
    this.#network = network;
    this.#hosts = hosts;
    this.#looked = looked;
    queue.after(REQUEST_EVERY_MS, () => this.#request());
  }

  /** An announcement reached the client. */
  hear(host: Host): void {
    this.#entry = host;
    this.#confirmedMs = this.#queue.nowMs;
    if (this.unservedSinceMs !== null) this.#note(this.#reaches(host));
  }

  /** Whether a request to `host` over the floating address is answered. */
  #reaches(host: Host): boolean {
    return (
      host.isUp && host.holds && host.proxyAlive && this.#network.connects("client", host.name, "frames")
    );
  }

  #request(): void {
    const host = this.#entry;
    const isServed = host !== null && this.#reaches(host);
    if (isServed) this.#confirmedMs = this.#queue.nowMs;
    else if (host === null || this.#queue.nowMs >= this.#confirmedMs + ENTRY_LIFE_MS) this.#ask();
    this.#note(isServed);
    // Other traffic of the network: every unit that is connected sees a broadcast now and then.
    for (const each of this.#hosts)
      if (each.isUp && this.#network.passes("client", each.name, "frames")) each.frame();
    this.#looked();
    this.#queue.after(REQUEST_EVERY_MS, () => this.#request());
  }

  /** A broadcast: every holder answers, the last answer stays. */
  #ask(): void {
    for (const host of this.#hosts)
      this.#network.send("client", host.name, "frames", () => {
        host.frame();
        if (host.holds && host.isUp) this.#network.send(host.name, "client", "frames", () => this.hear(host));
      });
  }

  #note(isServed: boolean): void {
    if (isServed) {
      this.served += 1;
      this.unservedSinceMs = null;
    } else {
      this.unserved += 1;
      this.unservedSinceMs ??= this.#queue.nowMs;
    }
  }
}
