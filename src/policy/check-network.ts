/** What can be wrong with the unit's network settings beyond their shape. */
import type { Settings } from "#settings/schema.ts";
import { itemPath } from "#settings/settings-fault.ts";
import { parseIpAddress } from "./ip-address.ts";
import { parseNetwork } from "./network.ts";

type Report = (path: string, found: unknown, expected: string) => void;

const ADDRESS = "an IPv4 or IPv6 address";

export function checkNetwork({ network, redundancy }: Settings, report: Report): void {
  const seen = new Map<string, string>();
  const once = (key: string, path: string, found: unknown): void => {
    const first = seen.get(key);
    if (first === undefined) seen.set(key, path);
    else report(path, found, `what ${first} does not have yet`);
  };
  const floating = new Set(redundancy.floatingAddresses.map(({ address }) => address));
  for (const [index, { address, prefixLength }] of network.addresses.entries()) {
    const path = itemPath("network.addresses", index);
    const parsed = parseIpAddress(address);
    if (parsed === null) report(`${path}.address`, address, ADDRESS);
    else if (floating.has(address)) report(`${path}.address`, address, "an address that is not floating");
    else if (parsed.family === 4 && prefixLength > 32)
      report(`${path}.prefixLength`, prefixLength, "a prefix of at most 32 bits");
    once(`address ${address}`, `${path}.address`, address);
  }
  for (const [index, { interface: name }] of network.mtus.entries())
    once(`mtu ${name}`, `${itemPath("network.mtus", index)}.interface`, name);
  for (const [index, { destination, gateway }] of network.routes.entries()) {
    const path = itemPath("network.routes", index);
    const [to, by] = [parseNetwork(destination), parseIpAddress(gateway)];
    if (by === null) report(`${path}.gateway`, gateway, ADDRESS);
    if (destination !== "default" && to === null)
      report(`${path}.destination`, destination, 'a network such as 10.0.0.0/8, or "default"');
    else if (to !== null && by !== null && to.family !== by.family)
      report(`${path}.gateway`, gateway, `an IPv${to.family} address of a router`);
    once(`route ${destination} ${by?.family}`, `${path}.destination`, destination);
  }
}
