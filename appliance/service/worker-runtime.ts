/**
 * The worker's side of supervision: settings come in and are acknowledged, listeners are opened and
 * closed, log lines and events go out, a drain ends it all. What is served is the application's matter.
 */
import type { MessagePort } from "node:worker_threads";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { CacheKey } from "#caching/cache-store.ts";
import type { LastRequest } from "#caching/last-request.ts";
import { Counters, sumCounters } from "#http/counters.ts";
import type { TransactionRecord } from "#http/transaction-record.ts";
import { accessLineFormat, type FormatLine } from "#log/access-line.ts";
import { LogBatch } from "#log/log-batch.ts";
import type { Settings } from "#settings/schema.ts";
import { turnClock } from "#socket/turn-clock.ts";
import { ConnectionLedger } from "#transport/connection-ledger.ts";
import type { Apply, FromWorker, ListenAddress, ToWorker, UnitFacts, WorkerData } from "./worker-messages.ts";

/** What the application gets from the worker it runs in. */
export interface WorkerServices {
  readonly clock: Clock;
  readonly counters: Counters;
  readonly ledger: ConnectionLedger;
  readonly logger: Logger;
  /** Takes a finished transaction for the access log. */
  readonly record: (record: TransactionRecord) => void;
  /** The unit as a whole; `counters` are the sums over all workers. */
  readonly unit: UnitFacts & { readonly counters: () => Readonly<Record<string, number>> };
}

/** What the worker needs from the application. */
export interface WorkerApplication {
  /** Uses `settings` for what begins from now on, or says why not and leaves everything as it was. */
  apply(settings: Settings, generation: number): Promise<Outcome<null, string>>;
  /** Opens a listener that shares its port with the other workers (SO_REUSEPORT). */
  listen(at: ListenAddress): Promise<Outcome<OpenListener, string>>;
  /** What became of the last request for a key; null where it is not remembered. */
  lastRequest(key: CacheKey): LastRequest | null;
  /** Lets what runs go on for at most `timeoutMs`, cuts the rest, then calls `done` once. */
  drain(timeoutMs: number, done: () => void): void;
}

export interface OpenListener {
  /** Takes no new connection; those that are open go on. */
  close(): void;
}

const keyOf = (at: ListenAddress): string => `${at.address} ${at.port}`;

class WorkerRuntime {
  readonly #port: MessagePort;
  readonly #application: WorkerApplication;
  readonly #batch: LogBatch;
  readonly #listeners = new Map<string, OpenListener>();
  #format: FormatLine | null = null;
  /** Messages are handled one after the other; the supervisor bounds how many there are. */
  #turn: Promise<void> = Promise.resolve();

  constructor(port: MessagePort, data: WorkerData, build: (services: WorkerServices) => WorkerApplication) {
    this.#port = port;
    const counters = new Counters(data.countersMemory, data.index);
    this.#batch = new LogBatch(
      (bytes, lines) =>
        this.#port.postMessage({ kind: "log", bytes, lines } satisfies FromWorker, [bytes.buffer]),
      (lines) => counters.add("log_lines_dropped", lines),
    );
    this.#application = build({
      clock: turnClock({ nowMs: () => performance.now(), wallMs: () => Date.now() }),
      counters,
      ledger: new ConnectionLedger(data.ledgerMemory, data.index),
      logger: (level, event, values) =>
        this.#say({ kind: "event", level, event, values: { worker: data.index, ...values } }),
      unit: { ...data.unit, counters: () => sumCounters(data.countersMemory) },
      record: (record) => {
        if (this.#format !== null) this.#batch.add(this.#format(record));
      },
    });
    // The lines of the last moments say most about a crash.
    process.on("uncaughtExceptionMonitor", () => this.#batch.flush());
    port.on("message", (message: ToWorker) => this.#hear(message));
  }

  #say(message: FromWorker): void {
    this.#port.postMessage(message);
  }

  #hear(message: ToWorker): void {
    if (message.kind === "log-taken") this.#batch.taken(message.bytes);
    else if (message.kind === "last-request")
      this.#say({ ...message, last: this.#application.lastRequest(message.key) });
    else if (message.kind === "apply") this.#turn = this.#turn.then(() => this.#apply(message));
    else this.#turn = this.#turn.then(() => this.#drain(message.timeoutMs));
  }

  async #apply(message: Apply): Promise<void> {
    const outcome = await this.#tryApply(message);
    const { generation } = message;
    this.#say(
      outcome.ok ? { kind: "applied", generation } : { kind: "refused", generation, fault: outcome.error },
    );
  }

  /** New listeners are open before the settings change and before any old one closes. */
  async #tryApply(message: Apply): Promise<Outcome<null, string>> {
    const opened = new Map<string, OpenListener>();
    const giveUp = (error: string): Outcome<null, string> => {
      for (const listener of opened.values()) listener.close();
      return failure(error);
    };
    const wanted = new Map(message.listen.map((at) => [keyOf(at), at]));
    const isFirst = this.#listeners.size === 0;
    // The first settings must be in place before the first connection.
    const applied = isFirst ? await this.#application.apply(message.settings, message.generation) : null;
    if (applied !== null && !applied.ok) return applied;
    for (const [key, at] of wanted) {
      if (this.#listeners.has(key)) continue;
      const listener = await this.#application.listen(at);
      if (!listener.ok) return giveUp(listener.error);
      opened.set(key, listener.value);
    }
    if (!isFirst) {
      const changed = await this.#application.apply(message.settings, message.generation);
      if (!changed.ok) return giveUp(changed.error);
    }
    for (const [key, listener] of opened) this.#listeners.set(key, listener);
    this.#closeListeners((key) => !wanted.has(key));
    const { enabled, format } = message.settings.accessLog;
    this.#format = enabled ? accessLineFormat(format) : null;
    return success(null);
  }

  #closeListeners(which: (key: string) => boolean): void {
    for (const [key, listener] of this.#listeners) {
      if (!which(key)) continue;
      listener.close();
      this.#listeners.delete(key);
    }
  }

  async #drain(timeoutMs: number): Promise<void> {
    this.#closeListeners(() => true);
    await new Promise<void>((done) => this.#application.drain(timeoutMs, done));
    this.#batch.flush();
    this.#say({ kind: "drained" });
  }
}

/** Runs a worker thread: builds the application and serves until the supervisor drains it. */
export function runWorker(
  port: MessagePort,
  data: WorkerData,
  build: (services: WorkerServices) => WorkerApplication,
): void {
  new WorkerRuntime(port, data, build);
}
