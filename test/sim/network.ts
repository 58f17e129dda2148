/** The networks between the units, their client and their gateway, with everything that can go wrong on them. */
import type { Rng } from "#test/fuzz/rng.ts";
import type { EventQueue } from "./event-queue.ts";

export type Node = "a" | "b" | "client" | "gateway";
/** What is blocked: every frame of the clients' network, heartbeats alone, or the second heartbeat network. */
export type Layer = "frames" | "beats" | "second";

const none = (): Record<Node, number> => ({ a: 0, b: 0, client: 0, gateway: 0 });

const everyDirection = (): Record<Node, Record<Node, number>> => ({
  a: none(),
  b: none(),
  client: none(),
  gateway: none(),
});

const BASE_DELAY_MS = 0.15;

export class Network {
  readonly #queue: EventQueue;
  readonly #rng: Rng;
  /** How many faults block each direction of each layer. */
  readonly #blocked: Record<Layer, Record<Node, Record<Node, number>>> = {
    frames: everyDirection(),
    beats: everyDirection(),
    second: everyDirection(),
  };
  /** Shares of all frames, 0 to 1. */
  loss = 0;
  duplication = 0;
  /** Uniform on top of the base delay: frames overtake each other. */
  jitterMs = 0;
  readonly carrier: Record<Node, boolean> = { a: true, b: true, client: true, gateway: true };

  constructor(queue: EventQueue, rng: Rng) {
    this.#queue = queue;
    this.#rng = rng;
  }

  /** Blocks one direction until the returned function is called. Blocks add up. */
  block(from: Node, to: Node, layer: Layer): () => void {
    this.#blocked[layer][from][to] += 1;
    return () => {
      this.#blocked[layer][from][to] -= 1;
    };
  }

  /** Whether frames of that kind get from one to the other at all. */
  passes(from: Node, to: Node, layer: Layer): boolean {
    const isOpen = this.#blocked[layer][from][to] === 0;
    if (layer === "second") return isOpen;
    return isOpen && this.carrier[from] && this.carrier[to] && this.#blocked.frames[from][to] === 0;
  }

  /** In both directions. */
  connects(one: Node, other: Node, layer: Layer): boolean {
    return this.passes(one, other, layer) && this.passes(other, one, layer);
  }

  get isClean(): boolean {
    return this.loss === 0 && this.duplication === 0 && this.jitterMs === 0;
  }

  /** Sends a frame: it arrives once, twice or never. Who receives it must still be reachable then. */
  send(from: Node, to: Node, layer: Layer, arrive: () => void): void {
    if (!this.passes(from, to, layer) || this.#chance(this.loss)) return;
    this.#deliver(to, layer, arrive);
    if (this.#chance(this.duplication)) this.#deliver(to, layer, arrive);
  }

  #deliver(to: Node, layer: Layer, arrive: () => void): void {
    const delayMs = BASE_DELAY_MS * (1 + this.#unit()) + this.jitterMs * this.#unit();
    this.#queue.after(delayMs, () => {
      if (layer === "second" || this.carrier[to]) arrive();
    });
  }

  #unit(): number {
    return this.#rng.next() / 2 ** 32;
  }

  #chance(share: number): boolean {
    return share > 0 && this.#unit() < share;
  }
}
