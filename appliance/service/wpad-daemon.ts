/** The WPAD server as a process: its listeners, its time limits, and what the heartbeat tells it of the units. */
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import { failure, type Outcome, success } from "#base/outcome.ts";
import { callControl } from "#control/client.ts";
import type { WpadAnswer } from "#control/contract.ts";
import { wpadWarnings } from "#pac/check-wpad.ts";
import type { UnitStates } from "#pac/client-order.ts";
import type { Settings } from "#settings/schema.ts";
import { type Listener, listen } from "#socket/listener.ts";
import { SWEEP_MS } from "#wpad/limits.ts";
import { ScriptServer } from "#wpad/script-server.ts";
import { ScriptSite } from "#wpad/script-site.ts";
import { unitStatesOf } from "#wpad/unit-states.ts";
import { HEARTBEAT_SOCKET } from "./heartbeat-socket.ts";
import { formatListen } from "./reserve-ports.ts";

export interface WpadDaemonOptions {
  readonly settings: Settings;
  readonly stateDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often the heartbeat is asked: a takeover takes 60 ms at the least. */
const LOOK_MS = 200;
/** A heartbeat that does not answer within this tells nothing. */
const ANSWER_MS = 1_000;

const ownAddresses = (): readonly string[] =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => address);

export class WpadDaemon implements Disposable {
  readonly #options: WpadDaemonOptions;
  readonly #server: ScriptServer;
  readonly #listeners = new Map<string, Listener>();
  readonly #timers: readonly NodeJS.Timeout[];
  #settings: Settings;
  #site: ScriptSite;
  #states: UnitStates = unitStatesOf(null);
  #isDraining = false;
  #isLooking = false;

  private constructor(options: WpadDaemonOptions) {
    const { settings, clock } = options;
    this.#options = options;
    this.#settings = settings;
    this.#site = new ScriptSite(settings);
    this.#server = new ScriptServer(clock, this.#site, settings.wpad);
    this.#timers = [
      setInterval(() => this.#server.sweep(clock.nowMs()), SWEEP_MS),
      setInterval(() => void this.#look(), LOOK_MS),
    ];
  }

  /** Listens everywhere, or says in a sentence where it cannot. */
  static async start(options: WpadDaemonOptions): Promise<Outcome<WpadDaemon, string>> {
    if (!options.settings.wpad.enabled) return failure("wpad.enabled is false: there is nothing to serve");
    const daemon = new WpadDaemon(options);
    await daemon.#look();
    const fault = daemon.#listenWhere(options.settings);
    if (fault === null) {
      daemon.#warn();
      return success(daemon);
    }
    daemon[Symbol.dispose]();
    return failure(fault);
  }

  /** Serves by other settings from now on; where it cannot listen, nothing changes. */
  apply(settings: Settings): Outcome<null, string> {
    const fault = this.#listenWhere(settings);
    if (fault !== null) return failure(fault);
    this.#settings = settings;
    this.#site = new ScriptSite(settings, this.#site);
    this.#server.apply(this.#site, settings.wpad);
    this.#tellSite();
    this.#warn();
    return success(null);
  }

  /** This unit takes no new connection of its proxy: its scripts name it last. */
  drain(): void {
    this.#isDraining = true;
    this.#tellSite();
  }

  status(): WpadAnswer {
    const states = this.#statesNow();
    return {
      listening: [...this.#listeners.values()].map(formatListen),
      thisUnit: states.this,
      peerUnit: states.peer,
      ...this.#site.counts,
      connections: this.#server.connections,
      ...this.#server.turnedAway,
      residentBytes: process.memoryUsage.rss(),
    };
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const listener of this.#listeners.values()) listener.close();
    this.#server.close();
  }

  /** Opens what is new, then closes what is gone; on a fault, what was opened is closed again. */
  #listenWhere(settings: Settings): string | null {
    const opened = new Map<string, Listener>();
    for (const { address, port } of settings.wpad.listen) {
      const place = formatListen({ address, port });
      if (this.#listeners.has(place)) continue;
      const listener = listen({ address, port, reusePort: false, freeBind: true }, (wire) =>
        this.#server.accept(wire),
      );
      if (!listener.ok) {
        for (const each of opened.values()) each.close();
        return listener.error.text;
      }
      opened.set(place, listener.value);
    }
    const wanted = new Set(settings.wpad.listen.map(formatListen));
    for (const [place, listener] of this.#listeners) {
      if (wanted.has(place)) continue;
      listener.close();
      this.#listeners.delete(place);
    }
    for (const [place, listener] of opened) this.#listeners.set(place, listener);
    return null;
  }

  #warn(): void {
    for (const warning of wpadWarnings(this.#settings))
      this.#options.logger("warning", "wpad-settings", { warning });
  }

  /** Asks the heartbeat how the units are; without an answer neither is known to be unwell. */
  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const path = join(this.#options.stateDir, HEARTBEAT_SOCKET);
    const { enabled } = this.#settings.redundancy;
    const answer = enabled ? await callControl(path, { command: "pair-status" }, ANSWER_MS) : failure("off");
    this.#states = unitStatesOf(answer.ok ? answer.value : null);
    this.#tellSite();
    this.#isLooking = false;
  }

  #statesNow(): UnitStates {
    return this.#isDraining ? { ...this.#states, this: "draining" } : this.#states;
  }

  #tellSite(): void {
    this.#site.setStates(this.#statesNow());
    this.#site.setOwnAddresses(ownAddresses());
  }
}
