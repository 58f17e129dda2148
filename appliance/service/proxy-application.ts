/** The proxy as a worker runs it: generations, listeners and the sweep around one ProxyServer. */

import { failure, type Outcome, success } from "#base/outcome.ts";
import type { CacheStore } from "#caching/cache-store.ts";
import { SWEEP_SHARE, SWEEP_STEP_MS } from "#proxy/limits.ts";
import { ProxyServer } from "#proxy/proxy-server.ts";
import type { Settings } from "#settings/schema.ts";
import { listen } from "#socket/listener.ts";
import { type BuiltGeneration, buildGeneration, type GenerationContext } from "./build-generation.ts";
import { OwnAddresses } from "./own-addresses.ts";
import type { ListenAddress } from "./worker-messages.ts";
import type { OpenListener, WorkerApplication, WorkerServices } from "./worker-runtime.ts";

/** Opens this worker's store; null: nothing is stored. */
export type OpenWorkerStore = (services: WorkerServices, settings: Settings) => CacheStore | null;

export class ProxyApplication implements WorkerApplication {
  readonly #services: WorkerServices;
  readonly #own = new OwnAddresses();
  readonly #context: GenerationContext;
  #built: BuiltGeneration | null = null;
  #server: ProxyServer | null = null;
  #sweep: NodeJS.Timeout | null = null;
  readonly #openStore: OpenWorkerStore;
  #store: CacheStore | null = null;

  constructor(services: WorkerServices, openStore: OpenWorkerStore = () => null) {
    this.#services = services;
    this.#openStore = openStore;
    this.#context = {
      clock: services.clock,
      counters: services.counters,
      own: this.#own,
      instance: services.unit.instance,
    };
  }

  async apply(settings: Settings): Promise<Outcome<null, string>> {
    const built = await buildGeneration(settings, this.#built, this.#context);
    if (!built.ok) return built;
    this.#built = built.value;
    if (this.#server === null) this.#start(built.value);
    else this.#server.apply(built.value.generation);
    return success(null);
  }

  async listen(at: ListenAddress): Promise<Outcome<OpenListener, string>> {
    const listening = listen(
      {
        ...at,
        reusePort: true,
        onAcceptError: (code) => this.#services.logger("error", "accept-failed", { ...at, code }),
      },
      (wire) => this.#server?.accept(wire),
    );
    if (!listening.ok) return failure(listening.error.text);
    this.#own.add(at);
    return success({
      close: () => {
        this.#own.remove(at);
        listening.value.close();
      },
    });
  }

  drain(timeoutMs: number, done: () => void): void {
    const ended = (): void => {
      if (this.#sweep !== null) clearInterval(this.#sweep);
      this.#own.close();
      this.#built?.generation.dispose();
      if (this.#store === null) done();
      else void this.#store.close().then(done, done);
    };
    if (this.#server === null) ended();
    else this.#server.drain(timeoutMs, ended);
  }

  #start({ generation }: BuiltGeneration): void {
    const { clock, counters, ledger, record, unit } = this.#services;
    this.#store = this.#openStore(this.#services, generation.settings);
    const server = new ProxyServer(
      {
        store: this.#store,
        clock,
        counters,
        ledger,
        record,
        version: unit.version,
        unitStartedWallMs: unit.startedWallMs,
        unitCounters: unit.counters,
      },
      generation,
    );
    this.#server = server;
    this.#sweep = setInterval(() => server.sweep(SWEEP_SHARE), SWEEP_STEP_MS);
  }
}
