/** Open TCP connections and listeners, read from the kernel's own tables. */
import { open } from "node:fs/promises";
import { formatIpAddress } from "#policy/ip-address.ts";

const STATES = [
  "",
  "established",
  "syn-sent",
  "syn-received",
  "fin-wait-1",
  "fin-wait-2",
  "time-wait",
  "closed",
  "close-wait",
  "last-ack",
  "listen",
  "closing",
] as const;

const TABLES = [
  ["tcp", "/proc/net/tcp"],
  ["tcp6", "/proc/net/tcp6"],
] as const;

export interface ConnectionFacts {
  readonly protocol: string;
  readonly state: string;
  readonly local: string;
  readonly remote: string;
}

/** The kernel writes addresses as words of the machine's byte order, which is little-endian here. */
function endpoint(text: string): string {
  const [address = "", port = "0"] = text.split(":");
  const words = address.match(/.{8}/g) ?? [];
  const hex = words.map((word) => word.match(/../g)?.reverse().join("") ?? "").join("");
  const family = words.length === 1 ? 4 : 6;
  const shown = formatIpAddress({ family, bits: BigInt(`0x${hex || "0"}`) });
  return family === 6 ? `[${shown}]:${Number.parseInt(port, 16)}` : `${shown}:${Number.parseInt(port, 16)}`;
}

/** Up to `max` of them; all are counted by state. */
export async function readConnections(max: number): Promise<{
  readonly byState: Readonly<Record<string, number>>;
  readonly connections: readonly ConnectionFacts[];
  readonly leftOut: number;
}> {
  const byState: Record<string, number> = {};
  const connections: ConnectionFacts[] = [];
  let leftOut = 0;
  for (const [protocol, path] of TABLES) {
    await using file = await open(path, "r").catch(() => ({
      readLines: async function* (): AsyncGenerator<string> {},
      [Symbol.asyncDispose]: async () => {},
    }));
    for await (const line of file.readLines()) {
      const [, local, remote, state] = line.trim().split(/\s+/);
      const name = STATES[Number.parseInt(state ?? "", 16)];
      if (local === undefined || remote === undefined || name === undefined || !local.includes(":")) continue;
      byState[name] = (byState[name] ?? 0) + 1;
      if (connections.length < max)
        connections.push({ protocol, state: name, local: endpoint(local), remote: endpoint(remote) });
      else leftOut += 1;
    }
  }
  return { byState, connections, leftOut };
}
