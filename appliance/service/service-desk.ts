/** The services of a unit, for the list and for orders to start, stop and restart them. */
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { ServiceAnswer } from "#control/contract.ts";

export interface Service {
  readonly status: ServiceAnswer;
  readonly start: () => Promise<Outcome<null, string>>;
  readonly stop: () => Promise<Outcome<null, string>>;
  /** Lets what runs end first; where it is more than a stop. */
  readonly drain?: () => Promise<Outcome<null, string>>;
  /** Where it is more than a stop and a start. */
  readonly restart?: () => Promise<Outcome<null, string>>;
}

/** Something that starts and stops by itself, such as a `DaemonProcess`, as a service. */
export const serviceOf = (daemon: {
  readonly status: ServiceAnswer;
  start(): void;
  stop(): Promise<void>;
}): Service => ({
  get status() {
    return daemon.status;
  },
  start: async () => {
    daemon.start();
    return success(null);
  },
  stop: async () => {
    await daemon.stop();
    return success(null);
  },
});

export type ServiceOrder = "service-start" | "service-stop" | "service-drain" | "service-restart";

export class ServiceDesk {
  readonly #services = new Map<string, Service>();
  #turn: Promise<unknown> = Promise.resolve();

  add(service: Service): void {
    this.#services.set(service.status.service, service);
  }

  remove(name: string): void {
    this.#services.delete(name);
  }

  get list(): readonly ServiceAnswer[] {
    return [...this.#services.values()].map(({ status }) => status);
  }

  /** One order at a time. */
  do(order: ServiceOrder, name: string): Promise<Outcome<{ readonly asked: true }, string>> {
    const done = this.#turn.then(() => this.#do(order, name));
    this.#turn = done;
    return done;
  }

  async #do(order: ServiceOrder, name: string): Promise<Outcome<{ readonly asked: true }, string>> {
    const service = this.#services.get(name);
    if (service === undefined) return failure(`the service ${name} is not turned on in the settings`);
    const outcome = await perform(service, order);
    return outcome.ok ? success({ asked: true }) : outcome;
  }
}

async function perform(service: Service, order: ServiceOrder): Promise<Outcome<null, string>> {
  if (order === "service-start") return service.start();
  if (order === "service-stop") return service.stop();
  if (order === "service-drain") return service.drain === undefined ? service.stop() : service.drain();
  if (service.restart !== undefined) return service.restart();
  const stopped = await service.stop();
  return stopped.ok ? service.start() : stopped;
}
