/** What can be wrong with the settings of a pair that have the right shape. */
import { formatIpAddress, type IpAddress, parseIpAddress, sameAddress } from "#policy/ip-address.ts";
import { contains, formatNetwork, type Network } from "#policy/network.ts";
import type { Settings } from "#settings/schema.ts";
import { itemPath, type SettingsFault, showValue } from "#settings/settings-fault.ts";
import { PROXY_SERVICE } from "./config.ts";

/** A real address of this unit, as its interface has it. */
export interface InterfaceAddress {
  readonly interface: string;
  readonly address: string;
  readonly prefixLength: number;
}

/** What this machine has. */
export interface OwnInterfaces {
  readonly addresses: readonly InterfaceAddress[];
  /** Interfaces that show no address now, since they have no carrier: what they should have is not known. */
  readonly silent: readonly string[];
}

type Redundancy = Settings["redundancy"];
type Report = (path: string, found: unknown, expected: string) => void;

const ADDRESS = "an IPv4 or IPv6 address, such as 192.0.2.2";

/** The network that an interface is in through one of its addresses; null when that is no address. */
function networkOf({ address: text, prefixLength }: InterfaceAddress): Network | null {
  const address = parseIpAddress(text);
  const width = address?.family === 4 ? 32 : 128;
  if (address === null || prefixLength > width) return null;
  const hostBits = BigInt(width - prefixLength);
  const first = (address.bits >> hostBits) << hostBits;
  return { family: address.family, first, last: first | ((1n << hostBits) - 1n), prefixLength };
}

const isOwn = (address: IpAddress, interfaces: readonly InterfaceAddress[]): InterfaceAddress | undefined =>
  interfaces.find((own) => {
    const parsed = parseIpAddress(own.address);
    return parsed !== null && sameAddress(parsed, address);
  });

function checkPeers(redundancy: Redundancy, interfaces: readonly InterfaceAddress[], report: Report): void {
  const { peerAddress, secondPeerAddress, gateway } = redundancy;
  if (peerAddress === undefined)
    report("redundancy.peerAddress", undefined, "the real address of the other unit, since enabled is true");
  const others = [
    ["peerAddress", peerAddress],
    ["secondPeerAddress", secondPeerAddress],
    ["gateway", gateway],
  ] as const;
  for (const [key, text] of others) {
    if (text === undefined) continue;
    const address = parseIpAddress(text);
    const own = address === null ? undefined : isOwn(address, interfaces);
    if (address === null) report(`redundancy.${key}`, text, ADDRESS);
    else if (own !== undefined)
      report(
        `redundancy.${key}`,
        text,
        `an address of another machine; this unit has it on ${own.interface}`,
      );
  }
  if (peerAddress !== undefined && peerAddress === secondPeerAddress)
    report("redundancy.secondPeerAddress", secondPeerAddress, "an address other than peerAddress");
}

function checkFloating(redundancy: Redundancy, own: OwnInterfaces, report: Report): void {
  const { floatingAddresses, peerAddress, secondPeerAddress, gateway } = redundancy;
  if (floatingAddresses.length > 0 && !floatingAddresses.some(({ home }) => home === "active"))
    report("redundancy.floatingAddresses", "standby", 'at least one address with "home": "active"');
  const seen = new Map<string, number>();
  for (const [index, floating] of floatingAddresses.entries()) {
    const path = itemPath("redundancy.floatingAddresses", index);
    const address = parseIpAddress(floating.address);
    if (address === null) {
      report(`${path}.address`, floating.address, ADDRESS);
      continue;
    }
    const text = formatIpAddress(address);
    const earlier = seen.get(text);
    if (earlier !== undefined)
      report(`${path}.address`, floating.address, `an address other than floatingAddresses[${earlier}]`);
    else seen.set(text, index);
    const real = isOwn(address, own.addresses);
    if (real !== undefined)
      report(`${path}.address`, floating.address, `no real address; this unit has it on ${real.interface}`);
    for (const other of [peerAddress, secondPeerAddress, gateway]) {
      const parsed = other === undefined ? null : parseIpAddress(other);
      if (parsed !== null && sameAddress(parsed, address))
        report(`${path}.address`, floating.address, "no real address of another machine");
    }
    checkNetwork(path, floating, own, report);
  }
}

/** A floating address belongs to a network of its interface: nobody would look for it elsewhere. */
function checkNetwork(
  path: string,
  floating: Redundancy["floatingAddresses"][number],
  { addresses: interfaces, silent }: OwnInterfaces,
  report: Report,
): void {
  const address = parseIpAddress(floating.address);
  if (address === null) return;
  const width = address.family === 4 ? 32 : 128;
  if (floating.prefixLength > width) {
    report(`${path}.prefixLength`, floating.prefixLength, `a prefix of at most ${width} bits`);
    return;
  }
  const here = interfaces.filter((own) => own.interface === floating.interface);
  if (here.length === 0 && silent.includes(floating.interface)) return;
  if (here.length === 0) {
    const names = [...new Set(interfaces.map((own) => own.interface))].join(", ");
    report(
      `${path}.interface`,
      floating.interface,
      `an interface that has an address: ${names || "there is none"}`,
    );
    return;
  }
  const networks = here.map(networkOf).filter((network) => network !== null);
  const network = networks.find((each) => contains(each, address));
  if (network === undefined)
    report(
      `${path}.address`,
      floating.address,
      `an address within ${networks.map(formatNetwork).join(" or ")}, the network of ${floating.interface}`,
    );
  else if (network.prefixLength !== floating.prefixLength)
    report(
      `${path}.prefixLength`,
      floating.prefixLength,
      `${network.prefixLength}, as ${floating.interface} has it`,
    );
}

function checkTimes(redundancy: Redundancy, report: Report): void {
  const { leaseMs, announce } = redundancy;
  if (leaseMs % 1_000 !== 0) report("redundancy.leaseMs", leaseMs, "whole seconds: 1000, 2000 and so on");
  for (const [index, afterMs] of announce.afterMs.entries()) {
    const before = announce.afterMs[index - 1] ?? 0;
    if (afterMs <= before)
      report(itemPath("redundancy.announce.afterMs", index), afterMs, `more than ${before}: they ascend`);
  }
}

function checkServices({ services }: Redundancy, report: Report): void {
  for (const [index, { name, check }] of services.entries()) {
    const path = itemPath("redundancy.services", index);
    const earlier = services.findIndex((service) => service.name === name);
    if (earlier < index) report(`${path}.name`, name, `a name other than services[${earlier}]`);
    if (check === undefined && name !== PROXY_SERVICE)
      report(`${path}.check`, undefined, `where "${name}" answers, such as { "port": 8080 }`);
    if (check !== undefined && parseIpAddress(check.address) === null)
      report(`${path}.check.address`, check.address, "an address of this unit");
  }
}

/** Every error of meaning in the settings of the pair; none while redundancy is off. */
export function checkRedundancySettings(
  redundancy: Redundancy,
  own: OwnInterfaces,
): readonly SettingsFault[] {
  if (!redundancy.enabled) return [];
  const faults: SettingsFault[] = [];
  const report: Report = (path, found, expected) =>
    faults.push({ path, found: found === undefined ? "nothing" : showValue(found), expected });
  checkPeers(redundancy, own.addresses, report);
  checkFloating(redundancy, own, report);
  checkTimes(redundancy, report);
  checkServices(redundancy, report);
  return faults;
}
