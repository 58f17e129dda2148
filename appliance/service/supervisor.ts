/**
 * Keeps the workers running: starts one for each core or as many as the settings say, gives all of them
 * each generation of the settings, starts the dead ones again, and drains them at the end. It carries no
 * traffic, so that nothing a client sends can reach it.
 */
import { randomInt } from "node:crypto";
import { availableParallelism } from "node:os";
import { assert } from "#base/assert.ts";
import type { Logger } from "#base/logger.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { CacheKey } from "#caching/cache-store.ts";
import type { LastRequest } from "#caching/last-request.ts";
import { COUNTERS_BYTES, Counters, sumCounters } from "#http/counters.ts";
import type { Settings } from "#settings/schema.ts";
import { newDescriptorTable } from "#socket/descriptor-table.ts";
import { ConnectionLedger, createLedgerMemory } from "#transport/connection-ledger.ts";
import { reservePorts } from "./reserve-ports.ts";
import type { ResponseStore } from "./response-store.ts";
import type { Apply, ListenAddress, UnitFacts } from "./worker-messages.ts";
import { WorkerSlot, type WorkerStatus } from "./worker-slot.ts";

/** The schema allows so many: one region each in the ledger and the counters, which have one more for main. */
const WORKERS_MAX = 256;

export interface SupervisorDeps {
  /** The module that each worker thread runs. */
  readonly entry: URL;
  readonly logger: Logger;
  readonly onLog: (bytes: Buffer, lines: number) => void;
  readonly unit: UnitFacts;
}

/** The counters of one worker's place, whether a worker runs there now or not. */
export interface WorkerCounters {
  readonly worker: number;
  readonly values: Readonly<Record<string, number>>;
}

/** How many workers the settings ask for. */
export const workerCount = (settings: Settings): number => settings.workers || availableParallelism();

export class Supervisor {
  readonly #deps: SupervisorDeps;
  readonly #ledgerMemory = createLedgerMemory(WORKERS_MAX, randomInt(2 ** 32));
  readonly #countersMemory = new SharedArrayBuffer((WORKERS_MAX + 1) * COUNTERS_BYTES);
  /** Places that there have been. One that is gone keeps its counters: a counter must not shrink. */
  #places = 0;
  /** What the main thread counts. */
  readonly mainCounters = new Counters(this.#countersMemory, WORKERS_MAX);
  readonly #slots = new Map<number, WorkerSlot>();
  readonly #leaving = new Map<WorkerSlot, Promise<void>>();
  #current: Apply | null = null;
  #store: ResponseStore | null = null;
  #isDraining = false;
  /** No worker runs, by an order, until another one. */
  #isSuspended = false;

  constructor(deps: SupervisorDeps) {
    this.#deps = deps;
  }

  /** Where the workers listen, with real ports. */
  get listening(): readonly ListenAddress[] {
    return this.#current?.listen ?? [];
  }

  /** The generation in use; it grows with every reload, refused ones included. */
  get generation(): number {
    return this.#current?.generation ?? 0;
  }

  get status(): readonly WorkerStatus[] {
    return [...this.#slots.values(), ...this.#leaving.keys()]
      .map((slot) => slot.status)
      .sort((a, b) => a.worker - b.worker);
  }

  /** The counters of every place there has been. */
  counters(): readonly WorkerCounters[] {
    return Array.from({ length: this.#places }, (_, worker) => ({
      worker,
      values: new Counters(this.#countersMemory, worker).snapshot(),
    }));
  }

  /** The sums over all of them, and of what the main thread counts. */
  sums(): Readonly<Record<string, number>> {
    return sumCounters(this.#countersMemory);
  }

  /** The last request for a key among those that the workers remember. */
  async lastRequest(key: CacheKey): Promise<(LastRequest & { readonly worker: number }) | null> {
    const slots = [...this.#slots.values(), ...this.#leaving.keys()];
    const told = await Promise.all(
      slots.map(async (slot) => {
        const last = await slot.lastRequest(key);
        return last === null ? [] : [{ ...last, worker: slot.status.worker }];
      }),
    );
    return told.flat().sort((a, b) => b.wallMs - a.wallMs)[0] ?? null;
  }

  /** Starts the workers; when one cannot start, none is left running and the outcome says why. */
  async start(settings: Settings, store: ResponseStore | null): Promise<Outcome<null, string>> {
    assert(this.#current === null, "a supervisor starts once");
    this.#store = store;
    const listen = await reservePorts(settings.listen, []);
    if (!listen.ok) return listen;
    this.#current = { kind: "apply", generation: 1, settings, listen: listen.value };
    const outcome = await this.#resize(workerCount(settings));
    if (!outcome.ok) await this.stop();
    return outcome;
  }

  /**
   * Makes `settings` the current ones in all workers, with listeners open throughout. On failure all
   * workers are back on the settings before. Calls must not overlap.
   */
  async apply(settings: Settings): Promise<Outcome<null, string>> {
    const before = this.#current;
    assert(before !== null, "settings change after the start");
    if (this.#isDraining) return failure("this unit is shutting down");
    const pairs = before.settings.listen.map((set, at) => ({ set, real: before.listen[at] ?? set }));
    const listen = await reservePorts(settings.listen, pairs);
    if (!listen.ok) return listen;
    const generation = before.generation + 1;
    const applied = await this.#tell({ kind: "apply", generation, settings, listen: listen.value });
    const outcome = applied.ok ? await this.#resize(workerCount(settings)) : applied;
    if (!outcome.ok && !this.#isDraining) {
      await this.#tell({ ...before, generation: generation + 1 });
      await this.#resize(workerCount(before.settings));
    }
    return outcome;
  }

  get isSuspended(): boolean {
    return this.#isSuspended;
  }

  /** As `drain`, and `resume` serves again. */
  async suspend(timeoutMs: number): Promise<void> {
    this.#isSuspended = true;
    for (const index of [...this.#slots.keys()]) this.#release(index, timeoutMs);
    await Promise.all(this.#leaving.values());
  }

  /** Serves again, with the settings that hold now. */
  async resume(): Promise<Outcome<null, string>> {
    this.#isSuspended = false;
    assert(this.#current !== null, "a supervisor resumes after its start");
    return this.#resize(workerCount(this.#current.settings));
  }

  /** New workers in the place of all; what runs in the old ones goes on for at most `timeoutMs`. */
  async restart(timeoutMs: number): Promise<Outcome<null, string>> {
    for (const index of [...this.#slots.keys()]) this.#release(index, timeoutMs);
    return this.resume();
  }

  /** Closes the listeners, lets what runs go on for at most `timeoutMs`, and ends every worker. */
  async drain(timeoutMs: number): Promise<void> {
    this.#isDraining = true;
    for (const index of [...this.#slots.keys()]) this.#release(index, timeoutMs);
    await Promise.all(this.#leaving.values());
  }

  /** Ends every worker now. */
  async stop(): Promise<void> {
    this.#isDraining = true;
    await Promise.all([...this.#slots.values(), ...this.#leaving.keys()].map((slot) => slot.terminate()));
    this.#slots.clear();
  }

  /** Sends in the same turn in which it becomes current: a worker that starts later reads it there. */
  async #tell(message: Apply): Promise<Outcome<null, string>> {
    this.#current = message;
    const answers = await Promise.all([...this.#slots.values()].map((slot) => slot.apply(message)));
    return answers.find((answer) => !answer.ok) ?? success(null);
  }

  async #resize(count: number): Promise<Outcome<null, string>> {
    if (this.#isDraining) return failure("this unit is shutting down");
    if (this.#isSuspended) return success(null);
    const indexes = [...this.#slots.keys()].sort((a, b) => a - b);
    const drainMs = this.#current?.settings.drain.timeoutMs ?? 0;
    for (const index of indexes.slice(count)) this.#release(index, drainMs);
    const added: WorkerSlot[] = [];
    while (this.#slots.size < count) {
      const slot = this.#addSlot();
      if (slot === null)
        return failure("too many workers are still draining: try again when they have ended");
      added.push(slot);
    }
    const outcomes = await Promise.all(added.map((slot) => slot.start()));
    const failed = outcomes.find((outcome) => !outcome.ok);
    for (const [index, slot] of this.#slots) if (slot.status.state === "gone") this.#slots.delete(index);
    return failed ?? success(null);
  }

  #addSlot(): WorkerSlot | null {
    const taken = new Set([
      ...this.#slots.keys(),
      ...[...this.#leaving.keys()].map((slot) => slot.status.worker),
    ]);
    let index = 0;
    while (taken.has(index)) index += 1;
    if (index >= WORKERS_MAX) return null;
    this.#places = Math.max(this.#places, index + 1);
    const slot = new WorkerSlot({
      entry: this.#deps.entry,
      data: {
        index,
        countersMemory: this.#countersMemory,
        ledgerMemory: this.#ledgerMemory,
        descriptors: newDescriptorTable(),
        store: this.#store?.place ?? null,
        unit: this.#deps.unit,
      },
      counters: new Counters(this.#countersMemory, index),
      ledger: new ConnectionLedger(this.#ledgerMemory, index),
      logger: this.#deps.logger,
      onLog: this.#deps.onLog,
      onEnded: () => this.#store?.store.clearClaims(index),
      current: () => {
        assert(this.#current !== null, "workers start after the settings are there");
        return this.#current;
      },
    });
    this.#slots.set(index, slot);
    return slot;
  }

  /** Drains one place; until it is gone it counts as leaving. */
  #release(index: number, timeoutMs: number): void {
    const slot = this.#slots.get(index);
    if (slot === undefined) return;
    this.#slots.delete(index);
    const gone = slot.drain(timeoutMs).then(() => void this.#leaving.delete(slot));
    this.#leaving.set(slot, gone);
  }
}
