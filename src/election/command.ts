/** What a step asks its driver to do, in this order, after the kernel has the addresses that should exist. */
import type { LogLevel, LogValues } from "#base/logger.ts";
import type { Packet } from "./packet.ts";

export type ElectionCommand =
  /** On every heartbeat path, with that path's number in it. */
  | { readonly kind: "send"; readonly packet: Packet }
  /** Gratuitous ARP request and reply, unsolicited neighbour advertisement, for every floating address. */
  | { readonly kind: "announce" }
  /** Ask the network whether a floating address answers (ARP request, neighbour solicitation). */
  | { readonly kind: "probe" }
  /** Let the kernel keep the addresses for another `leaseMs`. */
  | { readonly kind: "renew-lease"; readonly leaseMs: number }
  /** The address is about to move to the peer: it should know of the latest connections too. */
  | { readonly kind: "prepare-handover" }
  /** The address has moved to the peer as planned: what runs here may finish, and the peer should know. */
  | { readonly kind: "drain-connections" }
  /** The address came without the peer's help: its clients' connections are dead, tell them. */
  | { readonly kind: "reset-connections" }
  | {
      readonly kind: "log";
      readonly level: LogLevel;
      readonly event: string;
      readonly values: LogValues;
      /** What the system log gets, word for word, where the manual knows this event. */
      readonly line?: string;
    }
  /** The unit is off and its last word has been sent. */
  | { readonly kind: "stopped" };
