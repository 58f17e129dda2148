import type { Clock } from "#base/clock.ts";
import type { Counters } from "#http/counters.ts";
import type { Settings } from "#settings/schema.ts";
import type { ExchangeHandler, UpstreamRequest } from "#transport/exchange.ts";
import { SWEEP_INTERVAL_MS_MAX, SWEEP_INTERVAL_MS_MIN } from "./limits.ts";
import type { OriginConnection } from "./origin-connection.ts";
import { OriginExchange } from "./origin-exchange.ts";
import { OriginPool } from "./origin-pool.ts";
import type { OriginRoute } from "./origin-route.ts";

/** What the plain client needs beside a way to connect. */
export interface OriginPoolsOptions {
  readonly clock: Clock;
  readonly settings: Settings["upstream"];
  readonly limits: Pick<Settings["limits"], "requestLineBytesMax" | "headBytesMax" | "headFieldsMax">;
  readonly counters: Counters;
}

/** What the plain client holds now. */
export interface OriginPoolsStats {
  readonly origins: number;
  readonly connections: number;
  readonly idleConnections: number;
  readonly waiters: number;
}

/**
 * Every pool of a worker's plain client, with what the pools share: the budget of idle connections and
 * one timer that finds what has timed out. No connection and no request has a timer of its own.
 */
export class OriginPools {
  readonly options: OriginPoolsOptions;
  readonly #pools = new Map<string, OriginPool>();
  readonly #connections = new Set<OriginConnection>();
  /** In the order in which they became idle: the first is the first to go. */
  readonly #idle = new Set<OriginConnection>();
  readonly #sweepIntervalMs: number;
  #sweepTimer: NodeJS.Timeout | null = null;
  #sweptMs = 0;
  #closing = false;

  constructor(options: OriginPoolsOptions) {
    this.options = options;
    const { responseTimeoutMs, bodyTimeoutMs, idleTimeoutMs } = options.settings;
    const quarter = Math.min(responseTimeoutMs, bodyTimeoutMs, idleTimeoutMs) / 4;
    this.#sweepIntervalMs = Math.min(SWEEP_INTERVAL_MS_MAX, Math.max(SWEEP_INTERVAL_MS_MIN, quarter));
  }

  /** Starts an exchange by a route; as `Fetch`. */
  fetch(route: OriginRoute, request: UpstreamRequest, handler: ExchangeHandler): OriginExchange {
    const key = poolKey(route, request);
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      pool = new OriginPool(this, key, route, request);
      this.#pools.set(key, pool);
    }
    const exchange = new OriginExchange(pool, request, handler);
    pool.start(exchange);
    return exchange;
  }

  /** Closes what is idle and keeps nothing more; exchanges under way end as they would have. */
  close(): void {
    this.#closing = true;
    for (const connection of [...this.#idle]) connection.drop();
  }

  get stats(): OriginPoolsStats {
    let waiters = 0;
    for (const pool of this.#pools.values()) waiters += pool.waiters;
    return {
      origins: this.#pools.size,
      connections: this.#connections.size,
      idleConnections: this.#idle.size,
      waiters,
    };
  }

  /** A pool without connections and waiters is forgotten. */
  forget(pool: OriginPool): void {
    if (this.#pools.get(pool.key) === pool) this.#pools.delete(pool.key);
  }

  opened(connection: OriginConnection): void {
    this.#connections.add(connection);
    this.needSweep();
  }

  gone(connection: OriginConnection): void {
    this.#connections.delete(connection);
    this.#idle.delete(connection);
  }

  /** Whether the connection may be kept; makes room by dropping the one that is idle for longest. */
  keep(connection: OriginConnection): boolean {
    const max = this.options.settings.idleConnectionsMax;
    if (this.#closing || max === 0) return false;
    if (this.#idle.size >= max) {
      const [oldest] = this.#idle;
      oldest?.drop();
    }
    this.#idle.add(connection);
    return true;
  }

  taken(connection: OriginConnection): void {
    this.#idle.delete(connection);
    this.options.counters.add("upstream_connections_reused");
  }

  /** Runs the sweep for as long as there is anything to look at. */
  needSweep(): void {
    if (this.#sweepTimer !== null) return;
    this.#sweptMs = this.options.clock.nowMs();
    this.#sweepTimer = setInterval(() => this.#sweep(), this.#sweepIntervalMs);
    this.#sweepTimer.unref();
  }

  #sweep(): void {
    const nowMs = this.options.clock.nowMs();
    const sinceMs = nowMs - this.#sweptMs;
    this.#sweptMs = nowMs;
    // After a stall of this process what has arrived meanwhile is still unread: nobody is late but us.
    if (sinceMs > 2 * this.#sweepIntervalMs) return;
    for (const connection of this.#connections) connection.sweep(nowMs);
    for (const pool of this.#pools.values()) pool.sweep(nowMs);
    if (this.#connections.size === 0 && this.#pools.size === 0 && this.#sweepTimer !== null) {
      clearInterval(this.#sweepTimer);
      this.#sweepTimer = null;
    }
  }
}

function poolKey(route: OriginRoute, request: UpstreamRequest): string {
  if (route.server !== null) return route.name;
  const { host, port } = request.authority;
  return request.scheme === "http" ? `${route.name}${host}:${port}` : `${route.name}tls ${host}:${port}`;
}
