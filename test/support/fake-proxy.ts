import type { Clock } from "#base/clock.ts";
import type { Outcome } from "#base/outcome.ts";
import type { CacheStore } from "#caching/cache-store.ts";
import { COUNTERS_BYTES, Counters } from "#http/counters.ts";
import type { FieldList } from "#http/field-list.ts";
import type { TransactionRecord } from "#http/transaction-record.ts";
import type { Generation } from "#proxy/generation.ts";
import { ProxyServer } from "#proxy/proxy-server.ts";
import { defaultSettings } from "#settings/parse-settings.ts";
import type { Settings } from "#settings/schema.ts";
import type { OpenedTunnel } from "#transport/connect.ts";
import { ConnectionLedger, createLedgerMemory } from "#transport/connection-ledger.ts";
import type { Exchange, ExchangeHandler, UpstreamRequest } from "#transport/exchange.ts";
import type { TransportFailure } from "#transport/resolve.ts";
import { FakeWire } from "./fake-wire.ts";

/** One exchange that the proxy started: the test answers it through `handler`. */
export class FakeExchange implements Exchange {
  readonly request: UpstreamRequest;
  readonly handler: ExchangeHandler;
  body = "";
  bodyEnded = false;
  trailers: FieldList | null = null;
  aborted = false;
  resumed = 0;
  /** The origin takes no more of the request body until onRequestDrain. */
  stalled = false;

  constructor(request: UpstreamRequest, handler: ExchangeHandler) {
    this.request = request;
    this.handler = handler;
  }

  write(bytes: Buffer): boolean {
    this.body += bytes.toString("latin1");
    return !this.stalled;
  }

  end(trailers: FieldList | null): void {
    this.bodyEnded = true;
    this.trailers = trailers;
  }

  resume(): void {
    this.resumed += 1;
  }

  abort(): void {
    this.aborted = true;
  }
}

interface FakeTunnelAttempt {
  readonly host: string;
  readonly done: (outcome: Outcome<OpenedTunnel, TransportFailure>) => void;
  cancelled: boolean;
}

/** A proxy server without network or real time: clients, origins and the clock are the test's. */
export class FakeProxy {
  nowMs = 1_000;
  readonly records: TransactionRecord[] = [];
  readonly exchanges: FakeExchange[] = [];
  readonly tunnels: FakeTunnelAttempt[] = [];
  readonly counters = new Counters(new SharedArrayBuffer(COUNTERS_BYTES));
  readonly server: ProxyServer;
  disposed = 0;

  constructor(
    change: (settings: Settings) => Settings = (settings) => settings,
    store: CacheStore | null = null,
  ) {
    const clock: Clock = { nowMs: () => this.nowMs, wallMs: () => 1_700_000_000_000 + this.nowMs };
    this.server = new ProxyServer(
      {
        clock,
        counters: this.counters,
        ledger: new ConnectionLedger(createLedgerMemory(1, 7), 0),
        record: (record) => this.records.push(record),
        version: "0.0.0",
        store,
        unitStartedWallMs: 0,
        unitCounters: () => this.counters.snapshot(),
      },
      this.generation(change(defaultSettings())),
    );
  }

  /** A generation whose upstream is the test. */
  generation(settings: Settings, rules: Partial<Generation> = {}): Generation {
    return {
      settings,
      pseudonym: "futago-0badcafe",
      clientAllowed: () => true,
      methodAllowed: (method) => settings.requests.methods.includes(method),
      requestPortAllowed: () => true,
      connectPortAllowed: (port) => port === 443,
      fetch: (request, handler) => {
        const exchange = new FakeExchange(request, handler);
        this.exchanges.push(exchange);
        return exchange;
      },
      openTunnel: (authority, done) => {
        const attempt: FakeTunnelAttempt = { host: authority.host, done, cancelled: false };
        this.tunnels.push(attempt);
        return () => {
          attempt.cancelled = true;
        };
      },
      dispose: () => {
        this.disposed += 1;
      },
      ...rules,
    };
  }

  /** A client connects. */
  client(): FakeWire {
    const wire = new FakeWire();
    this.server.accept(wire);
    return wire;
  }

  /** Time passes, and the sweep sees it. */
  pass(ms: number): void {
    this.nowMs += ms;
    this.server.sweep();
  }

  /** The exchange that was started last. */
  get exchange(): FakeExchange {
    const last = this.exchanges.at(-1);
    if (last === undefined) throw new Error("the proxy has started no exchange");
    return last;
  }

  /** The record that was written last. */
  get record(): TransactionRecord {
    const last = this.records.at(-1);
    if (last === undefined) throw new Error("no transaction has ended");
    return last;
  }
}
