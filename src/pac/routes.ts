/** What a script answers: the directives of a route as one text. */
import { assert } from "#base/assert.ts";
import type { ClientOrder } from "./client-order.ts";
import type { HostRule } from "./host-rule.ts";
import type { PacPlan, PacProxy } from "./plan.ts";
import { hash32, weightedScore } from "./rendezvous.ts";

export const DIRECT = "DIRECT";

const listText = (proxies: readonly PacProxy[], plan: PacPlan): string =>
  [...proxies.map(({ directive }) => directive), ...(plan.trailingDirect ? [DIRECT] : [])].join("; ");

/** The answer for the hosts of a rule. */
export function ruleRoute({ via }: HostRule, plan: PacPlan): string {
  if (via === "direct") return DIRECT;
  const proxy = plan.named.get(via);
  assert(proxy !== undefined, `${via} is a proxy: checkWpadSettings comes first`);
  return listText([proxy], plan);
}

/** The answer for all other hosts. */
export const balancedRoute = ({ first, last }: ClientOrder, plan: PacPlan): string =>
  listText([...first, ...last], plan);

/** The draw of a proxy for a host, between 0 and 1; as futagoBalanced in script-parts.ts. */
const hostDraw = (name: string, key: string): number => (hash32(`${name}|${key}`) + 0.5) / 2 ** 32;

/** The answer where the host decides: `name` is the host as rules see it. */
export function hostRoute(order: ClientOrder, plan: PacPlan, name: string): string {
  const scored = order.first.map((proxy) => ({
    proxy,
    score: weightedScore(hostDraw(name, proxy.key), proxy.weight),
  }));
  const first = scored.sort((a, b) => b.score - a.score).map(({ proxy }) => proxy);
  return balancedRoute({ first, last: order.last }, plan);
}
