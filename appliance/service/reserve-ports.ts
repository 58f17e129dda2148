/**
 * Which ports the workers will share. They listen with SO_REUSEPORT, which would let two units of one
 * user share a port without a word; so each new address is first bound once without it, which fails when
 * anybody else has it and, for port 0, learns a free port.
 */
import { type Outcome, success } from "#base/outcome.ts";
import { listen } from "#socket/listener.ts";
import type { ListenAddress } from "./worker-messages.ts";

const WILDCARDS: readonly string[] = ["0.0.0.0", "::"];

/** "address:port", with brackets around IPv6. */
export const formatListen = (at: ListenAddress): string =>
  at.address.includes(":") ? `[${at.address}]:${at.port}` : `${at.address}:${at.port}`;

/** Binds exclusively for a moment; the port that was bound, or why not and what to do. */
async function probe(at: ListenAddress): Promise<Outcome<number, string>> {
  const listening = await listen({ ...at, reusePort: false }, (wire) => wire.destroy());
  if (!listening.ok) return { ok: false, error: listening.error.text };
  await listening.value.close();
  return success(listening.value.port);
}

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
      const port = await probe(at);
      if (!port.ok) return port;
      resolved.push({ address: at.address, port: port.value });
    }
  }
  return success(resolved);
}
