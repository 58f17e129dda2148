import { Pool } from "undici";
import type { Counters } from "#http/counters.ts";
import type { Settings } from "#settings/schema.ts";
import type { Fetch, UpstreamRequest } from "#transport/exchange.ts";
import { SECURE_ORIGINS_MAX } from "./limits.ts";
import type { SecureBody } from "./secure-body.ts";
import { type ConnectSocket, SecureClient } from "./secure-client.ts";
import { SecureExchange, type SecureExchangeOwner } from "./secure-exchange.ts";

export interface SecureUpstreamOptions {
  readonly connectSocket: ConnectSocket;
  readonly settings: Settings["upstream"];
  readonly limits: Pick<Settings["limits"], "headBytesMax" | "headFieldsMax">;
  readonly counters: Counters;
}

/** https origins straight, by undici's dispatcher. */
export interface SecureUpstream {
  readonly fetch: Fetch;
  readonly close: () => void;
  readonly stats: { readonly origins: number; readonly connections: number; readonly exchanges: number };
}

interface OriginEntry {
  readonly pool: Pool;
  /** Exchanges under way and waiting. */
  exchanges: number;
}

/**
 * Makes the https client: HTTP/1.1 in pools of undici's, one an origin. No redirects, no decoding, no
 * retries of undici's own; name resolution, egress policy and TLS settings are those of `connectSocket`.
 */
export function createSecureUpstream(options: SecureUpstreamOptions): SecureUpstream {
  const origins = new SecureOrigins(options);
  return {
    fetch: (request, handler) => {
      const entry = origins.entryFor(request);
      const owner = origins.ownerOf(entry);
      const exchange = new SecureExchange(owner, request, handler);
      entry.exchanges += 1;
      if (origins.isFull(entry)) {
        setImmediate(() => exchange.fail("too-many-upstream-waiters", `${entry.exchanges} requests wait`));
      } else exchange.start();
      return exchange;
    },
    close: () => origins.close(),
    get stats() {
      return origins.stats;
    },
  };
}

class SecureOrigins {
  readonly #options: SecureUpstreamOptions;
  /** In the order of last use: the first is the first to go. */
  readonly #entries = new Map<string, OriginEntry>();
  #connections = 0;
  #exchanges = 0;
  #closing = false;

  constructor(options: SecureUpstreamOptions) {
    this.#options = options;
  }

  get stats(): SecureUpstream["stats"] {
    return { origins: this.#entries.size, connections: this.#connections, exchanges: this.#exchanges };
  }

  entryFor(request: UpstreamRequest): OriginEntry {
    const { host, port } = request.authority;
    const key = host.includes(":") ? `https://[${host}]:${port}` : `https://${host}:${port}`;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { pool: this.#createPool(key, request), exchanges: 0 };
      if (this.#entries.size >= SECURE_ORIGINS_MAX) this.#evict();
    } else this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  isFull(entry: OriginEntry): boolean {
    const { connectionsPerOriginMax, waitersPerOriginMax } = this.#options.settings;
    return entry.exchanges > connectionsPerOriginMax + waitersPerOriginMax;
  }

  ownerOf(entry: OriginEntry): SecureExchangeOwner {
    this.#exchanges += 1;
    return {
      headFieldsMax: this.#options.limits.headFieldsMax,
      dispatch: (exchange, body) => dispatch(entry.pool, exchange, body),
      ended: () => {
        entry.exchanges -= 1;
        this.#exchanges -= 1;
        this.#keepWithinBudget();
      },
      reused: () => this.#options.counters.add("upstream_connections_reused"),
    };
  }

  /** Closes what is idle; what is under way ends as it would have. */
  close(): void {
    this.#closing = true;
    this.#keepWithinBudget();
  }

  /** No more idle connections than the settings allow: the origins used least lately lose theirs. */
  #keepWithinBudget(): void {
    const max = this.#closing ? 0 : this.#options.settings.idleConnectionsMax;
    if (this.#connections - this.#exchanges <= max && !this.#closing) return;
    this.#evict();
    if (!this.#closing) return;
    for (const [key, entry] of this.#entries) if (entry.exchanges === 0) this.#remove(key, entry);
  }

  #evict(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.exchanges > 0) continue;
      this.#remove(key, entry);
      return;
    }
  }

  #remove(key: string, entry: OriginEntry): void {
    this.#entries.delete(key);
    // After the turn in which undici tells of the end of the last exchange.
    setImmediate(() => void entry.pool.destroy().catch(() => undefined));
  }

  #createPool(origin: string, request: UpstreamRequest): Pool {
    const { settings, limits, connectSocket } = this.#options;
    const connections = {
      connectSocket,
      changed: (amount: 1 | -1): void => {
        this.#connections += amount;
      },
    };
    return new Pool(origin, {
      connections: settings.connectionsPerOriginMax,
      pipelining: 1,
      allowH2: false,
      headersTimeout: settings.responseTimeoutMs,
      bodyTimeout: settings.bodyTimeoutMs,
      keepAliveTimeout: settings.idleTimeoutMs,
      keepAliveMaxTimeout: settings.idleTimeoutMs,
      maxHeaderSize: limits.headBytesMax,
      factory: (url, clientOptions) => new SecureClient(url, clientOptions, request.authority, connections),
    });
  }
}

function dispatch(pool: Pool, exchange: SecureExchange, body: SecureBody | null): void {
  const { method, path } = exchange.request;
  pool.dispatch({ method, path, headers: headersOf(exchange.request), body }, exchange);
}

/** Names and values in turn; undici adds the rest of the framing, and refuses Expect. */
function headersOf(request: UpstreamRequest): string[] {
  const { fields, framing } = request;
  const headers: string[] = [];
  for (let index = 0; index < fields.length; index += 1) {
    if (fields.nameAt(index) !== "expect") headers.push(fields.rawNameAt(index), fields.valueAt(index));
  }
  if (framing.kind === "length") headers.push("content-length", String(framing.bytes));
  return headers;
}
