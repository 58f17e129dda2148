/** In which order a client's script lists the proxies. */
import { assert } from "#base/assert.ts";
import { parseIpAddress } from "#policy/ip-address.ts";
import type { PacPlan, PacProxy } from "./plan.ts";
import { clientNumber, rendezvousOrder } from "./rendezvous.ts";

/** What is known of a unit: `unknown` is treated as well. */
export type UnitState = "well" | "draining" | "dead" | "unknown";

/** The states of the two units of a pair. */
export interface UnitStates {
  readonly this: UnitState;
  readonly peer: UnitState;
}

export const ALL_WELL: UnitStates = { this: "well", peer: "well" };

export interface ClientOrder {
  /** In order of preference; with `host` in the plan's order, for the script to sort. */
  readonly first: readonly PacProxy[];
  /** Behind all others: their unit drains or is dead. */
  readonly last: readonly PacProxy[];
}

/** Begins at the proxy that the client's last octet names: with two, even or odd (manual, section 5). */
function parityOrder(proxies: readonly PacProxy[], client: string): readonly PacProxy[] {
  const address = parseIpAddress(client);
  if (address === null || proxies.length === 0) return proxies;
  const start = Number(address.bits & 0xffn) % proxies.length;
  return [...proxies.slice(start), ...proxies.slice(0, start)];
}

function balanced({ balance, balanceBy, proxies }: PacPlan, client: string): readonly PacProxy[] {
  switch (balance) {
    case "none":
    case "host":
      return proxies;
    case "parity":
      return parityOrder(proxies, client);
    case "rendezvous": {
      const address = parseIpAddress(client);
      return address === null ? proxies : rendezvousOrder(proxies, clientNumber(address, balanceBy));
    }
  }
}

/** Whether clients should rather use others. */
function isOut(proxy: PacProxy, states: UnitStates): boolean {
  const state = proxy.unit === "other" ? "unknown" : states[proxy.unit];
  return state === "draining" || state === "dead";
}

/** The order for the client at that address, a canonical text. Every proxy of the plan is in it. */
export function clientOrder(plan: PacPlan, client: string, states: UnitStates): ClientOrder {
  const order = balanced(plan, client);
  if (!plan.followsStates) return { first: order, last: [] };
  const first = order.filter((proxy) => !isOut(proxy, states));
  const last = order.filter((proxy) => isOut(proxy, states));
  assert(first.length + last.length === plan.proxies.length, "every script lists all proxies");
  return { first, last };
}

/** The same for every client whose script is the same. */
export const orderKey = ({ first, last }: ClientOrder): string =>
  `${first.map(({ key }) => key).join(" ")}|${last.map(({ key }) => key).join(" ")}`;
