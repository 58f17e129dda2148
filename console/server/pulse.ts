/** Once a second: figures are taken, and whoever listens is told what is new. */

import { watchesPair } from "#election/watches-pair.ts";
import { rates } from "./figures.ts";
import { QuickFigures } from "./host-watch.ts";
import { pairState } from "./routes/pair.ts";
import { alerts } from "./routes/proxy.ts";
import { servicesState } from "./routes/services.ts";
import type { Services } from "./services.ts";
import { isoOf } from "./services.ts";

const PULSE_MS = 1_000;

export class Pulse implements Disposable {
  readonly #services: Services;
  readonly #timer: NodeJS.Timeout;
  readonly #quick = new QuickFigures();
  #before: { readonly counters: Readonly<Record<string, number>>; readonly atMs: number } | null = null;
  #isBusy = false;
  #lastAlerts = "";
  #lastServices = "";

  constructor(services: Services) {
    this.#services = services;
    this.#timer = setInterval(() => void this.#beat(), PULSE_MS);
    this.#timer.unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #beat(): Promise<void> {
    // A unit that answers slowly must not be asked again and again.
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      await this.#takeFigures();
      await this.#tellNews();
    } catch (error) {
      this.#services.logger("error", "pulse-failed", { why: String(error) });
    } finally {
      this.#isBusy = false;
    }
  }

  async #takeFigures(): Promise<void> {
    const { link, figures, clock, desk, hub } = this.#services;
    const status = await link.status();
    const pair = watchesPair(desk.settings.redundancy) ? await link.pairStatus() : null;
    const atMs = clock.nowMs();
    const now = { counters: status.ok ? status.value.counters : {}, atMs };
    const sample = {
      ...rates(this.#before, now),
      ...this.#quick.read(atMs),
      roundTripMs: pair?.ok === true ? (pair.value.peer?.roundTripMs ?? null) : null,
    };
    this.#before = status.ok ? now : null;
    figures.add(clock.wallMs(), sample);
    if (hub.wants("figures")) hub.tell("figures", { at: isoOf(clock.wallMs()), values: sample });
  }

  async #tellNews(): Promise<void> {
    const { hub } = this.#services;
    if (hub.wants("pair")) hub.tell("pair", await pairState(this.#services));
    if (hub.wants("alerts")) {
      const found = await alerts(this.#services);
      const text = JSON.stringify(found);
      if (text !== this.#lastAlerts) hub.tell("alerts", { alerts: found });
      this.#lastAlerts = text;
    }
    if (hub.wants("services")) {
      const services = await servicesState(this.#services);
      // Their ages change all the time: only what they do is news.
      const text = JSON.stringify(
        services.map(({ service, state, pid, atStart }) => [service, state, pid, atStart]),
      );
      if (text !== this.#lastServices) hub.tell("services", { services });
      this.#lastServices = text;
    }
  }
}
