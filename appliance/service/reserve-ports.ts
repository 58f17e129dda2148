/**
 * Which ports the workers will share. They listen with SO_REUSEPORT, which would let two units of one
 * user share a port without a word; so each new address is first bound once without it, which fails when
 * anybody else has it and, for port 0, learns a free port.
 */
import { failure, type Outcome, success } from "#base/outcome.ts";
import { reservePort } from "#socket/reserve-port.ts";
import type { ListenAddress } from "./worker-messages.ts";

const WILDCARDS: readonly string[] = ["0.0.0.0", "::"];

/** "address:port", with brackets around IPv6. */
export const formatListen = (at: ListenAddress): string =>
  at.address.includes(":") ? `[${at.address}]:${at.port}` : `${at.address}:${at.port}`;

/** Whether one of ours already listens where a probe of `at` would collide with it. */
const isCoveredBy = (at: ListenAddress, ours: readonly ListenAddress[]): boolean =>
  ours.some(
    (own) =>
      own.port === at.port &&
      (own.address === at.address || WILDCARDS.includes(own.address) || WILDCARDS.includes(at.address)),
  );

/**
 * Resolves the ports of `wanted`. What is in `before`, the settings and addresses of the generation
 * before, keeps its port and is not probed, because our own workers listen there.
 */
export async function reservePorts(
  wanted: readonly ListenAddress[],
  before: readonly { readonly set: ListenAddress; readonly real: ListenAddress }[],
): Promise<Outcome<readonly ListenAddress[], string>> {
  const left = [...before];
  const ours = before.map((pair) => pair.real);
  const resolved: ListenAddress[] = [];
  for (const at of wanted) {
    const known = left.findIndex((pair) => pair.set.address === at.address && pair.set.port === at.port);
    const pair = known < 0 ? undefined : left.splice(known, 1)[0];
    if (pair !== undefined) resolved.push(pair.real);
    else if (isCoveredBy(at, ours)) resolved.push({ address: at.address, port: at.port });
    else {
      const port = await reservePort(at.address, at.port);
      if (!port.ok) return failure(port.error.text);
      resolved.push({ address: at.address, port: port.value });
    }
  }
  return success(resolved);
}
