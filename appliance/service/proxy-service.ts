/** The workers as one service: stopping it leaves the unit, its cache and its console. */
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { ServiceAnswer } from "#control/contract.ts";
import type { Service } from "./service-desk.ts";
import type { Supervisor } from "./supervisor.ts";

export interface ProxyServiceDeps {
  readonly supervisor: Supervisor;
  /** How long what runs may go on. */
  readonly drainMs: () => number;
  /** The unit itself ends: nothing is started or stopped any more. */
  readonly isEnding: () => boolean;
  readonly onChange: (state: "serving" | "stopped") => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class ProxyService implements Service {
  readonly #deps: ProxyServiceDeps;
  #sinceMs: number;

  constructor(deps: ProxyServiceDeps) {
    this.#deps = deps;
    this.#sinceMs = deps.clock.nowMs();
  }

  get status(): ServiceAnswer {
    const { supervisor, clock } = this.#deps;
    const { status, isSuspended } = supervisor;
    const serving = status.filter(({ state }) => state === "serving").length;
    const stopped = status.length > 0 ? "stopping" : "stopped";
    return {
      service: "proxy",
      state: isSuspended ? stopped : serving > 0 ? "running" : "failed",
      detail: `${serving} workers serve`,
      pid: process.pid,
      sinceMs: Math.round(clock.nowMs() - this.#sinceMs),
      restarts: status.reduce((sum, { restarts }) => sum + restarts, 0),
    };
  }

  async start(): Promise<Outcome<null, string>> {
    return this.#serve(() => this.#deps.supervisor.resume());
  }

  /** New workers take over; what runs in the old ones may end. */
  async restart(): Promise<Outcome<null, string>> {
    return this.#serve(() => this.#deps.supervisor.restart(this.#deps.drainMs()));
  }

  async stop(): Promise<Outcome<null, string>> {
    return this.#end(0);
  }

  async drain(): Promise<Outcome<null, string>> {
    return this.#end(this.#deps.drainMs());
  }

  async #serve(begin: () => Promise<Outcome<null, string>>): Promise<Outcome<null, string>> {
    if (this.#deps.isEnding()) return failure("this unit is shutting down");
    const wasStopped = this.#deps.supervisor.isSuspended;
    const outcome = await begin();
    if (!outcome.ok) return outcome;
    if (wasStopped) this.#changed("serving");
    return outcome;
  }

  /** The order does not wait for what runs on. */
  #end(timeoutMs: number): Outcome<null, string> {
    if (this.#deps.isEnding()) return failure("this unit is shutting down");
    if (!this.#deps.supervisor.isSuspended) {
      void this.#deps.supervisor.suspend(timeoutMs);
      this.#changed("stopped");
    }
    return success(null);
  }

  #changed(state: "serving" | "stopped"): void {
    this.#sinceMs = this.#deps.clock.nowMs();
    this.#deps.logger(state === "stopped" ? "warning" : "info", `proxy-${state}`);
    this.#deps.onChange(state);
  }
}
