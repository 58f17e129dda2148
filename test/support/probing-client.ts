/** A client of floating addresses on a test network: what it asks, sees and loses. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { TestNetwork } from "./namespaces.ts";

/** What was asked of one address in one way. */
export interface Probed {
  readonly probes: number;
  readonly lost: number;
  /** The longest time without an answer. */
  readonly outageMs: number;
}

/** What the client saw since it was last asked; an entry for each address. */
export interface Report {
  readonly udp: readonly Probed[];
  /** Pages fetched through the proxy; empty without one. */
  readonly http: readonly Probed[];
  /** How late the client itself was at worst: what the machine did not have time for. */
  readonly lagMs: number;
  /** Questions for an address that two machines answered. */
  readonly twice: number;
}

/** How often each address is asked, and how long a datagram may take to be answered. */
export interface ProbePace {
  readonly probeMs: number;
  readonly answerMs: number;
}

export const QUICK: ProbePace = { probeMs: 5, answerMs: 200 };

export interface ProbingClientOptions {
  readonly host: string;
  /** The interface that the addresses are asked for on; eth0 unless named. */
  readonly device?: string;
  readonly addresses: readonly string[];
  /** What it runs; the source unless named. */
  readonly program?: string;
  readonly echoPort: number;
  /** QUICK unless told. */
  readonly pace?: ProbePace;
  /** With it pages are fetched too; the client is their origin, at `originAddress`. */
  readonly proxyPort?: number;
  readonly originAddress?: string;
}

/** A little more than the client gives a page, and what is a little more than it gives a datagram. */
const PAGE_DECIDED_MS = 525;
const EXTRA_MS = 25;

export class ProbingClient {
  readonly #child: ChildProcess;
  readonly #decidedMs: number;

  private constructor(child: ChildProcess, decidedMs: number) {
    this.#child = child;
    this.#decidedMs = decidedMs;
  }

  /** Starts it on that host; it ends with the network. */
  static async start(network: TestNetwork, options: ProbingClientOptions): Promise<ProbingClient> {
    const { host, device = "eth0", addresses, echoPort, proxyPort, originAddress } = options;
    const { program = "test/support/floating-client.ts", pace = QUICK } = options;
    const fetches = proxyPort === undefined ? [] : [String(proxyPort), originAddress ?? ""];
    const asked = [
      device,
      addresses.join(","),
      String(echoPort),
      String(pace.probeMs),
      String(pace.answerMs),
    ];
    const words = [program, ...asked, ...fetches];
    const child = network.device(host, words);
    child.stdout?.resume();
    child.stderr?.pipe(process.stderr);
    await once(child, "message");
    const client = new ProbingClient(
      child,
      proxyPort === undefined ? pace.answerMs + EXTRA_MS : PAGE_DECIDED_MS,
    );
    await client.seen();
    return client;
  }

  /** What it has seen since the last call; waits for what is still under way. */
  async seen(): Promise<Report> {
    await pause(this.#decidedMs);
    return (await this.#ask("report")) as Report;
  }

  /** How long one of the addresses has not answered a datagram. */
  async silentMs(): Promise<number> {
    return (await this.#ask("silence")) as number;
  }

  async #ask(message: string): Promise<unknown> {
    const answer = once(this.#child, "message");
    this.#child.send(message);
    const [value] = (await answer) as [unknown];
    return value;
  }
}
