/** Which floating addresses should exist on this unit now: the one answer that the kernel is made to match. */
import type { Election } from "./election.ts";

/**
 * `as-found`: neither added, renewed nor removed. A daemon that has just started may find the addresses
 * still there under the lease of the one before it; they end by themselves if it does not resume.
 */
export type AddressPresence = "held" | "absent" | "as-found";

export function addressPresence(state: Election): AddressPresence {
  switch (state.at) {
    case "active":
    case "handing-over":
      return "held";
    case "off":
    case "starting":
      return state.reason === "start" ? "as-found" : "absent";
    case "standby":
    case "fault":
      return "absent";
  }
}
