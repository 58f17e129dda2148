/** What decides about a host, in words: for the command line and the console. */
import { formatNetwork } from "#policy/network.ts";
import type { HostRule } from "./host-rule.ts";

/** What a rule is for. */
export function ruleWords(rule: HostRule): string {
  switch (rule.match) {
    case "exact":
      return `the host ${rule.host}`;
    case "suffix":
      return `${rule.domain} and all below it`;
    case "pattern":
      return `the pattern ${rule.pattern}`;
    case "network":
      return `the network ${formatNetwork(rule.network)}`;
    case "plain":
      return "names without a dot";
  }
}

/** How the proxies are put in their order. */
export const BALANCE_WORDS = {
  parity: "by the last octet of the client's address",
  rendezvous: "by the client's address and the weights",
  host: "by the host and the weights",
  none: "in the order of the settings",
} as const;
