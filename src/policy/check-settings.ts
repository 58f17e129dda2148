/** What can be wrong with settings that have the right shape: the meanings that the schema cannot see. */
import type { Settings } from "#settings/schema.ts";
import { itemPath, type SettingsFault, showValue } from "#settings/settings-fault.ts";
import { checkNetwork } from "./check-network.ts";
import { type IpAddress, parseIpAddress, unmapped } from "./ip-address.ts";
import { contains, formatNetwork, type Network, parseNetwork } from "./network.ts";
import { isDomainPattern, parseParentUrl } from "./parents.ts";
import { parsePortRange } from "./ports.ts";

const NETWORK =
  "an address or a network without bits beyond its prefix, such as 10.0.0.0/8, 192.0.2.1 or fd00::/8";
const PORTS = "a port from 1 to 65535, or a range of them, lower end first, such as 1025-65535";
const ADDRESS = "an IPv4 or IPv6 address, such as 127.0.0.1 or ::1; 0.0.0.0 or :: for all";

type Report = (path: string, found: unknown, expected: string) => void;

/** Reports what is no network; the hint says the network that was probably meant. */
export function checkNetworks(path: string, networks: readonly string[], report: Report): void {
  for (const [index, text] of networks.entries()) {
    if (parseNetwork(text) === null) report(itemPath(path, index), text, networkHint(text));
  }
}

/** Says the network that was probably meant: with a mask in the place of a length, or with bits beyond the prefix. */
function networkHint(text: string): string {
  const [written = "", length = ""] = text.split("/");
  const address = parseIpAddress(written);
  const width = address?.family === 4 ? 32 : 128;
  const prefixLength = length.includes(".") ? maskLength(length) : Number(length);
  const isLength = /^(?:[0-9]{1,3}|[0-9.]+)$/.test(length) && prefixLength !== null && prefixLength <= width;
  if (address === null || !isLength) return NETWORK;
  const shift = BigInt(width - prefixLength);
  const first = (address.bits >> shift) << shift;
  return `${NETWORK}; perhaps ${formatNetwork({ family: address.family, first, last: first, prefixLength })}`;
}

/** The prefix length of a mask such as 255.255.255.0, as the manual writes networks; null where it is none. */
function maskLength(text: string): number | null {
  const mask = parseIpAddress(text);
  if (mask?.family !== 4) return null;
  const ones = mask.bits.toString(2).padStart(32, "0").replace(/0*$/, "");
  return ones.includes("0") ? null : ones.length;
}

function checkPorts(path: string, entries: readonly (number | string)[], report: Report): void {
  for (const [index, entry] of entries.entries()) {
    if (parsePortRange(entry) === null) report(itemPath(path, index), entry, PORTS);
  }
}

const LOOPBACK_NETWORKS = ["127.0.0.0/8", "::1/128"].map(parseNetwork).filter((network) => network !== null);

const isLoopbackAddress = (address: IpAddress): boolean =>
  LOOPBACK_NETWORKS.some((loopback) => contains(loopback, unmapped(address)));

const isWithinLoopback = ({ family, first, last }: Network): boolean =>
  isLoopbackAddress({ family, bits: first }) && isLoopbackAddress({ family, bits: last });

function checkListeners(settings: Settings, report: Report): void {
  const servesOnlyLoopback = settings.clients.allowedNetworks
    .map(parseNetwork)
    .every((network) => network !== null && isWithinLoopback(network));
  const seen = new Map<string, number>();
  for (const [index, { address: text, port }] of settings.listen.entries()) {
    const address = parseIpAddress(text);
    if (address === null) {
      report(`listen[${index}].address`, text, ADDRESS);
      continue;
    }
    const key = `${address.family} ${address.bits} ${port}`;
    const earlier = seen.get(key);
    if (port !== 0 && earlier !== undefined)
      report(
        itemPath("listen", index),
        `${text} port ${port}`,
        `an address and port other than listen[${earlier}]`,
      );
    seen.set(key, index);
    if (servesOnlyLoopback && !isLoopbackAddress(address)) {
      report(
        `listen[${index}].address`,
        text,
        "a loopback address, or else the networks of the clients in clients.allowedNetworks",
      );
    }
  }
  if (settings.metrics.enabled && parseIpAddress(settings.metrics.address) === null)
    report("metrics.address", settings.metrics.address, ADDRESS);
}

function checkParents(parents: Settings["parents"], report: Report): void {
  const seen = new Map<string, number>();
  for (const [index, parent] of parents.entries()) {
    const path = itemPath("parents", index);
    const earlier = seen.get(parent.name);
    if (earlier !== undefined)
      report(`${path}.name`, parent.name, `a name other than that of parents[${earlier}]`);
    else seen.set(parent.name, index);
    if (parseParentUrl(parent.url) === null)
      report(`${path}.url`, parent.url, "http://host:port or https://host:port, nothing after it");
    for (const [at, pattern] of parent.domains.entries()) {
      if (!isDomainPattern(pattern))
        report(itemPath(`${path}.domains`, at), pattern, "a host, a domain such as .example.com, or *");
    }
    if (parent.username !== undefined && parent.passwordFile === undefined)
      report(`${path}.passwordFile`, undefined, "the file that holds the password, since username is set");
    if (parent.passwordFile !== undefined && parent.username === undefined)
      report(`${path}.username`, undefined, "the user's name, since passwordFile is set");
    // RFC 7617 section 2: the first colon ends the user-id.
    if (parent.username !== undefined && /[:\p{Cc}]/u.test(parent.username))
      report(`${path}.username`, parent.username, "a name without colons and control characters");
  }
}

function checkSources(upstream: Settings["upstream"], report: Report): void {
  const { sourceAddressV4: v4, sourceAddressV6: v6 } = upstream;
  if (v4 !== undefined && parseIpAddress(v4)?.family !== 4)
    report("upstream.sourceAddressV4", v4, "an IPv4 address of this unit");
  if (v6 !== undefined && parseIpAddress(v6)?.family !== 6)
    report("upstream.sourceAddressV6", v6, "an IPv6 address of this unit");
}

const DNS_SERVER_WITH_PORT = /^(?:\[([^\]]+)\]|([0-9.]+)):([0-9]{1,5})$/;

/** Whether it is an address, "192.0.2.1:53" or "[2001:db8::1]:53". */
function isDnsServer(text: string): boolean {
  if (parseIpAddress(text) !== null) return true;
  const match = DNS_SERVER_WITH_PORT.exec(text);
  if (match === null || parsePortRange(Number(match[3])) === null) return false;
  return parseIpAddress(match[1] ?? "")?.family === 6 || parseIpAddress(match[2] ?? "")?.family === 4;
}

function checkDns(dns: Settings["dns"], report: Report): void {
  for (const [index, server] of dns.servers.entries()) {
    if (!isDnsServer(server))
      report(itemPath("dns.servers", index), server, "an address, address:port or [IPv6 address]:port");
  }
  if (dns.ttlMinMs > dns.ttlMaxMs)
    report("dns.ttlMinMs", dns.ttlMinMs, `no more than ttlMaxMs, which is ${dns.ttlMaxMs}`);
}

/** Every error of meaning in settings that passed the schema; empty when they can be used. */
export function checkPolicySettings(settings: Settings): readonly SettingsFault[] {
  const faults: SettingsFault[] = [];
  const report: Report = (path, found, expected) =>
    faults.push({ path, found: found === undefined ? "nothing" : showValue(found), expected });
  checkListeners(settings, report);
  checkNetworks("clients.allowedNetworks", settings.clients.allowedNetworks, report);
  checkPorts("requests.ports", settings.requests.ports, report);
  checkPorts("connect.ports", settings.connect.ports, report);
  checkNetworks("egress.refuse", settings.egress.refuse, report);
  for (const [index, { network, ports }] of settings.egress.allow.entries()) {
    if (parseNetwork(network) === null)
      report(`egress.allow[${index}].network`, network, networkHint(network));
    checkPorts(`egress.allow[${index}].ports`, ports ?? [], report);
  }
  checkSources(settings.upstream, report);
  checkParents(settings.parents, report);
  checkDns(settings.dns, report);
  checkNetwork(settings, report);
  checkNetworks("console.allowedNetworks", settings.console.allowedNetworks, report);
  for (const [index, { address }] of settings.console.listen.entries())
    if (parseIpAddress(address) === null)
      report(`${itemPath("console.listen", index)}.address`, address, "an IPv4 or IPv6 address");
  return faults;
}
