import type { Settings } from "#settings/schema.ts";
import type { OpenTunnel } from "#transport/connect.ts";
import type { Fetch } from "#transport/exchange.ts";

/**
 * One immutable version of the settings and all that was built from it. A transaction keeps the
 * generation it began with, so that a reload never changes a request under way.
 */
export interface Generation {
  readonly settings: Settings;
  /** Our name in Via: the unit's name and a token that no other unit has. */
  readonly pseudonym: string;
  readonly clientAllowed: (address: string) => boolean;
  readonly methodAllowed: (method: string) => boolean;
  /** Whether a forwarded request, or a CONNECT, may go to that port. */
  readonly requestPortAllowed: (port: number) => boolean;
  readonly connectPortAllowed: (port: number) => boolean;
  readonly fetch: Fetch;
  readonly openTunnel: OpenTunnel;
  /** Called once, when the generation has been replaced and its last transaction has ended. */
  readonly dispose: () => void;
}

/** Counts who still uses a generation, and disposes of it when it is neither current nor used. */
export class GenerationUse {
  readonly generation: Generation;
  #users = 0;
  #replaced = false;

  constructor(generation: Generation) {
    this.generation = generation;
  }

  /** A transaction begins with it. */
  enter(): void {
    this.#users += 1;
  }

  /** A transaction that entered has ended. */
  leave(): void {
    this.#users -= 1;
    this.#disposeWhenUnused();
  }

  /** A newer generation is current now. */
  replace(): void {
    this.#replaced = true;
    this.#disposeWhenUnused();
  }

  #disposeWhenUnused(): void {
    if (this.#replaced && this.#users === 0) this.generation.dispose();
  }
}
