/** What the driver of the pair works with: the kernel, the network, the peer and the services, as it sees them. */
import type { Outcome } from "#base/outcome.ts";
import type { ReportVia } from "#connections/report.ts";
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

/** What becomes of the clients' connections when the addresses move. */
export interface PairConnections {
  /** The addresses are about to be taken; `planned`: the other unit goes on with the connections it has. */
  taking(planned: boolean): void;
  /** The addresses are here; said again and again. */
  taken(): void;
  /**
   * The addresses are about to be given up, or could not be taken; `planned`: this unit goes on with the
   * connections it has.
   */
  leaving(planned: boolean): void;
  /** The addresses are not here, and nobody gave them up: their lease has ended. Said again and again. */
  gone(): void;
  /** Both units have the addresses, and the other one is about to give them up: it has connections too. */
  sharing(): void;
  /** The other unit should know now what connections there are. */
  tell(): void;
  /** The connections of the other unit have ended with it: their clients should know. */
  reset(): void;
}

/** The clients' connections in the kernel (`floating-ip/client-connections.ts`). Every change is made at once. */
export interface ConnectionKernel {
  list(): Outcome<ReadonlySet<string>, string>;
  forgetEnded(most: number): Outcome<number, string>;
  via(): ReportVia;
  keep(leaseMs: number): Outcome<null, string>;
  renewKept(leaseMs: number): Outcome<null, string>;
  show(): void;
  endKeeping(): void;
  /** An earlier life of this unit has begun to pass on, and it goes on. */
  readonly passesOn: boolean;
  passOn(via: ReportVia): Outcome<null, string>;
  endPassingOn(): void;
  tickle(keys: Iterable<string>): number;
}
