/** The bench of one contender: a bridge, two units that answer datagrams, a client that asks all the time. */
import { once } from "node:events";
import { AddressWatch } from "#test/support/address-watch.ts";
import { TestNetwork } from "#test/support/namespaces.ts";
import type { Owner } from "#test/support/owner.ts";
import {
  ECHO_PORT,
  type Family,
  floatingOf,
  hostAddresses,
  PLAN,
  PROXY_PORT,
  type UnitName,
} from "#test/support/pair-settings.ts";
import { ProbingClient } from "#test/support/probing-client.ts";
import { until } from "#test/support/until.ts";
import type { Contender, RunningPair } from "./contender.ts";

const UNITS = ["a", "b"] as const;
/** A contender that has not settled by then does not. */
const SETTLED_WITHIN_MS = 15_000;
/** A client that has had an answer within this is served. */
const SERVED_MS = 30;

export class Lab {
  readonly network: TestNetwork;
  readonly families: readonly Family[];
  readonly #signal: AbortSignal;
  #watch: AddressWatch | null = null;
  #client: ProbingClient | null = null;

  constructor(owner: Owner, families: readonly Family[], signal: AbortSignal) {
    this.network = new TestNetwork(owner);
    this.families = families;
    this.#signal = signal;
  }

  /** Builds the network, starts the contender, and resolves when unit a holds and b is ready. */
  async open(contender: Contender): Promise<RunningPair> {
    const { network } = this;
    const floating = floatingOf(this.families);
    for (const host of [...UNITS, "client"] as const) network.addHost(host, ...hostAddresses(host));
    for (const unit of UNITS) {
      const words = ["test/support/udp-echo.ts", floating.join(","), String(ECHO_PORT)];
      await once(network.device(unit, words), "message");
    }
    this.#watch = await AddressWatch.start(network, UNITS, floating);
    const pair = contender.begin(this);
    pair.start("a");
    await this.#until(() => this.watch.isHeldOnlyBy("a"));
    pair.start("b");
    this.#client = await ProbingClient.start(network, {
      host: "client",
      addresses: floating,
      echoPort: ECHO_PORT,
      ...(contender.isProduct ? { proxyPort: PROXY_PORT, originAddress: PLAN[4].client } : {}),
    });
    await this.settled(pair, "a");
    return pair;
  }

  get watch(): AddressWatch {
    if (this.#watch === null) throw new Error("the bench is not open");
    return this.#watch;
  }

  get client(): ProbingClient {
    if (this.#client === null) throw new Error("the bench is not open");
    return this.#client;
  }

  /** Resolves when the unit holds, and no other. */
  heldOnlyBy(unit: UnitName): Promise<void> {
    return this.#until(() => this.watch.isHeldOnlyBy(unit));
  }

  /** Resolves when that is so, the client is served and the other unit can take over. */
  async settled(pair: RunningPair, holder: UnitName): Promise<void> {
    await this.#until(
      async () =>
        this.watch.isHeldOnlyBy(holder) &&
        (await this.client.silentMs()) < SERVED_MS &&
        (await pair.isReady(holder)),
    );
  }

  /** Resolves when the unit holds and the client is served: the other one, cut off, may hold as well. */
  servedBy(unit: UnitName): Promise<void> {
    return this.#until(async () => this.watch.isHeldBy(unit) && (await this.client.silentMs()) < SERVED_MS);
  }

  /** The kernel of a unit whose power is gone forgets its floating addresses. */
  forgetAddresses(unit: UnitName): void {
    const shown = this.network.ip(unit, "-o", "address", "show", "dev", "eth0");
    for (const floating of floatingOf(this.families)) {
      const found = new RegExp(` (${floating.replaceAll(".", "\\.")}/\\d+) `).exec(shown)?.[1];
      if (found !== undefined) this.network.ip(unit, "address", "delete", found, "dev", "eth0");
    }
  }

  async #until(condition: () => boolean | Promise<boolean>): Promise<void> {
    await until(async () => {
      this.#signal.throwIfAborted();
      return (await condition()) || undefined;
    }, SETTLED_WITHIN_MS);
  }
}
