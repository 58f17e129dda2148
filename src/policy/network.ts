import { formatIpAddress, type IpAddress, parseIpAddress } from "./ip-address.ts";

/** A network in CIDR form (RFC 4632 section 3.1, RFC 4291 section 2.3): all addresses from `first` to `last`. */
export interface Network {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
  readonly prefixLength: number;
}

const PREFIX_LENGTH = /^(?:0|[1-9][0-9]{0,2})$/;

/**
 * Parses "10.0.0.0/8", "fd00::/8" or a single address. Null when malformed, and also when bits are set
 * beyond the prefix: "10.1.2.3/8" is more often a slip than a wish.
 */
export function parseNetwork(text: string): Network | null {
  const slash = text.indexOf("/");
  const address = parseIpAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === null) return null;
  const width = address.family === 4 ? 32 : 128;
  const length = slash < 0 ? String(width) : text.slice(slash + 1);
  if (!PREFIX_LENGTH.test(length) || Number(length) > width) return null;
  const hostMask = (1n << BigInt(width - Number(length))) - 1n;
  if ((address.bits & hostMask) !== 0n) return null;
  return {
    family: address.family,
    first: address.bits,
    last: address.bits | hostMask,
    prefixLength: Number(length),
  };
}

/** Whether the address lies within the network; the families must be the same. */
export const contains = (network: Network, address: IpAddress): boolean =>
  network.family === address.family && network.first <= address.bits && address.bits <= network.last;

/** The canonical text of a network. */
export const formatNetwork = (network: Network): string =>
  `${formatIpAddress({ family: network.family, bits: network.first })}/${network.prefixLength}`;
