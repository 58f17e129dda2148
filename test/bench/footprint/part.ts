/** What each part of the footprint demonstration is given, and gives back. */
import { runTool } from "#test/bench/child.ts";
import { runWrk } from "#test/bench/load/wrk.ts";
import type { Origin } from "#test/bench/origin.ts";

export interface PartContext {
  readonly pid: number;
  readonly proxyPort: number;
  readonly origin: Origin;
  readonly quick: boolean;
  readonly say: (text: string) => void;
}

export interface PartResult {
  readonly holds: boolean;
  /** What was seen, in one line. */
  readonly text: string;
  readonly figures: Readonly<Record<string, number>>;
}

export interface Part {
  readonly name: string;
  readonly claim: string;
  readonly run: (context: PartContext, signal: AbortSignal) => Promise<PartResult>;
}

export const MIB = 1_024 * 1_024;

/** 12.3 MiB */
export const inMib = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`;

/** One at a time, so that the memory before is that of a proxy which has hardly worked: growth shows in full. */
export async function warmUpLightly(context: PartContext, signal: AbortSignal): Promise<void> {
  const some = `http://${context.origin.authority}/small?[1-50]`;
  const proxy = ["--proxy", `http://127.0.0.1:${context.proxyPort}`];
  for (const mode of [[], ["--proxytunnel"]])
    await runTool(["curl", "--silent", "--output", "/dev/null", ...mode, ...proxy, some], signal);
}

/** Until the proxy's code is compiled: for latencies. */
export async function warmUp(context: PartContext, signal: AbortSignal): Promise<void> {
  const { authority } = context.origin;
  const get = { method: "GET", target: `http://${authority}/small`, host: authority } as const;
  await runWrk({ port: context.proxyPort, ...get, connections: 64, seconds: 3 }, signal);
}
