import { assert } from "#base/assert.ts";
import type { IpAddress } from "./ip-address.ts";
import { contains, type Network, parseNetwork } from "./network.ts";

/** A network that is not an ordinary destination on the public Internet. */
export interface SpecialNetwork {
  readonly network: Network;
  readonly name: string;
}

/**
 * The IANA special-purpose address registries (RFC 6890 and what was registered since), with the rows
 * that are globally reachable too, because none of them is a web server: relays, AS112 and transition
 * prefixes whose packets would reach an address that was never checked. Beside them multicast, what the
 * IPv6 registry keeps in reserve, and the addresses at which clouds serve credentials to their machines.
 * The most specific row names an address, so that "metadata" wins over "link-local".
 */
const ROWS: readonly (readonly [string, string])[] = [
  ["0.0.0.0/8", "this network (RFC 791)"],
  ["10.0.0.0/8", "private (RFC 1918)"],
  ["100.64.0.0/10", "shared, carrier-grade NAT (RFC 6598)"],
  ["100.100.100.200/32", "cloud metadata"],
  ["127.0.0.0/8", "loopback (RFC 1122)"],
  ["168.63.129.16/32", "cloud metadata"],
  ["169.254.0.0/16", "link-local (RFC 3927)"],
  ["169.254.169.254/32", "cloud metadata"],
  ["169.254.170.2/32", "cloud metadata"],
  ["169.254.170.23/32", "cloud metadata"],
  ["172.16.0.0/12", "private (RFC 1918)"],
  ["192.0.0.0/24", "IETF protocol assignments (RFC 6890)"],
  ["192.0.0.192/32", "cloud metadata"],
  ["192.0.2.0/24", "documentation (RFC 5737)"],
  ["192.31.196.0/24", "AS112 (RFC 7535)"],
  ["192.52.193.0/24", "AMT (RFC 7450)"],
  ["192.88.99.0/24", "6to4 relay (RFC 7526)"],
  ["192.168.0.0/16", "private (RFC 1918)"],
  ["192.175.48.0/24", "AS112 (RFC 7534)"],
  ["198.18.0.0/15", "benchmarking (RFC 2544)"],
  ["198.51.100.0/24", "documentation (RFC 5737)"],
  ["203.0.113.0/24", "documentation (RFC 5737)"],
  ["224.0.0.0/4", "multicast (RFC 5771)"],
  ["240.0.0.0/4", "reserved (RFC 1112)"],
  ["255.255.255.255/32", "broadcast (RFC 919)"],
  ["::/3", "reserved by the IETF (RFC 4291)"],
  ["::/96", "IPv4-compatible (RFC 4291)"],
  ["::/128", "unspecified (RFC 4291)"],
  ["::1/128", "loopback (RFC 4291)"],
  ["::ffff:0:0/96", "IPv4-mapped (RFC 4291)"],
  ["::ffff:0:0:0/96", "IPv4-translated (RFC 2765)"],
  ["64:ff9b::/96", "NAT64 (RFC 6052)"],
  ["64:ff9b:1::/48", "NAT64 (RFC 8215)"],
  ["100::/64", "discard (RFC 6666)"],
  ["100:0:0:1::/64", "dummy prefix (RFC 9780)"],
  ["2001::/23", "IETF protocol assignments (RFC 2928)"],
  ["2001::/32", "Teredo (RFC 4380)"],
  ["2001:2::/48", "benchmarking (RFC 5180)"],
  ["2001:10::/28", "ORCHID (RFC 4843)"],
  ["2001:20::/28", "ORCHIDv2 (RFC 7343)"],
  ["2001:db8::/32", "documentation (RFC 3849)"],
  ["2002::/16", "6to4 (RFC 3056)"],
  ["2620:4f:8000::/48", "AS112 (RFC 7534)"],
  ["3ffe::/16", "6bone (RFC 3701)"],
  ["3fff::/20", "documentation (RFC 9637)"],
  ["4000::/2", "reserved by the IETF (RFC 4291)"],
  ["5f00::/16", "segment routing (RFC 9602)"],
  ["8000::/1", "reserved by the IETF (RFC 4291)"],
  ["fc00::/7", "unique-local (RFC 4193)"],
  ["fd00:ec2::254/128", "cloud metadata"],
  ["fd20:ce::254/128", "cloud metadata"],
  ["fe80::/10", "link-local (RFC 4291)"],
  ["fec0::/10", "site-local (RFC 3879)"],
  ["ff00::/8", "multicast (RFC 4291)"],
];

const SPECIAL_NETWORKS: readonly SpecialNetwork[] = ROWS.map(([text, name]) => {
  const network = parseNetwork(text);
  assert(network !== null, `${text} is a network`);
  return { network, name };
}).sort((a, b) => b.network.prefixLength - a.network.prefixLength);

/** The most specific special-purpose network that holds the address, or null for a public address. */
export function specialNetworkOf(address: IpAddress): SpecialNetwork | null {
  for (const special of SPECIAL_NETWORKS) if (contains(special.network, address)) return special;
  return null;
}
