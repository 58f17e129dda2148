/** What a script answers, from the rules themselves and with the reason: the same question, no script involved. */
import { parseIpAddress, unmapped } from "#policy/ip-address.ts";
import { contains } from "#policy/network.ts";
import type { ClientOrder } from "./client-order.ts";
import { askedHost, type HostRule, matches } from "./host-rule.ts";
import type { PacPlan } from "./plan.ts";
import { balancedRoute, hostRoute, ruleRoute } from "./routes.ts";

export interface Evaluation {
  /** Such as "PROXY 192.0.2.1:3128; PROXY 192.0.2.2:3128". */
  readonly route: string;
  readonly cause: /** `index` within the plan's rules; `resolved`: the address of the name that the rule is for. */
    | {
        readonly kind: "rule";
        readonly index: number;
        readonly rule: HostRule;
        readonly resolved: string | null;
      }
    /** By the client's place in the order, or by the host. */
    | { readonly kind: "balanced"; readonly by: PacPlan["balance"] };
}

/** The addresses of a name, as the browser would learn them. */
export type ResolveName = (name: string) => readonly string[];

/** The answer to FindProxyForURL for that host. */
export function evaluate(plan: PacPlan, order: ClientOrder, host: string, resolve: ResolveName): Evaluation {
  const asked = askedHost(host);
  const found = (index: number, resolved: string | null): Evaluation => {
    const rule = plan.rules[index] as HostRule;
    return { route: ruleRoute(rule, plan), cause: { kind: "rule", index, rule, resolved } };
  };
  const byText = plan.rules.findIndex((rule) => matches(rule, asked));
  if (byText >= 0) return found(byText, null);
  if (plan.resolvesNames && asked.address === null) {
    const addresses = resolve(asked.name);
    for (const [index, rule] of plan.rules.entries()) {
      const within = addresses.find((address) => isWithin(rule, address));
      if (within !== undefined) return found(index, within);
    }
  }
  const route = plan.balance === "host" ? hostRoute(order, plan, asked.name) : balancedRoute(order, plan);
  return { route, cause: { kind: "balanced", by: plan.balance } };
}

function isWithin(rule: HostRule, text: string): boolean {
  const address = parseIpAddress(text);
  return rule.match === "network" && address !== null && contains(rule.network, unmapped(address));
}
