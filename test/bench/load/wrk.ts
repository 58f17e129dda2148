/** The load generator wrk (C, so that it is not what is measured), on the load core. */
import { join } from "node:path";
import { runTool } from "#test/bench/child.ts";

const SCRIPT = join(import.meta.dirname, "wrk.lua");
const RESULT_FIELDS = [
  "requests",
  "bytes",
  "durationUs",
  "p50Us",
  "p99Us",
  "connectErrors",
  "readErrors",
  "writeErrors",
  "statusErrors",
  "timeouts",
] as const;

export type WrkResult = Readonly<Record<(typeof RESULT_FIELDS)[number], number>>;

export interface WrkLoad {
  /** The port that wrk connects to. */
  readonly port: number;
  readonly method: "GET" | "CONNECT";
  /** The request target, as it stands in the request line. */
  readonly target: string;
  /** How many targets there are, with "{n}" as their number; one unless told otherwise. */
  readonly targets?: number;
  readonly host: string;
  readonly connections: number;
  readonly seconds: number;
}

/** Runs wrk once; throws when its answer is not understood. */
export async function runWrk(load: WrkLoad, signal: AbortSignal): Promise<WrkResult> {
  const command = [
    "wrk",
    "-t1",
    `-c${load.connections}`,
    `-d${load.seconds}s`,
    "--timeout=5s",
    "-s",
    SCRIPT,
    ...[`http://127.0.0.1:${load.port}/`, "--"],
    ...[load.method, load.target, load.host],
    String(load.targets ?? 1),
  ];
  const output = await runTool(command, signal);
  const line = output.split("\n").find((text) => text.startsWith("{")) ?? "{}";
  const parsed = JSON.parse(line) as Record<string, unknown>;
  for (const field of RESULT_FIELDS)
    if (typeof parsed[field] !== "number") throw new Error(`wrk gave no ${field}: ${output.slice(-300)}`);
  return parsed as WrkResult;
}

/** Completed requests a second. */
export const ratePerSecond = (result: WrkResult): number =>
  (result.requests - result.statusErrors) / (result.durationUs / 1e6);
