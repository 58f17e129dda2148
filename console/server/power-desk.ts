/** Stopping and restarting the machine: whether it may be, and first the floating addresses go to the other unit. */
import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "#base/clock.ts";
import type { Host } from "#console/contract/host.ts";
import type { Settings } from "#settings/schema.ts";
import { Refusal } from "./refusal.ts";
import type { Appliance } from "./services.ts";
import type { UnitLink } from "./unit-link.ts";

const HANDOVER_MS = 10_000;
const LOOK_MS = 100;

export interface PowerDeskDeps {
  readonly settings: () => Settings;
  readonly appliance: Pick<Appliance, "power" | "powerFault">;
  readonly link: Pick<UnitLink, "ask" | "pairStatus">;
  readonly clock: Clock;
}

export class PowerDesk {
  readonly #deps: PowerDeskDeps;

  constructor(deps: PowerDeskDeps) {
    this.#deps = deps;
  }

  get state(): Host["power"] {
    const { settings, appliance } = this.#deps;
    const why = settings().console.mayStopMachine
      ? appliance.powerFault()
      : "the setting console.mayStopMachine does not allow it";
    return { mayStop: why === null, why };
  }

  /** Throws a `Refusal` where it is not permitted; the answer says what became of the floating addresses. */
  async do(action: "stop" | "restart"): Promise<string> {
    const { why } = this.state;
    if (why !== null) throw new Refusal("not-permitted-here", why);
    const handover = await this.#handOver();
    const outcome = await this.#deps.appliance.power(action);
    if (!outcome.ok) throw new Refusal("not-permitted-here", outcome.error);
    return handover;
  }

  /** A planned move ends no connection; where it cannot be, the unit lets go when it is stopped. */
  async #handOver(): Promise<string> {
    const { settings, link, clock } = this.#deps;
    if (!settings().redundancy.enabled) return "there is no pair";
    if (!(await this.#holds())) return "the floating addresses are not here";
    const asked = await link.ask({ command: "pair-handover" });
    if (!asked.ok) return `the floating addresses were not handed over: ${asked.error}`;
    const deadline = clock.nowMs() + HANDOVER_MS;
    while (clock.nowMs() < deadline) {
      if (!(await this.#holds())) return "the floating addresses were handed over";
      await pause(LOOK_MS);
    }
    return `the floating addresses were still here after ${HANDOVER_MS / 1_000} s`;
  }

  async #holds(): Promise<boolean> {
    const status = await this.#deps.link.pairStatus();
    return status.ok && status.value.own.holds;
  }
}
