/** Open TCP connections and listeners, read from the kernel's own tables. */
import { closeSync, openSync, readSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
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

const CHUNK_BYTES = 64 * 1024;
/** So much is read before everybody else gets a turn: some milliseconds. */
const TURN_BYTES = 1024 * 1024;

/**
 * The kernel gives these tables a page at a time. Each read in a thread of the pool, as node:fs/promises does it,
 * costs two turns on a busy processor, and ten thousand connections are four hundred pages: so they are read here.
 */
async function* linesOf(path: string): AsyncGenerator<string> {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return; // a kernel without this family
  }
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    let [rest, inTurn] = ["", 0];
    for (let bytes = readSync(file, buffer); bytes > 0; bytes = readSync(file, buffer)) {
      const lines = (rest + buffer.toString("latin1", 0, bytes)).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
      inTurn += bytes;
      if (inTurn < TURN_BYTES) continue;
      inTurn = 0;
      await nextTurn();
    }
  } finally {
    closeSync(file);
  }
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
  for (const [protocol, path] of TABLES)
    for await (const line of linesOf(path)) {
      const [, local, remote, state] = line.trim().split(/\s+/);
      const name = STATES[Number.parseInt(state ?? "", 16)];
      if (local === undefined || remote === undefined || name === undefined || !local.includes(":")) continue;
      byState[name] = (byState[name] ?? 0) + 1;
      if (connections.length < max)
        connections.push({ protocol, state: name, local: endpoint(local), remote: endpoint(remote) });
      else leftOut += 1;
    }
  return { byState, connections, leftOut };
}
