/** What this unit is at the moment: its addresses and its listeners, which the egress policy refuses. */
import { networkInterfaces } from "node:os";
import { compileEgress, type EgressPolicy } from "#policy/egress.ts";
import type { Settings } from "#settings/schema.ts";
import type { ListenAddress } from "./worker-messages.ts";

/** A floating address may come or go at any time; reading the list costs about 50 µs. */
const REFRESH_MS = 5_000;

export class OwnAddresses {
  readonly #listening = new Map<string, ListenAddress>();
  readonly #timer: NodeJS.Timeout;
  #addresses: readonly string[] = localAddresses();
  /** Grows with each change: whoever has compiled a policy compiles it again. */
  #version = 0;

  constructor() {
    this.#timer = setInterval(() => this.#refresh(), REFRESH_MS);
    this.#timer.unref();
  }

  /** This unit listens there from now on. */
  add(at: ListenAddress): void {
    this.#listening.set(`${at.address} ${at.port}`, at);
    this.#version += 1;
  }

  remove(at: ListenAddress): void {
    this.#listening.delete(`${at.address} ${at.port}`);
    this.#version += 1;
  }

  /** The egress policy of these settings, always for the addresses of the moment. */
  policyFor(settings: Settings): EgressPolicy {
    let compiledVersion = -1;
    let policy: EgressPolicy | null = null;
    return {
      check: (address, port) => {
        if (policy === null || compiledVersion !== this.#version) {
          compiledVersion = this.#version;
          policy = compileEgress(settings.egress, {
            addresses: this.#addresses,
            listening: [...this.#listening.values(), ...metricsListener(settings)],
          });
        }
        return policy.check(address, port);
      },
    };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #refresh(): void {
    const now = localAddresses();
    if (now.join() === this.#addresses.join()) return;
    this.#addresses = now;
    this.#version += 1;
  }
}

const localAddresses = (): readonly string[] =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => address)
    .sort();

const metricsListener = ({ metrics }: Settings): readonly ListenAddress[] =>
  metrics.enabled && metrics.port !== 0 ? [{ address: metrics.address, port: metrics.port }] : [];
