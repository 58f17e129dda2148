/**
 * A client's connection of a floating address as a key: the bytes of local port, client port, local address
 * and client address, one a character. It is 12 characters long over IPv4 and 36 over IPv6; a string,
 * because sets and maps compare it by value.
 */
import { formatIpAddress, type IpAddress } from "#policy/ip-address.ts";

const PORTS_BYTES = 4;
export const KEY_BYTES = { 4: PORTS_BYTES + 8, 6: PORTS_BYTES + 32 } as const;

export interface Endpoints {
  readonly local: IpAddress;
  readonly localPort: number;
  readonly client: IpAddress;
  readonly clientPort: number;
}

/** The family of a key. */
export const familyOf = (key: string): IpAddress["family"] => (key.length === KEY_BYTES[4] ? 4 : 6);

const portAt = (key: string, at: number): number => key.charCodeAt(at) * 256 + key.charCodeAt(at + 1);

function addressAt(key: string, at: number, family: IpAddress["family"]): IpAddress {
  let bits = 0n;
  for (let index = 0; index < (family === 4 ? 4 : 16); index += 1)
    bits = (bits << 8n) | BigInt(key.charCodeAt(at + index));
  return { family, bits };
}

/** The two ends that a key names. */
export function endpointsOf(key: string): Endpoints {
  const family = familyOf(key);
  return {
    localPort: portAt(key, 0),
    clientPort: portAt(key, 2),
    local: addressAt(key, PORTS_BYTES, family),
    client: addressAt(key, PORTS_BYTES + (family === 4 ? 4 : 16), family),
  };
}

/** For logs and tests: "client:port local:port". */
export function formatConnection(key: string): string {
  const { local, localPort, client, clientPort } = endpointsOf(key);
  return `${formatIpAddress(client)} ${clientPort} ${formatIpAddress(local)} ${localPort}`;
}
