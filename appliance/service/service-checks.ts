/** The services of this unit that the pair watches, each with its check. */
import { PROXY_SERVICE } from "#election/config.ts";
import type { Settings } from "#settings/schema.ts";
import { ServiceCheck, type ServicePlace } from "./service-check.ts";

const LOOPBACK: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** Where a client on this machine reaches each service; the proxy is known without being told. */
function servicePlaces(settings: Settings): ReadonlyMap<string, ServicePlace> {
  const places = new Map<string, ServicePlace>();
  const [listen] = settings.listen;
  for (const { name, check } of settings.redundancy.services) {
    if (check !== undefined) places.set(name, check);
    else if (name === PROXY_SERVICE && listen !== undefined)
      places.set(name, {
        protocol: "http",
        address: LOOPBACK[listen.address] ?? listen.address,
        port: listen.port,
        path: "/",
      });
  }
  return places;
}

export class ServiceChecks implements Disposable {
  readonly #checks: readonly ServiceCheck[];

  /** Begins at once; `tell` hears the result of each check. */
  constructor(settings: Settings, tell: (name: string, alive: boolean) => void) {
    this.#checks = [...servicePlaces(settings)].map(
      ([name, place]) => new ServiceCheck(place, (alive) => tell(name, alive)),
    );
  }

  /** Does not wait for the next turn. */
  checkNow(): void {
    for (const check of this.#checks) check.checkNow();
  }

  [Symbol.dispose](): void {
    for (const check of this.#checks) check[Symbol.dispose]();
  }
}
