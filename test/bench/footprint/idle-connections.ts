/** What a keep-alive connection costs that has had its answer and now waits. */
import { setTimeout as sleep } from "node:timers/promises";
import { CheckedConnection } from "#test/bench/load/checked-connection.ts";
import { MemoryWatch } from "#test/bench/memory.ts";
import { inMib, type Part, type PartContext, warmUpLightly } from "./part.ts";

const CONNECTIONS = 10_000;
const QUICK_CONNECTIONS = 2_000;
const PER_ADDRESS = 500;
const OPENING_AT_ONCE = 50;
const BYTES_EACH_MAX = 12 * 1_024;
const SETTLE_MS = 10_000;
const QUICK_SETTLE_MS = 3_000;
const SAMPLE_EVERY_MS = 250;
const SAMPLED_MS = 2_000;

/** Opens them, one request each; gives how many were answered. */
async function openAll(
  connections: readonly CheckedConnection[],
  signal: AbortSignal,
): Promise<{ answered: number; fault: string | null }> {
  let next = 0;
  let answered = 0;
  let fault: string | null = null;
  const lane = async (): Promise<void> => {
    for (let one = connections[next++]; one !== undefined && !signal.aborted; one = connections[next++]) {
      const answer = await one.request("/small");
      if (answer.ok) answered += 1;
      else fault ??= answer.why;
    }
  };
  await Promise.all(Array.from({ length: OPENING_AT_ONCE }, lane));
  signal.throwIfAborted();
  return { answered, fault };
}

async function sample(context: PartContext, signal: AbortSignal): Promise<MemoryWatch["middle"]> {
  using watch = new MemoryWatch(context.pid, SAMPLE_EVERY_MS);
  await sleep(SAMPLED_MS, undefined, { signal });
  return watch.middle;
}

export const idleConnections: Part = {
  name: "idle-connections",
  claim: `10,000 idle keep-alive connections: less than ${BYTES_EACH_MAX / 1_024} KiB of memory each`,
  async run(context, signal) {
    const count = context.quick ? QUICK_CONNECTIONS : CONNECTIONS;
    const settleMs = context.quick ? QUICK_SETTLE_MS : SETTLE_MS;
    const connections = Array.from(
      { length: count },
      (_, index) =>
        new CheckedConnection({
          port: context.proxyPort,
          authority: context.origin.authority,
          localAddress: `127.0.1.${1 + Math.floor(index / PER_ADDRESS)}`,
        }),
    );
    await warmUpLightly(context, signal);
    await sleep(settleMs, undefined, { signal });
    const before = await sample(context, signal);
    try {
      const { answered, fault } = await openAll(connections, signal);
      context.say(`${answered} of ${count} connections have had their answer; settling …`);
      await sleep(settleMs, undefined, { signal });
      const after = await sample(context, signal);
      const open = connections.filter((connection) => connection.isOpen).length;
      const anonymousEach = (after.anonymousBytes - before.anonymousBytes) / count;
      const wholeEach = after.anonymousBytes / count;
      const residentEach = (after.residentBytes - before.residentBytes) / count;
      return {
        holds: open === count && answered === count && anonymousEach < BYTES_EACH_MAX,
        text:
          `${Math.round(anonymousEach)} bytes each anonymous, ${Math.round(residentEach)} resident ` +
          `(${inMib(before.anonymousBytes)} before; all of it divided: ${Math.round(wholeEach)}); ${open} of ${count} still open${fault === null ? "" : `; ${fault}`}`,
        figures: { count, answered, open, anonymousEach, residentEach, wholeEach },
      };
    } finally {
      for (const connection of connections) connection.close();
    }
  },
};
