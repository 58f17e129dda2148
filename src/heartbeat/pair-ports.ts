/** What the driver of the pair works with: the kernel, the network, the peer and the services, as it sees them. */
import type { Outcome } from "#base/outcome.ts";
import type { Packet } from "#election/packet.ts";

/** The floating addresses in the kernel and on the network. Every change is made at once. */
export interface PairKernel {
  /** All of the addresses are there. */
  readonly holds: boolean;
  /** At least one of them is. */
  readonly holdsSome: boolean;
  readonly linkUp: boolean;
  /** Frames received so far, by interface. */
  framesReceived(): readonly number[];
  /** Adds the addresses or renews their lease. */
  hold(leaseMs: number): Outcome<null, string>;
  release(): Outcome<null, string>;
  announce(): void;
  /** Asks the network for the floating addresses. */
  probe(): void;
  /** Reads links and addresses again. */
  refresh(): void;
}

/** The way to the peer. */
export interface PairPaths {
  send(packet: Packet): void;
}
