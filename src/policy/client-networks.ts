import { assert } from "#base/assert.ts";
import { formatIpAddress, parseIpAddress, unmapped } from "./ip-address.ts";
import { contains, parseNetwork } from "./network.ts";

/**
 * The one text for a client's address, for rules, limits and logs: IPv4-mapped addresses, which a
 * dual-stack listener reports, become IPv4, and zones go. Text that is no address stays as it is.
 */
export function clientAddress(remoteAddress: string): string {
  // The common case by far, already canonical, must not cost a parse.
  if (!remoteAddress.includes(":")) return remoteAddress;
  const address = parseIpAddress(remoteAddress.split("%")[0] ?? "");
  return address === null ? remoteAddress : formatIpAddress(unmapped(address));
}

/** Whether a client at that address is served; `networks` have passed `checkPolicySettings`. */
export function compileClientNetworks(networks: readonly string[]): (remoteAddress: string) => boolean {
  const allowed = networks.map((text) => {
    const network = parseNetwork(text);
    assert(network !== null, `${text} is a network: checkPolicySettings comes first`);
    return network;
  });
  return (remoteAddress) => {
    const address = parseIpAddress(clientAddress(remoteAddress));
    return address !== null && allowed.some((network) => contains(network, address));
  };
}
