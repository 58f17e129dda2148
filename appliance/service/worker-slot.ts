/**
 * One worker's place: it holds a running worker thread, or waits to start the next one.
 *
 *   idle ──start──▶ starting ──applied──▶ serving ──drain──▶ draining ──drained──▶ gone
 *                      │ ▲                   │                  │
 *             died or  │ └──── waiting ◀─────┘ died             └─ died or too slow ──▶ gone
 *             refused  └───────▶ (back-off)
 *
 * The counters and the region of the ledger belong to the place and outlive its workers.
 */
import { Worker } from "node:worker_threads";
import type { Logger } from "#base/logger.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { CacheKey } from "#caching/cache-store.ts";
import type { LastRequest } from "#caching/last-request.ts";
import { COUNTERS, type CounterName, type Counters } from "#http/counters.ts";
import { closeDescriptors } from "#socket/descriptor-table.ts";
import type { ConnectionLedger } from "#transport/connection-ledger.ts";
import { tellEngine } from "./worker-engine.ts";
import { workerHeap } from "./worker-heap.ts";
import type { Apply, FromWorker, ToWorker, WorkerData } from "./worker-messages.ts";

/** The wait before a dead worker is started again: doubled each time, up to the longest … */
const RESTART_DELAY_MS_MIN = 100;
const RESTART_DELAY_MS_MAX = 30_000;
/** … and back to the shortest once a worker has served this long. */
const RESTART_STABLE_MS = 60_000;
/** A worker that does not answer an `apply` within this is taken for hung. */
const APPLY_TIMEOUT_MS = 20_000;
/** What a worker gets on top of the drain time, to send its last lines. */
const DRAIN_GRACE_MS = 2_000;
/** A worker that does not say within this what its last request was is not waited for. */
const QUESTION_TIMEOUT_MS = 2_000;

export type SlotState = "idle" | "starting" | "serving" | "waiting" | "draining" | "gone";

export interface WorkerStatus {
  readonly worker: number;
  readonly state: SlotState;
  readonly generation: number;
  readonly restarts: number;
  /** Why the last worker in this place ended, or null. */
  readonly lastEnd: string | null;
}

export interface SlotDeps {
  /** The module that the worker thread runs. */
  readonly entry: URL;
  readonly data: WorkerData;
  readonly counters: Counters;
  readonly ledger: ConnectionLedger;
  readonly logger: Logger;
  readonly onLog: (bytes: Buffer, lines: number) => void;
  /** The worker is gone, and nothing of it runs any more. */
  readonly onEnded: () => void;
  /** The settings that a worker which starts now must have. */
  readonly current: () => Apply;
}

type Told = (last: LastRequest | null) => void;

type Done = (outcome: Outcome<null, string>) => void;

const gaugeNames = (Object.keys(COUNTERS) as CounterName[]).filter((name) => COUNTERS[name].type === "gauge");

/** One line of an error for the log: its message and where it was thrown. */
const errorText = (error: unknown): string =>
  error instanceof Error
    ? (error.stack ?? error.message).split("\n").slice(0, 3).join(" ").replace(/\s+/g, " ")
    : String(error);

export class WorkerSlot {
  readonly #deps: SlotDeps;
  #worker: Worker | null = null;
  #state: SlotState = "idle";
  #generation = 0;
  #restarts = 0;
  #failuresInARow = 0;
  #servingSinceMs = 0;
  #lastError: string | null = null;
  #lastEnd: string | null = null;
  #timer: NodeJS.Timeout | null = null;
  readonly #pending = new Map<number, Done>();
  readonly #questions = new Map<number, Told>();
  #lastQuestion = 0;
  #onGone: (() => void) | null = null;

  constructor(deps: SlotDeps) {
    this.#deps = deps;
  }

  get status(): WorkerStatus {
    return {
      worker: this.#deps.data.index,
      state: this.#state,
      generation: this.#generation,
      restarts: this.#restarts,
      lastEnd: this.#lastEnd,
    };
  }

  /** Starts the first worker. On failure the place is gone and says what the worker said. */
  async start(): Promise<Outcome<null, string>> {
    const outcome = await this.#launch();
    if (!outcome.ok) await this.terminate();
    return outcome;
  }

  /** Gives a running worker new settings. A place that waits for a restart gets them then. */
  apply(message: Apply): Promise<Outcome<null, string>> {
    if (this.#worker === null || this.#state === "draining") return Promise.resolve(success(null));
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#settle(message.generation, failure(`worker ${this.#deps.data.index} does not answer`));
        // A worker that hangs serves nobody: it is ended here and started again by its exit.
        this.#lastError = "the worker did not answer";
        void this.#worker?.terminate();
      }, APPLY_TIMEOUT_MS);
      this.#pending.set(message.generation, (outcome) => {
        clearTimeout(timer);
        resolve(outcome);
      });
      this.#say(message);
    });
  }

  /** What became of the last request for a key in this place; null where nobody remembers it. */
  lastRequest(key: CacheKey): Promise<LastRequest | null> {
    if (this.#worker === null) return Promise.resolve(null);
    this.#lastQuestion += 1;
    const question = this.#lastQuestion;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#told(question, null), QUESTION_TIMEOUT_MS);
      this.#questions.set(question, (last) => {
        clearTimeout(timer);
        resolve(last);
      });
      this.#say({ kind: "last-request", question, key });
    });
  }

  /** Lets the worker finish what it does for at most `timeoutMs`; resolves when the place is gone. */
  async drain(timeoutMs: number): Promise<void> {
    if (this.#worker === null) return this.#leave();
    this.#state = "draining";
    this.#say({ kind: "drain", timeoutMs });
    await new Promise<void>((resolve) => {
      this.#onGone = resolve;
      this.#timer = setTimeout(() => void this.#worker?.terminate(), timeoutMs + DRAIN_GRACE_MS);
    });
  }

  /** Ends the worker now. */
  async terminate(): Promise<void> {
    this.#state = "gone";
    await this.#worker?.terminate();
    this.#leave();
  }

  async #launch(): Promise<Outcome<null, string>> {
    this.#state = "starting";
    this.#lastError = null;
    const { data, current } = this.#deps;
    tellEngine();
    const worker = new Worker(this.#deps.entry, {
      workerData: data,
      resourceLimits: workerHeap(current().settings.limits.connectionsMax, data.store?.memoryBytesMax ?? 0),
      // Not the options of the main thread: its loaders and hooks are not the workers', and cost each start.
      execArgv: ["--disable-warning=ExperimentalWarning"],
    });
    this.#worker = worker;
    worker.on("message", (message: FromWorker) => this.#hear(message));
    worker.on("error", (error) => {
      this.#lastError = errorText(error);
    });
    worker.once("exit", (code) => this.#ended(code));
    const outcome = await this.apply(current());
    // A drain or a stop may have come in between: then the state is no longer ours to change.
    if (outcome.ok && this.#state === "starting") {
      this.#state = "serving";
      this.#servingSinceMs = performance.now();
    }
    return outcome;
  }

  #say(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  #hear(message: FromWorker): void {
    switch (message.kind) {
      case "applied":
        this.#generation = message.generation;
        this.#settle(message.generation, success(null));
        break;
      case "refused":
        this.#settle(message.generation, failure(message.fault));
        break;
      case "last-request":
        this.#told(message.question, message.last);
        break;
      case "log":
        this.#deps.onLog(Buffer.from(message.bytes.buffer, 0, message.bytes.length), message.lines);
        this.#say({ kind: "log-taken", bytes: message.bytes.length });
        break;
      case "event":
        this.#deps.logger(message.level, message.event, message.values);
        break;
      case "drained":
        void this.#worker?.terminate();
        break;
    }
  }

  #settle(generation: number, outcome: Outcome<null, string>): void {
    const done = this.#pending.get(generation);
    this.#pending.delete(generation);
    done?.(outcome);
  }

  #told(question: number, last: LastRequest | null): void {
    const told = this.#questions.get(question);
    this.#questions.delete(question);
    told?.(last);
  }

  #ended(code: number): void {
    const { data, counters, ledger } = this.#deps;
    this.#worker = null;
    for (const name of gaugeNames) counters.add(name, -counters.value(name));
    ledger.clearWorker(data.index);
    closeDescriptors(data.descriptors);
    this.#deps.onEnded();
    const why = this.#lastError ?? `the worker ended with code ${code}`;
    const before = this.#state;
    if (before === "draining" || before === "gone") this.#leave();
    else this.#restartLater(why);
    for (const question of [...this.#questions.keys()]) this.#told(question, null);
    for (const generation of [...this.#pending.keys()]) this.#settle(generation, failure(why));
  }

  #restartLater(why: string): void {
    const served = this.#state === "serving" ? performance.now() - this.#servingSinceMs : 0;
    if (served >= RESTART_STABLE_MS) this.#failuresInARow = 0;
    const delayMs = Math.min(RESTART_DELAY_MS_MAX, RESTART_DELAY_MS_MIN * 2 ** this.#failuresInARow);
    this.#failuresInARow += 1;
    this.#lastEnd = why;
    this.#state = "waiting";
    this.#deps.logger("error", "worker-died", {
      worker: this.#deps.data.index,
      why,
      restartInMs: delayMs,
    });
    this.#timer = setTimeout(() => void this.#restart(), delayMs);
  }

  async #restart(): Promise<void> {
    this.#restarts += 1;
    const outcome = await this.#launch();
    if (outcome.ok) {
      this.#deps.logger("info", "worker-restarted", {
        worker: this.#deps.data.index,
        restarts: this.#restarts,
      });
    } else if (this.#worker !== null && this.#state === "starting") {
      // It refused its settings: a worker that cannot serve is ended, and its exit starts the back-off.
      this.#lastError = outcome.error;
      await this.#worker.terminate();
    }
  }

  #leave(): void {
    this.#state = "gone";
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#onGone?.();
    this.#onGone = null;
  }
}
