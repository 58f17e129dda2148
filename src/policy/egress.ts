/**
 * Where connections may go. The address that is judged here is the resolved one that is then connected
 * to, never a name, so that no name server can change its mind in between.
 *
 * In this order: a unit never talks to its own listeners, `refuse` closes, `allow` opens, and what is
 * left is refused when it is special-purpose or the unit's own.
 */
import { assert } from "#base/assert.ts";
import type { Settings } from "#settings/schema.ts";
import { type IpAddress, parseIpAddress, sameAddress, unmapped } from "./ip-address.ts";
import { contains, formatNetwork, type Network, parseNetwork } from "./network.ts";
import { compilePorts, parsePortRange } from "./ports.ts";
import { specialNetworkOf } from "./special-purpose.ts";

/** What this unit is at the moment; compile the policy again when it changes. */
export interface OwnAddresses {
  /** The addresses of all local interfaces, floating addresses included. */
  readonly addresses: readonly string[];
  /** What this unit itself listens on: proxy, metrics and the like. */
  readonly listening: readonly { readonly address: string; readonly port: number }[];
}

export interface EgressVerdict {
  readonly allowed: boolean;
  /** Which rule decided: "public", "egress.allow", "egress.refuse", "special", "own-address", "own-listener", "not-an-address". */
  readonly rule: string;
  /** For a log line, such as "10.0.0.1 is private (RFC 1918)"; empty when allowed. */
  readonly why: string;
}

export interface EgressPolicy {
  /** Judges a resolved address, in any valid text form, and a port. */
  readonly check: (address: string, port: number) => EgressVerdict;
}

interface AllowRule {
  readonly network: Network;
  readonly matchesPort: (port: number) => boolean;
  /** The ports that stand in `ports` by themselves, not within a range. */
  readonly namedPorts: readonly number[];
}

interface Listening {
  readonly address: IpAddress;
  readonly port: number;
}

const ALLOWED_PUBLIC: EgressVerdict = { allowed: true, rule: "public", why: "" };
const ALLOWED_BY_RULE: EgressVerdict = { allowed: true, rule: "egress.allow", why: "" };

const refused = (rule: string, why: string): EgressVerdict => ({ allowed: false, rule, why });

const isUnspecified = (address: IpAddress): boolean => address.bits === 0n;

const isLoopback = (address: IpAddress): boolean =>
  address.family === 4 ? address.bits >> 24n === 127n : address.bits === 1n;

const withoutZone = (text: string): string => text.split("%")[0] ?? "";

function networkOf(text: string): Network {
  const network = parseNetwork(text);
  assert(network !== null, `${text} is a network: checkPolicySettings comes first`);
  return network;
}

const addressOf = (text: string): IpAddress | null => {
  const address = parseIpAddress(withoutZone(text));
  return address === null ? null : unmapped(address);
};

const compileAllow = (entries: Settings["egress"]["allow"]): readonly AllowRule[] =>
  entries.map(({ network, ports }) => ({
    network: networkOf(network),
    matchesPort: ports === undefined ? () => true : compilePorts(ports),
    namedPorts: (ports ?? []).flatMap((entry) => {
      const range = parsePortRange(entry);
      return range !== null && range.first === range.last ? [range.first] : [];
    }),
  }));

/** Whether a connection to `address` would arrive at that listener of ours. */
function reaches(address: IpAddress, listening: Listening, own: readonly IpAddress[]): boolean {
  if (sameAddress(address, listening.address)) return true;
  // The kernel connects 0.0.0.0 and :: to loopback.
  if (isUnspecified(address)) return isLoopback(listening.address) || isUnspecified(listening.address);
  if (!isUnspecified(listening.address)) return false;
  return isLoopback(address) || own.some((candidate) => sameAddress(candidate, address));
}

/**
 * Compiles the egress settings, which `checkPolicySettings` has accepted, for a unit that is `own`.
 * An address in IPv4-mapped form is refused unless `allow` names a mapped network (::ffff:…/…); then
 * `refuse` and the own addresses are also compared with the IPv4 address within.
 */
export function compileEgress(settings: Settings["egress"], own: OwnAddresses): EgressPolicy {
  const allow = compileAllow(settings.allow);
  const refuse = settings.refuse.map(networkOf);
  const ownAddresses = own.addresses.map(addressOf).filter((address) => address !== null);
  const listening = own.listening.flatMap(({ address, port }) => {
    const parsed = addressOf(address);
    return parsed === null ? [] : [{ address: parsed, port }];
  });

  const check = (text: string, port: number): EgressVerdict => {
    const address = parseIpAddress(text);
    if (address === null) return refused("not-an-address", `${text} is not an address`);
    const reached = unmapped(address);
    const rules = allow.filter((rule) => contains(rule.network, address) && rule.matchesPort(port));
    if (listening.some((listener) => listener.port === port && reaches(reached, listener, ownAddresses))) {
      const named = rules.some((rule) => rule.namedPorts.includes(port));
      if (!named) return refused("own-listener", `${text} port ${port} is a listener of this unit`);
    }
    const closedBy = refuse.find((network) => contains(network, address) || contains(network, reached));
    if (closedBy !== undefined)
      return refused("egress.refuse", `${text} is in ${formatNetwork(closedBy)} of egress.refuse`);
    if (rules.length > 0) return ALLOWED_BY_RULE;
    const special = specialNetworkOf(address);
    if (special !== null) return refused("special", `${text} is ${special.name}`);
    if (ownAddresses.some((candidate) => sameAddress(candidate, reached)))
      return refused("own-address", `${text} is an address of this unit`);
    return ALLOWED_PUBLIC;
  };
  return { check };
}
