/** A host's way to its bridge that a test can make as bad as it likes. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { TestNetwork } from "./namespaces.ts";

/** What happens to each frame by itself: what is delayed by different times arrives in another order. */
export interface Conditions {
  /** Shares from 0 to 1. */
  readonly loss: number;
  readonly duplication: number;
  readonly delayMs: number;
  /** Up to this much more, at random. */
  readonly jitterMs: number;
  readonly blocked: "nothing" | "heartbeats" | "frames";
}

export const CALM: Conditions = { loss: 0, duplication: 0, delayMs: 0, jitterMs: 0, blocked: "nothing" };

export interface WireMessage {
  /** To the host, or from it. */
  readonly way: "in" | "out";
  readonly conditions: Partial<Conditions>;
}

const SEED = 7;

export class NetworkWire {
  readonly #program: ChildProcess;

  private constructor(program: ChildProcess) {
    this.#program = program;
  }

  /** Puts a wire between the host's eth0 and br0. */
  static async start(network: TestNetwork, host: string): Promise<NetworkWire> {
    const [hostEnd, wireEnd] = network.splice(host);
    const words = ["test/support/hostile-wire.ts", hostEnd, wireEnd, String(SEED)];
    const program = network.device("bridge", words);
    program.stdout?.resume();
    program.stderr?.pipe(process.stderr);
    await once(program, "message");
    return new NetworkWire(program);
  }

  /** From now on, in one direction or in both; what is not named is calm. */
  async set(way: "in" | "out" | "both", conditions: Partial<Conditions>): Promise<void> {
    for (const each of way === "both" ? (["in", "out"] as const) : [way]) {
      const done = once(this.#program, "message");
      this.#program.send({ way: each, conditions } satisfies WireMessage);
      await done;
    }
  }
}
