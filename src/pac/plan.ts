/** The settings as plans: for each profile, all that its scripts are made from but the client and the proxies' states. */
import { assert } from "#base/assert.ts";
import { type IpAddress, parseIpAddress } from "#policy/ip-address.ts";
import { contains, type Network, parseNetwork } from "#policy/network.ts";
import type { Settings } from "#settings/schema.ts";
import { type HostRule, hostRule, type RuleSetting } from "./host-rule.ts";

export type WpadSettings = Settings["wpad"];
export type Balance = WpadSettings["balance"];
type ProxySetting = WpadSettings["proxies"][number];

export interface PacProxy {
  readonly name: string;
  /** host:port in their real form: the same on both units, so both order alike. */
  readonly key: string;
  /** Which of the nets of rendezvous.ts it draws from, from 1 on; the same on both units. */
  readonly number: number;
  /** Such as "PROXY 192.0.2.1:3128". */
  readonly directive: string;
  readonly weight: number;
  readonly unit: ProxySetting["unit"];
}

export interface PacPlan {
  /** Null for clients that no profile is for. */
  readonly profile: string | null;
  readonly networks: readonly Network[];
  /** Those that are balanced, in an order that is the same on both units unless `balance` is none. */
  readonly proxies: readonly PacProxy[];
  /** Those that rules name, by their names. */
  readonly named: ReadonlyMap<string, PacProxy>;
  readonly balance: Balance;
  readonly balanceBy: WpadSettings["balanceBy"];
  /** With what the switches of the settings mean as rules, last. */
  readonly rules: readonly HostRule[];
  readonly resolvesNames: boolean;
  readonly trailingDirect: boolean;
  /** Whether the state of a unit moves its proxies: not where their addresses fail over by themselves. */
  readonly followsStates: boolean;
}

/** Whether the host is written as an IPv6 address, which needs brackets before a port. */
const bracketed = (host: string): string => (host.includes(":") ? `[${host}]` : host);

const keyOf = ({ host, port }: ProxySetting): string => `${bracketed(host.toLowerCase())}:${port}`;

/** The number of each proxy: what the settings say, else the lowest that is free, by the order of their keys. */
function numbersOf(proxies: readonly ProxySetting[]): ReadonlyMap<ProxySetting, number> {
  const taken = new Set(proxies.map(({ number }) => number));
  const free = Array.from({ length: proxies.length }, (_, at) => at + 1).filter((each) => !taken.has(each));
  const sorted = proxies.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return new Map(sorted.map((proxy) => [proxy, proxy.number ?? free.shift() ?? 0]));
}

function pacProxy(proxy: ProxySetting, number: number, listed: WpadSettings["listed"]): PacProxy {
  const { name, port, scheme, weight, unit } = proxy;
  const shown = listed === "floating" ? (proxy.floatingHost ?? proxy.host) : proxy.host;
  return {
    name,
    key: keyOf(proxy),
    number,
    directive: `${scheme === "https" ? "HTTPS" : "PROXY"} ${bracketed(shown.toLowerCase())}:${port}`,
    weight,
    unit,
  };
}

/** What the switches mean, as the last rules. */
function impliedRules(plainHostsDirect: boolean, networks: readonly string[]): readonly RuleSetting[] {
  const plain: readonly RuleSetting[] = plainHostsDirect ? [{ match: "plain", via: "direct" }] : [];
  return [...plain, ...networks.map((value) => ({ match: "network", value, via: "direct" }) as const)];
}

const networkOf = (text: string): Network => {
  const network = parseNetwork(text);
  assert(network !== null, `${text} is a network: checkWpadSettings comes first`);
  return network;
};

function planOf(wpad: WpadSettings, profile: WpadSettings["profiles"][number] | null): PacPlan {
  const numbers = numbersOf(wpad.proxies);
  const all = wpad.proxies.map((proxy) => pacProxy(proxy, numbers.get(proxy) ?? 0, wpad.listed));
  const balance = profile?.balance ?? wpad.balance;
  const names = profile?.proxies;
  const chosen = all.filter(({ name, weight }) => weight > 0 && (names?.includes(name) ?? true));
  const rules = [
    ...(profile?.rules ?? wpad.rules),
    ...impliedRules(wpad.plainHostsDirect, profile?.directNetworks ?? wpad.directNetworks),
  ];
  return {
    profile: profile?.name ?? null,
    networks: (profile?.networks ?? []).map(networkOf),
    proxies: balance === "none" ? chosen : chosen.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    named: new Map(all.map((proxy) => [proxy.name, proxy])),
    balance,
    balanceBy: wpad.balanceBy,
    rules: rules.map(hostRule),
    resolvesNames: wpad.resolveNames,
    trailingDirect: profile?.trailingDirect ?? wpad.trailingDirect,
    followsStates: wpad.listed === "real",
  };
}

/** The plans of settings that `checkWpadSettings` has passed: the profiles in order, then that of all others. */
export const plansOf = (wpad: WpadSettings): readonly PacPlan[] => [
  ...wpad.profiles.map((profile) => planOf(wpad, profile)),
  planOf(wpad, null),
];

/** The plan of a client; the last one is everybody's. */
export function planFor(plans: readonly PacPlan[], client: string): PacPlan {
  const address = parseIpAddress(client);
  const isFor = (plan: PacPlan, of: IpAddress): boolean =>
    plan.networks.some((network) => contains(network, of));
  const plan = (address === null ? undefined : plans.find((each) => isFor(each, address))) ?? plans.at(-1);
  assert(plan !== undefined, "there is a plan for clients without a profile");
  return plan;
}
