import type { Outcome } from "#base/outcome.ts";
import type { Authority } from "#http/authority.ts";
import type { UpstreamRequest } from "#transport/exchange.ts";
import type { TransportFailure } from "#transport/resolve.ts";
import type { Wire } from "#transport/wire.ts";
import { OriginConnection } from "./origin-connection.ts";
import type { OriginExchange } from "./origin-exchange.ts";
import type { OriginPools } from "./origin-pools.ts";
import type { OriginRoute } from "./origin-route.ts";

/**
 * The connections to one origin (or to one parent).
 *
 *   start ──idle one──▶ attached ──response complete, no doubt──▶ idle (last in, first out)
 *     ├──below the limit──▶ connecting ──▶ attached ──anything else──▶ closed; its place is free
 *     └──at the limit──▶ waiting (first in, first out) ──a connection or a place is free──▲
 */
export class OriginPool {
  readonly pools: OriginPools;
  readonly key: string;
  readonly route: OriginRoute;
  readonly #authority: Authority;
  readonly #tlsServerName: string | null;
  readonly #idle: OriginConnection[] = [];
  readonly #waiters = new Set<OriginExchange>();
  /** Connections open or being opened. */
  #places = 0;

  constructor(pools: OriginPools, key: string, route: OriginRoute, request: UpstreamRequest) {
    this.pools = pools;
    this.key = key;
    this.route = route;
    this.#authority = route.server?.authority ?? request.authority;
    const ownTls = request.scheme === "https" ? request.authority.host : null;
    this.#tlsServerName = route.server === null ? ownTls : route.server.tlsServerName;
  }

  get waiters(): number {
    return this.#waiters.size;
  }

  /** Finds a connection for the exchange: at once, when one is idle. */
  start(exchange: OriginExchange): void {
    const idle = this.#idle.pop();
    if (idle !== undefined) {
      this.pools.taken(idle);
      exchange.attach(idle, true);
      return;
    }
    const { connectionsPerOriginMax, waitersPerOriginMax, responseTimeoutMs } = this.pools.options.settings;
    if (this.#places < connectionsPerOriginMax) {
      this.#connect(exchange);
      return;
    }
    if (this.#waiters.size < waitersPerOriginMax) {
      exchange.waitUntilMs = this.pools.options.clock.nowMs() + responseTimeoutMs;
      this.#waiters.add(exchange);
      return;
    }
    // Never during `Fetch`.
    setImmediate(() => exchange.failed("too-many-upstream-waiters", `${this.#waiters.size} requests wait`));
  }

  /** The second try of a request whose reused connection had died: on a new one, ahead of the waiters. */
  retry(exchange: OriginExchange): void {
    this.#connect(exchange);
  }

  /** The exchange no longer wants a connection. */
  cancelWait(exchange: OriginExchange): void {
    if (this.#waiters.delete(exchange)) this.#forgetIfEmpty();
  }

  /** A connection is free again, after an answer without any doubt. */
  release(connection: OriginConnection): void {
    const [next] = this.#waiters;
    if (next !== undefined) {
      this.#waiters.delete(next);
      this.pools.options.counters.add("upstream_connections_reused");
      next.attach(connection, true);
      return;
    }
    if (this.pools.keep(connection)) {
      connection.wire.settle();
      this.#idle.push(connection);
    } else connection.drop();
  }

  /** A connection is gone, or belongs to somebody else now (an upgrade). */
  gone(connection: OriginConnection): void {
    this.pools.gone(connection);
    const at = this.#idle.lastIndexOf(connection);
    if (at !== -1) this.#idle.splice(at, 1);
    this.freePlace();
  }

  /** A place is free: the first waiter opens a connection in it. */
  freePlace(): void {
    this.#places -= 1;
    const [next] = this.#waiters;
    if (next === undefined) {
      this.#forgetIfEmpty();
      return;
    }
    // A retry may have taken the place already.
    if (this.#places >= this.pools.options.settings.connectionsPerOriginMax) return;
    this.#waiters.delete(next);
    this.#connect(next);
  }

  /** Gives up those who have waited for too long. */
  sweep(nowMs: number): void {
    for (const exchange of this.#waiters) {
      if (nowMs < exchange.waitUntilMs) return;
      this.#waiters.delete(exchange);
      exchange.failed("too-many-upstream-waiters", "no connection became free in time");
    }
    this.#forgetIfEmpty();
  }

  #forgetIfEmpty(): void {
    if (this.#places === 0 && this.#waiters.size === 0) this.pools.forget(this);
  }

  #connect(exchange: OriginExchange): void {
    this.#places += 1;
    const cancel = this.route.connect(this.#authority, { tlsServerName: this.#tlsServerName }, (outcome) =>
      this.#connected(exchange, outcome),
    );
    exchange.connecting(cancel);
  }

  #connected(exchange: OriginExchange, outcome: Outcome<Wire, TransportFailure>): void {
    if (!outcome.ok) {
      this.freePlace();
      exchange.failed(outcome.error.reason, outcome.error.detail);
      return;
    }
    const connection = new OriginConnection(this, outcome.value);
    this.pools.opened(connection);
    exchange.attach(connection, false);
  }
}
