/** The unit's metrics: what is shown, and the server that the settings ask for. */

import { type Outcome, success } from "#base/outcome.ts";
import { MetricsServer } from "#control/metrics-server.ts";
import { type MetricsSource, openMetrics } from "#control/open-metrics.ts";
import type { Settings } from "#settings/schema.ts";
import { type Prepared, UNCHANGED } from "./prepared.ts";
import { formatListen } from "./reserve-ports.ts";
import type { Supervisor } from "./supervisor.ts";

/** Lines are written by the main thread: a worker's own zero would only mislead. */
const OF_MAIN = ["log_lines", "log_lines_dropped"] as const;

/** Counters by worker, and what the main thread counts under "main". */
export function countersByWorker(supervisor: Supervisor): readonly MetricsSource[] {
  const places = new Map(supervisor.status.map((status) => [status.worker, status]));
  const workers = supervisor.counters().map(({ worker, values }) => {
    const { log_lines: _, ...own } = values;
    const place = places.get(worker);
    return {
      worker: String(worker),
      values: {
        ...own,
        worker_serving: place?.state === "serving" ? 1 : 0,
        worker_restarts: place?.restarts ?? 0,
      },
    };
  });
  const main: Record<string, number> = { settings_generation: supervisor.generation };
  for (const name of OF_MAIN) main[name] = supervisor.mainCounters.value(name);
  return [...workers, { worker: "main", values: main }];
}

export class Metrics implements AsyncDisposable {
  readonly #text: () => string;
  #settings: Settings["metrics"] | null = null;
  #server: MetricsServer | null = null;

  /** `more` is what others than the counters add. */
  constructor(supervisor: Supervisor, more: () => readonly MetricsSource[]) {
    this.#text = () => openMetrics([...countersByWorker(supervisor), ...more()]);
  }

  /** "address:port" where they are served, or null. */
  get address(): string | null {
    return this.#server === null ? null : formatListen(this.#server);
  }

  /** Opens the server that `settings` ask for, beside the one in use. */
  async prepare(settings: Settings["metrics"]): Promise<Outcome<Prepared, string>> {
    const before = this.#settings;
    const isSame =
      before?.enabled === settings.enabled &&
      before.address === settings.address &&
      before.port === settings.port;
    if (isSame) return success(UNCHANGED);
    if (!settings.enabled) return success({ commit: () => this.#use(null, settings), discard: () => {} });
    const started = await MetricsServer.start(settings, this.#text);
    if (!started.ok) return started;
    const server = started.value;
    return success({
      commit: () => this.#use(server, settings),
      discard: () => void server[Symbol.asyncDispose](),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
  }

  #use(server: MetricsServer | null, settings: Settings["metrics"]): void {
    void this.#server?.[Symbol.asyncDispose]();
    this.#server = server;
    this.#settings = settings;
  }
}
