/** A plan and a client's order → the text of a script. */
import type { Network } from "#policy/network.ts";
import type { ClientOrder } from "./client-order.ts";
import type { HostRule } from "./host-rule.ts";
import type { PacPlan } from "./plan.ts";
import { balancedRoute, DIRECT, ruleRoute } from "./routes.ts";
import {
  BALANCE_PART,
  HOST_PART,
  NETWORK_PART,
  PATTERN_PART,
  RESOLVE_PART,
  SUFFIX_PART,
} from "./script-parts.ts";

const GROUP_BITS = 16n;

/** A network's first address as 16-bit groups. */
function groupsOf({ family, first }: Network): readonly number[] {
  const groups: number[] = [];
  for (let shift = family === 4 ? GROUP_BITS : 7n * GROUP_BITS; shift >= 0n; shift -= GROUP_BITS)
    groups.push(Number((first >> shift) & 0xffffn));
  return groups;
}

/** Such as `["s","example.com",1]`: what kind, what of, and which route. JSON of ASCII is ECMAScript 3. */
function ruleRow(rule: HostRule, route: number): string {
  switch (rule.match) {
    case "exact":
      return JSON.stringify(["e", rule.host, route]);
    case "suffix":
      return JSON.stringify(["s", rule.domain, route]);
    case "pattern":
      return JSON.stringify(["w", rule.pattern, route]);
    case "network":
      return JSON.stringify(["n", groupsOf(rule.network), route, rule.network.prefixLength]);
    case "plain":
      return JSON.stringify(["p", "", route]);
  }
}

/** The condition under which a row of that kind is for the host. */
const CONDITIONS: Readonly<Record<HostRule["match"], string>> = {
  exact: '(rule[0] == "e" && name == rule[1])',
  suffix: '(rule[0] == "s" && futagoBelow(name, rule[1]))',
  pattern: '(rule[0] == "w" && futagoLike(name, rule[1]))',
  network: '(rule[0] == "n" && futagoWithin(address, rule[1], rule[3]))',
  plain: '(rule[0] == "p" && name.indexOf(".") < 0 && name.indexOf(":") < 0)',
};

/** Names are resolved only for hosts that no rule is for by their text, and that are no addresses. */
const RESOLVING_LINES = `  if (address !== null) return futagoOther(name);
  addresses = futagoResolve(name, isEx);
  for (i = 0; i < futagoRules.length; i++) {
    rule = futagoRules[i];
    for (at = 0; rule[0] == "n" && at < addresses.length; at++)
      if (futagoWithin(addresses[at], rule[1], rule[3])) return futagoRoutes[rule[2]];
  }
`;

function findFunction(kinds: ReadonlySet<HostRule["match"]>, resolves: boolean): string {
  if (kinds.size === 0)
    return "function futagoFind(host, isEx) {\n  return futagoOther(futagoName(host));\n}\n";
  const conditions = [...kinds].map((kind) => CONDITIONS[kind]).join(" ||\n      ");
  return `function futagoFind(host, isEx) {
  var name = futagoName(host)${kinds.has("network") ? ", address = futagoAddress(name)" : ""}, rule, i${resolves ? ", at, addresses" : ""};
  for (i = 0; i < futagoRules.length; i++) {
    rule = futagoRules[i];
    if (
      ${conditions}
    ) return futagoRoutes[rule[2]];
  }
${resolves ? RESOLVING_LINES : ""}  return futagoOther(name);
}
`;
}

/** What is answered for hosts without a rule. */
function otherFunction(plan: PacPlan, order: ClientOrder): string {
  if (plan.balance !== "host" || order.first.length < 2)
    return `function futagoOther(name) {\n  return ${JSON.stringify(balancedRoute(order, plan))};\n}\n`;
  const rows = order.first.map(({ directive, key, weight }) => JSON.stringify([directive, key, weight]));
  const rest = balancedRoute({ first: [], last: order.last }, plan);
  const tail = rest === "" ? "" : ` + ${JSON.stringify(`; ${rest}`)}`;
  return `var futagoProxies = [${rows.join(",")}];\n${BALANCE_PART}function futagoOther(name) {\n  return futagoBalanced(name)${tail};\n}\n`;
}

/** The script for the clients whose order this is: ECMAScript 3, ASCII, lines that end in LF. */
export function scriptText(plan: PacPlan, order: ClientOrder): string {
  const routes = [...new Set([DIRECT, ...plan.rules.map((rule) => ruleRoute(rule, plan))])];
  const rows = plan.rules.map((rule) => ruleRow(rule, routes.indexOf(ruleRoute(rule, plan))));
  const kinds = new Set(plan.rules.map(({ match }) => match));
  const resolves = plan.resolvesNames && kinds.has("network");
  return [
    `/* Futago: proxy script${plan.profile === null ? "" : ` of profile ${plan.profile}`}. Made by the unit: edits here are lost. */\n`,
    kinds.size === 0
      ? ""
      : `var futagoRoutes = ${JSON.stringify(routes)};\nvar futagoRules = [\n${rows.join(",\n")}\n];\n`,
    HOST_PART,
    kinds.has("suffix") ? SUFFIX_PART : "",
    kinds.has("pattern") ? PATTERN_PART : "",
    kinds.has("network") ? NETWORK_PART : "",
    resolves ? RESOLVE_PART : "",
    otherFunction(plan, order),
    findFunction(kinds, resolves),
    "function FindProxyForURL(url, host) {\n  return futagoFind(host, false);\n}\n",
    "function FindProxyForURLEx(url, host) {\n  return futagoFind(host, true);\n}\n",
  ].join("");
}
