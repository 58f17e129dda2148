/** What happens to a unit of a pair. Times are of its own monotonic clock, in milliseconds. */
import type { DecodeFault, Packet } from "./packet.ts";

export type OperatorCommand =
  | "start"
  | "stop"
  | "handover"
  | "maintenance-on"
  | "maintenance-off"
  | "announce";

export type ElectionEvent = { readonly nowMs: number } & (
  | { readonly kind: "tick" }
  | { readonly kind: "packet"; readonly packet: Packet }
  | { readonly kind: "bad-packet"; readonly fault: DecodeFault }
  /** The carrier of the interface that has the floating addresses. */
  | { readonly kind: "link"; readonly up: boolean }
  /** That interface has received a frame, from anybody: the link really works. */
  | { readonly kind: "frame" }
  /** A tracked service; the proxy counts as alive when it has answered a real request. */
  | { readonly kind: "service"; readonly name: string; readonly alive: boolean }
  | { readonly kind: "gateway"; readonly answers: boolean }
  | { readonly kind: "command"; readonly command: OperatorCommand }
  /** Somebody else answered a probe for a floating address. */
  | { readonly kind: "address-answered"; readonly by: "peer" | "stranger" }
  /** Somebody else announced a floating address that this unit holds. */
  | { readonly kind: "conflict"; readonly by: "peer" | "stranger" }
  /** What the kernel has of the floating addresses now, told at each change and first of all at the start. */
  | {
      readonly kind: "kernel";
      readonly holds: boolean;
      /** It did not do what it was asked. */
      readonly refused: boolean;
    }
);
