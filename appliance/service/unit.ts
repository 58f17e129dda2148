/**
 * One running unit: the control socket, the access log, the workers and the metrics, from the start
 * through reloads to the drain. It decides the order of things; each part does its own work.
 */
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type {
  ControlRequest,
  CountersAnswer,
  LastReload,
  ReloadAnswer,
  StatusAnswer,
} from "#control/contract.ts";
import { ControlServer } from "#control/server.ts";
import { kernelIp } from "#host/ip-port.ts";
import { changedAtNextStart } from "#settings/at-next-start.ts";
import { changedSections } from "#settings/difference.ts";
import type { Settings } from "#settings/schema.ts";
import { AccessLog } from "./access-log.ts";
import { CacheDesk, withoutStore } from "./cache-desk.ts";
import { countersByWorker, Metrics } from "./metrics.ts";
import { NetworkKeeper } from "./network-keeper.ts";
import type { Prepared } from "./prepared.ts";
import { ProxyService } from "./proxy-service.ts";
import { formatListen } from "./reserve-ports.ts";
import { openResponseStore, type ResponseStore } from "./response-store.ts";
import { ServiceDesk } from "./service-desk.ts";
import { NETWORK_NAME } from "./state-names.ts";
import { Supervisor, workerCount } from "./supervisor.ts";
import { UnitDaemons } from "./unit-daemons.ts";
import type { ListenAddress, UnitFacts } from "./worker-messages.ts";

export interface UnitOptions {
  /** Null: the defaults. */
  readonly settingsPath: string | null;
  readonly stateDir: string;
  readonly version: string;
  /** The module that each worker thread runs. */
  readonly workerEntry: URL;
  /** The program that is started beside the unit of a pair. */
  readonly heartbeatEntry: URL;
  /** The program of the console; null where there is none. */
  readonly consoleEntry: URL | null;
  /** The settings file as it is now, for the programs beside the unit. */
  readonly settingsPathNow: () => string | null;
  /** The program that serves proxy scripts. */
  readonly wpadEntry: URL;
  readonly load: (path: string | null) => Promise<Outcome<Settings, readonly string[]>>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Why a unit did not start: sentences for the operator, and whether it is the settings' fault. */
export interface StartFailure {
  readonly lines: readonly string[];
  readonly isSettings: boolean;
}

const STATE_FOLDER_MODE = 0o700;

/** Places for workers in the store: a reload may raise their number. */
const STORE_WORKERS_MIN = 16;

/** What a reload could not change. */
const notesOn = (before: Settings, after: Settings): readonly string[] =>
  changedAtNextStart(before, after).map((path) => `${path} changes at the next start`);

const startFailure = (...lines: string[]): Outcome<never, StartFailure> =>
  failure({ lines, isSettings: false });

export class Unit implements AsyncDisposable {
  readonly #options: UnitOptions;
  readonly #stateDir: string;
  readonly #facts: UnitFacts;
  readonly #startedMs: number;
  readonly #supervisor: Supervisor;
  readonly #accessLog: AccessLog;
  readonly #metrics: Metrics;
  /** Ends everything that was started, the last first. */
  readonly #parts = new AsyncDisposableStack();
  readonly #ended = Promise.withResolvers<void>();
  /** Null where nothing is stored. */
  #cache: CacheDesk | null = null;
  #settings: Settings;
  #controlPath = "";
  #daemons: UnitDaemons | null = null;
  #network: NetworkKeeper | null = null;
  readonly #services = new ServiceDesk();
  #state: StatusAnswer["state"] = "starting";
  #lastReload: LastReload | null = null;
  #reload: Promise<unknown> = Promise.resolve();
  #nextReload: Promise<Outcome<ReloadAnswer, string>> | null = null;

  private constructor(options: UnitOptions, settings: Settings) {
    const { clock, logger, version } = options;
    this.#options = options;
    this.#settings = settings;
    this.#stateDir = resolve(options.stateDir);
    this.#startedMs = clock.nowMs();
    this.#facts = { instance: randomBytes(6).toString("hex"), version, startedWallMs: clock.wallMs() };
    this.#supervisor = new Supervisor({
      entry: options.workerEntry,
      logger,
      onLog: (bytes, lines) => this.#accessLog.write(bytes, lines),
      unit: this.#facts,
    });
    const counters = this.#supervisor.mainCounters;
    this.#accessLog = new AccessLog({ stateDir: this.#stateDir, clock, logger, counters });
    this.#metrics = new Metrics(this.#supervisor, () => this.#cache?.metrics() ?? []);
  }

  /** Starts all parts; on failure nothing is left of them. */
  static async start(options: UnitOptions): Promise<Outcome<Unit, StartFailure>> {
    const loaded = await options.load(options.settingsPath);
    if (!loaded.ok) return failure({ lines: loaded.error, isSettings: true });
    const unit = new Unit(options, loaded.value);
    const outcome = await unit.#startParts();
    if (outcome.ok) return success(unit);
    await unit[Symbol.asyncDispose]();
    return startFailure(outcome.error);
  }

  get settings(): Settings {
    return this.#settings;
  }

  get listening(): readonly ListenAddress[] {
    return this.#supervisor.listening;
  }

  get controlPath(): string {
    return this.#controlPath;
  }

  /** Resolves when the unit has drained. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /**
   * Reads the settings again and changes to them, or says why nothing has changed. A call during a reload
   * waits for it; several such calls are one reload.
   */
  reload(): Promise<Outcome<ReloadAnswer, string>> {
    this.#nextReload ??= this.#reload.then(() => {
      this.#nextReload = null;
      const running = this.#tryReload();
      this.#reload = running;
      return running;
    });
    return this.#nextReload;
  }

  /** Takes no new connection, lets what runs end within the set time, then ends. Once is enough. */
  async drain(): Promise<void> {
    if (this.#state === "draining") return this.ended;
    this.#state = "draining";
    const { timeoutMs } = this.#settings.drain;
    // First the addresses go to the other unit: then no new client comes here.
    await this.#daemons?.handOver();
    this.#options.logger("info", "draining", { timeoutMs });
    await this.#supervisor.drain(timeoutMs);
    this.#ended.resolve();
  }

  /** The access log was moved away by somebody else. */
  reopenLog(): void {
    this.#accessLog.reopen();
  }

  status(): StatusAnswer {
    const { clock, version, settingsPath } = this.#options;
    return {
      unit: this.#settings.unit.name,
      version,
      state: this.#state,
      pid: process.pid,
      startedAt: new Date(this.#facts.startedWallMs).toISOString(),
      uptimeMs: Math.round(clock.nowMs() - this.#startedMs),
      settingsFile: settingsPath === null ? null : resolve(settingsPath),
      generation: this.#supervisor.generation,
      listening: this.listening.map(formatListen),
      metrics: this.#metrics.address,
      lastReload: this.#lastReload,
      accessLog: this.#accessLog.status,
      alerts: [...(this.#cache?.alerts() ?? []), ...this.#accessLog.alerts, ...(this.#network?.alerts ?? [])],
      cache: this.#cache?.summary() ?? null,
      wpad: this.#daemons?.wpadStatus ?? null,
      workers: this.#supervisor.status,
      counters: this.#supervisor.sums(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync();
  }

  async #startParts(): Promise<Outcome<null, string>> {
    const { control, accessLog, metrics } = this.#settings;
    try {
      await mkdir(this.#stateDir, { recursive: true, mode: STATE_FOLDER_MODE });
    } catch (error) {
      return failure(`cannot create the state folder ${this.#stateDir}: ${(error as Error).message}`);
    }
    // First, because it is also the lock: a second unit with this state goes no further.
    const path = isAbsolute(control.socket) ? control.socket : join(this.#stateDir, control.socket);
    const socket = await ControlServer.start(path, (request) => this.#answer(request));
    if (!socket.ok) return socket;
    this.#parts.use(socket.value);
    this.#controlPath = path;
    this.#parts.use(this.#accessLog);
    const log = await this.#accessLog.prepare(accessLog);
    if (!log.ok) return log;
    log.value.commit();
    this.#network = await NetworkKeeper.open({
      path: join(this.#stateDir, NETWORK_NAME),
      ip: kernelIp,
      logger: this.#options.logger,
    });
    // Listeners may need these addresses.
    await this.#network.start(this.#settings.network);
    const store = this.#openStore();
    if (!store.ok) return store;
    this.#parts.use(store.value);
    if (store.value !== null)
      this.#cache = this.#parts.use(new CacheDesk(store.value, this.#supervisor, this.#options.clock));
    this.#parts.defer(() => this.#supervisor.stop());
    const workers = await this.#supervisor.start(this.#settings, store.value);
    if (!workers.ok) return workers;
    this.#parts.use(this.#metrics);
    const served = await this.#metrics.prepare(metrics);
    if (!served.ok) return served;
    served.value.commit();
    this.#state = "serving";
    this.#services.add(this.#proxyService());
    this.#daemons = this.#parts.use(this.#makeDaemons());
    await this.#daemons.follow(this.#settings);
    return success(null);
  }

  #makeDaemons(): UnitDaemons {
    const { heartbeatEntry, wpadEntry, consoleEntry, settingsPathNow: settingsPath, logger } = this.#options;
    const place = { settingsPath, stateDir: this.#stateDir, controlPath: this.#controlPath, logger };
    return new UnitDaemons({ heartbeatEntry, wpadEntry, consoleEntry, ...place }, this.#services);
  }

  #proxyService(): ProxyService {
    return new ProxyService({
      supervisor: this.#supervisor,
      drainMs: () => this.#settings.drain.timeoutMs,
      isEnding: () => this.#state === "draining",
      onChange: (state) => {
        this.#state = state;
      },
      clock: this.#options.clock,
      logger: this.#options.logger,
    });
  }

  #openStore(): Outcome<ResponseStore | null, string> {
    const { cache } = this.#settings;
    if (!cache.enabled) return success(null);
    const { clock, logger } = this.#options;
    const workersMax = Math.max(STORE_WORKERS_MIN, 2 * workerCount(this.#settings));
    return openResponseStore(cache, { stateDir: this.#stateDir, workersMax, clock, logger });
  }

  async #tryReload(): Promise<Outcome<ReloadAnswer, string>> {
    const { load, settingsPath, logger, clock } = this.#options;
    const loaded = await load(settingsPath);
    const before = this.#settings;
    const outcome = loaded.ok ? await this.#change(loaded.value) : failure(loaded.error);
    const at = new Date(clock.wallMs()).toISOString();
    this.#lastReload = { at, ok: outcome.ok, faults: outcome.ok ? [] : outcome.error };
    if (!outcome.ok) {
      logger("error", "reload-refused", { faults: outcome.error.join("; ") });
      return failure(`nothing was changed:\n${outcome.error.join("\n")}`);
    }
    const generation = this.#supervisor.generation;
    const changed = changedSections(before, this.#settings).join(",");
    logger("info", "reloaded", { generation, changed: changed === "" ? "nothing" : changed });
    return success({ generation, notes: notesOn(before, this.#settings) });
  }

  /** Everything that can fail is made ready first; the workers are the last that can refuse. */
  async #change(settings: Settings): Promise<Outcome<null, readonly string[]>> {
    if (this.#state !== "serving" && this.#state !== "stopped")
      return failure([`this unit is ${this.#state}`]);
    const prepared: Prepared[] = [];
    const refuse = (fault: string): Outcome<null, readonly string[]> => {
      for (const change of prepared) change.discard();
      return failure([fault]);
    };
    const log = await this.#accessLog.prepare(settings.accessLog);
    if (!log.ok) return refuse(log.error);
    prepared.push(log.value);
    const metrics = await this.#metrics.prepare(settings.metrics);
    if (!metrics.ok) return refuse(metrics.error);
    prepared.push(metrics.value);
    const network = await this.#network?.add(settings.network);
    if (network?.ok === false) return refuse(`network: ${network.error}`);
    const applied = await this.#supervisor.apply(settings);
    await this.#network?.removeOthers((applied.ok ? settings : this.#settings).network);
    if (!applied.ok) return refuse(applied.error);
    for (const change of prepared) change.commit();
    this.#settings = settings;
    await this.#daemons?.follow(settings);
    return success(null);
  }

  async #answer(request: ControlRequest): Promise<Outcome<unknown, string>> {
    switch (request.command) {
      case "status":
        return success(this.status());
      case "counters": {
        const sources = countersByWorker(this.#supervisor);
        const workers = Object.fromEntries(sources.map(({ worker, values }) => [worker, values]));
        return success({ workers } satisfies CountersAnswer);
      }
      case "reload":
        return this.reload();
      case "drain":
        if (this.#state === "starting") return failure("this unit is starting");
        // The answer goes out before the end does.
        void this.drain();
        return success({ draining: true });
      case "services":
        return success({ services: this.#services.list });
      case "service-start":
      case "service-stop":
      case "service-drain":
      case "service-restart":
        return this.#services.do(request.command, request.service);
      case "cache-stats":
        return this.#cache === null ? withoutStore() : success(this.#cache.stats());
      case "cache-purge":
        return this.#cache === null ? withoutStore() : this.#cache.purge(request);
      case "cache-inspect":
        return this.#cache === null ? withoutStore() : this.#cache.inspect(request, this.#settings);
      case "pair-status":
      case "pair-handover":
      case "pair-maintenance-on":
      case "pair-maintenance-off":
      case "pair-announce":
        return failure("the heartbeat process answers this, on its own socket");
    }
  }
}
