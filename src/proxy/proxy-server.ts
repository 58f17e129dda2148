import type { Clock } from "#base/clock.ts";
import type { CacheStore } from "#caching/cache-store.ts";
import type { Counters } from "#http/counters.ts";
import type { TransactionRecord } from "#http/transaction-record.ts";
import type { ConnectionLedger } from "#transport/connection-ledger.ts";
import type { Wire } from "#transport/wire.ts";
import { ClientConnection } from "./client-connection.ts";
import { type Generation, GenerationUse } from "./generation.ts";
import { ProxyCache } from "./proxy-cache.ts";
import type { ProxyContext } from "./proxy-context.ts";
import { RefusedConnections } from "./refused-connections.ts";

/** What the proxy needs from the process it runs in. */
export interface ProxyDependencies {
  readonly clock: Clock;
  readonly counters: Counters;
  /** Counts connections over all workers, for the limits. */
  readonly ledger: ConnectionLedger;
  readonly record: (record: TransactionRecord) => void;
  readonly version: string;
  /** This worker's store; null: nothing is stored. Who made it closes it, after the drain. */
  readonly store: CacheStore | null;
  /** When the unit started, and the counters of all its workers: for the status page. */
  readonly unitStartedWallMs: number;
  readonly unitCounters: () => Readonly<Record<string, number>>;
}

/**
 * All client connections of one worker. It opens no socket itself: `accept` gets wires from whatever
 * listens, `sweep` is called by whoever has a timer.
 */
export class ProxyServer {
  readonly #deps: ProxyDependencies;
  readonly #connections = new Set<ClientConnection>();
  readonly #refused: RefusedConnections;
  /** Where the sweep goes on. */
  #sweeping = this.#connections.values();
  readonly #context: ProxyContext;
  readonly #cache: ProxyCache | null;
  #current: GenerationUse;
  #draining: { readonly deadlineMs: number; readonly done: () => void } | null = null;

  constructor(deps: ProxyDependencies, generation: Generation) {
    this.#deps = deps;
    this.#refused = new RefusedConnections(deps.clock);
    this.#current = new GenerationUse(generation);
    this.#cache = deps.store === null ? null : new ProxyCache(deps.store, deps.clock, deps.counters);
    this.#context = {
      cache: this.#cache,
      clock: deps.clock,
      counters: deps.counters,
      record: deps.record,
      startedWallMs: deps.unitStartedWallMs,
      version: deps.version,
      unitCounters: deps.unitCounters,
      current: () => this.#current,
      draining: () => this.#draining !== null,
      forget: (connection) => this.#forget(connection),
    };
  }

  /** Uses a newer generation for every transaction that begins from now on. */
  apply(generation: Generation): void {
    const before = this.#current;
    this.#current = new GenerationUse(generation);
    before.replace();
  }

  /** A client has connected. */
  accept(wire: Wire): void {
    const { counters, ledger } = this.#deps;
    const { settings } = this.#current.generation;
    const verdict = ledger.tryAdd(wire.remoteAddress, settings.limits);
    if (verdict !== "ok" || this.#draining !== null) {
      if (verdict === "ok") ledger.remove(wire.remoteAddress);
      const reason = verdict === "ok" ? "draining" : verdict;
      counters.countClose(reason);
      this.#refused.answer(wire, reason, settings.unit.name);
      return;
    }
    counters.add("client_connections");
    counters.add("client_connections_open");
    this.#connections.add(new ClientConnection(wire, this.#context));
  }

  /**
   * Keeps every time limit of the client's side, for the next `share` of the connections in turn: a crowd
   * whose time is over at once is then answered in small portions, between which others are served.
   */
  sweep(share = 1): void {
    const nowMs = this.#deps.clock.nowMs();
    for (let left = Math.ceil(this.#connections.size * share); left > 0; left -= 1) {
      const next = this.#sweeping.next();
      if (!next.done) {
        next.value.sweep(nowMs);
        continue;
      }
      this.#sweeping = this.#connections.values();
      if (share < 1 || this.#connections.size === 0) break;
      left += 1;
    }
    this.#refused.sweep(nowMs);
    this.#cache?.sweep(nowMs);
    if (this.#draining !== null && nowMs >= this.#draining.deadlineMs) {
      for (const connection of this.#connections) connection.cut("draining");
    }
  }

  /**
   * Lets what is under way finish, for at most `timeoutMs`; idle connections close now. `done` is called
   * once, when no connection is left.
   */
  drain(timeoutMs: number, done: () => void): void {
    if (this.#draining !== null) return;
    const ended = (): void => {
      this.#cache?.stop();
      done();
    };
    this.#draining = { deadlineMs: this.#deps.clock.nowMs() + timeoutMs, done: ended };
    for (const connection of this.#connections) connection.drain();
    if (this.#connections.size === 0) ended();
  }

  get openConnections(): number {
    return this.#connections.size;
  }

  #forget(connection: ClientConnection): void {
    if (!this.#connections.delete(connection)) return;
    this.#deps.counters.add("client_connections_open", -1);
    this.#deps.ledger.remove(connection.wire.remoteAddress);
    if (this.#draining !== null && this.#connections.size === 0) this.#draining.done();
  }
}
