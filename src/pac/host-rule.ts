/** A rule by the host that is asked for, and what a host is for a rule. */
import { assert } from "#base/assert.ts";
import { shellPattern } from "#caching/shell-pattern.ts";
import { formatIpAddress, type IpAddress, parseIpAddress, unmapped } from "#policy/ip-address.ts";
import { contains, type Network, parseNetwork } from "#policy/network.ts";
import type { Settings } from "#settings/schema.ts";

export type RuleSetting = Settings["wpad"]["rules"][number];

/** What a rule looks for, with `via` beside it: "direct", or the name of a proxy. */
export type HostRule = (
  | { readonly match: "exact"; readonly host: string }
  /** The domain itself and all below it; without a dot at its start. */
  | { readonly match: "suffix"; readonly domain: string }
  | { readonly match: "pattern"; readonly pattern: string }
  | { readonly match: "network"; readonly network: Network }
  | { readonly match: "plain" }
) & { readonly via: string };

/** A host as rules see it. */
export interface AskedHost {
  /** Lower case, without brackets and without the final dot. */
  readonly name: string;
  /** Null where it is no address literal; an IPv4-mapped one is IPv4. */
  readonly address: IpAddress | null;
}

/** The host that a browser gives to FindProxyForURL. */
export function askedHost(host: string): AskedHost {
  const lower = host.toLowerCase();
  const bare = lower.startsWith("[") && lower.endsWith("]") ? lower.slice(1, -1) : lower;
  const name = bare.length > 1 && bare.endsWith(".") ? bare.slice(0, -1) : bare;
  const address = parseIpAddress(name);
  return { name, address: address === null ? null : unmapped(address) };
}

/** A rule of settings that `checkWpadSettings` has passed. */
export function hostRule({ match, value = "", via }: RuleSetting): HostRule {
  const text = value.toLowerCase();
  switch (match) {
    case "exact": {
      const { name } = askedHost(text);
      const address = parseIpAddress(name);
      // Browsers write an address in its one canonical form.
      return { match, host: address === null ? name : formatIpAddress(address), via };
    }
    case "suffix":
      return { match, domain: text.replace(/^\./, "").replace(/\.$/, ""), via };
    case "pattern":
      return { match, pattern: text, via };
    case "network": {
      const network = parseNetwork(text);
      assert(network !== null, `${text} is a network: checkWpadSettings comes first`);
      return { match, network, via };
    }
    case "plain":
      return { match, via };
  }
}

/** Whether the rule is for that host, by the host's text alone. */
export function matches(rule: HostRule, { name, address }: AskedHost): boolean {
  switch (rule.match) {
    case "exact":
      return name === rule.host;
    case "suffix":
      return name === rule.domain || name.endsWith(`.${rule.domain}`);
    case "pattern":
      return shellPattern(rule.pattern)(name);
    case "network":
      return address !== null && contains(rule.network, address);
    case "plain":
      return !name.includes(".") && !name.includes(":");
  }
}
