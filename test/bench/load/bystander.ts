/** Requests at a fixed rate over a few keep-alive connections, and how long each took from its due time. */
import { setTimeout as sleep } from "node:timers/promises";
import { CheckedConnection, type Endpoint } from "./checked-connection.ts";

const CONNECTIONS = 8;
const TICK_MS = 5;

export interface BystanderWindow {
  readonly timesMs: readonly number[];
  readonly failures: number;
}

export class Bystander implements Disposable {
  readonly #idle: CheckedConnection[];
  readonly #all: readonly CheckedConnection[];
  readonly #due: number[] = [];
  #timesMs: number[] = [];
  #failures = 0;

  constructor(endpoint: Endpoint) {
    this.#all = Array.from({ length: CONNECTIONS }, () => new CheckedConnection(endpoint));
    this.#idle = [...this.#all];
  }

  /** Sends `perSecond` requests a second for a while; one that finds no free connection waits, and its wait counts. */
  async run(perSecond: number, seconds: number, signal: AbortSignal): Promise<BystanderWindow> {
    this.#timesMs = [];
    this.#failures = 0;
    const startedMs = performance.now();
    let issued = 0;
    for (let now = startedMs; now - startedMs < seconds * 1_000; now = performance.now()) {
      const wanted = Math.floor(((now - startedMs) / 1_000) * perSecond);
      // Due now, not when this process should have woken: its own lateness is not the proxy's.
      for (; issued < wanted; issued += 1) {
        this.#due.push(performance.now());
        this.#dispatch();
      }
      await sleep(TICK_MS, undefined, { signal });
    }
    while (this.#idle.length < CONNECTIONS) await sleep(TICK_MS, undefined, { signal });
    return { timesMs: this.#timesMs, failures: this.#failures };
  }

  [Symbol.dispose](): void {
    for (const connection of this.#all) connection.close();
  }

  #dispatch(): void {
    const connection = this.#idle.pop();
    if (connection === undefined) return;
    const dueMs = this.#due.shift();
    if (dueMs === undefined) {
      this.#idle.push(connection);
      return;
    }
    void connection.request("/small").then((answer) => {
      this.#timesMs.push(performance.now() - dueMs);
      if (!answer.ok) this.#failures += 1;
      this.#idle.push(connection);
      this.#dispatch();
    });
  }
}
