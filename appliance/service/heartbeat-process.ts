/**
 * The heartbeat process beside a unit: it runs while the settings want a pair, and follows them. Should it die or hang,
 * its addresses are taken away together when the first of their leases has ended.
 */
import { addressesOf, HOMES } from "#election/config.ts";
import { watchesPair } from "#election/watches-pair.ts";
import { LeaseWatch } from "#floating-ip/lease-watch.ts";
import type { Settings } from "#settings/schema.ts";
import { DaemonProcess, type DaemonProcessOptions } from "./daemon-process.ts";

/** A small program that seldom runs: optimizing compilers and a large nursery would cost it 12 MB. */
const NODE_OPTIONS = ["--max-semi-space-size=1", "--no-opt", "--no-maglev"];

export class HeartbeatProcess implements AsyncDisposable {
  readonly #place: Omit<DaemonProcessOptions, "name">;
  #process: DaemonProcess | null = null;
  #leases: LeaseWatch | null = null;
  #isHandedOver = false;

  constructor(place: Omit<DaemonProcessOptions, "name">) {
    this.#place = place;
  }

  /** Null where the settings do not want it. */
  get daemon(): DaemonProcess | null {
    return this.#process;
  }

  /** Starts it, ends it or makes it read its settings again: the key may be new in a file of the same name. */
  async follow({ redundancy }: Settings): Promise<void> {
    if (this.#isHandedOver) return;
    const running = this.#process;
    const isWanted = watchesPair(redundancy);
    this.#watchLeases(isWanted ? redundancy : null);
    if (isWanted && running !== null) running.reload();
    else if (isWanted)
      this.#process = new DaemonProcess({
        ...this.#place,
        name: "heartbeat",
        nodeOptions: NODE_OPTIONS,
        lingers: true,
      });
    else {
      this.#process = null;
      await running?.stop();
    }
  }

  /** Makes it hand the addresses over. It lives on for the clients that are still here. */
  async handOver(): Promise<void> {
    this.#isHandedOver = true;
    await this.#process?.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.stop();
    this.#watchLeases(null);
  }

  #watchLeases(redundancy: Settings["redundancy"] | null): void {
    this.#leases?.close();
    this.#leases = null;
    const groups = redundancy === null ? [] : HOMES.map((home) => addressesOf(redundancy, home));
    const joined = groups.filter(({ length }) => length > 1);
    if (joined.length === 0) return;
    const { logger } = this.#place;
    const watch = LeaseWatch.open({
      groups: joined,
      onEnd: (address, fault) =>
        fault === null
          ? logger("warning", "lease-ended", { address, why: "that of an address beside it has ended" })
          : logger("error", "address-stays", { address, why: fault }),
    });
    if (watch.ok) this.#leases = watch.value;
    else logger("warning", "leases-not-watched", { why: watch.error });
  }
}
