/** What is measured, as a table. More is better everywhere. */
import { join } from "node:path";
import { runTool } from "./child.ts";
import { type CoreUse, processorSeconds, watchCores } from "./core-use.ts";
import { ratePerSecond, runWrk } from "./load/wrk.ts";
import { LARGE_BYTES } from "./origin.ts";
import type { Abilities } from "./peers.ts";
import { median } from "./stats.ts";

const GET_CONNECTIONS = 64;
const CONNECT_CONCURRENCY = 64;
const CONNECT_RATE = join(import.meta.dirname, "load", "connect-rate.lua");
const DOWNLOADS_MIN = 3;

export interface Target {
  readonly proxyPort: number;
  /** The proxy's process. */
  readonly pid: number;
  /** host:port of the origin. */
  readonly authority: string;
}

export interface Sample {
  readonly value: number;
  /** What did not work: bad statuses, broken connections, short bodies. */
  readonly failures: number;
  /** How many requests, megabytes or tunnels that were. */
  readonly operations: number;
  readonly detail: Readonly<Record<string, number>>;
  readonly cores: CoreUse;
  /** The proxy's own processor time for each operation: other load on the machine hardly changes it. */
  readonly cpuMicrosecondsEach: number;
}

type Measured = Omit<Sample, "cores" | "cpuMicrosecondsEach">;

/** What load/connect-rate.lua prints. */
interface ConnectRateResult {
  readonly setups: number;
  readonly failures: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly needs: keyof Abilities;
  readonly measure: (target: Target, seconds: number, signal: AbortSignal) => Promise<Measured>;
}

async function uncachedGet(target: Target, seconds: number, signal: AbortSignal): Promise<Measured> {
  const result = await runWrk(
    {
      port: target.proxyPort,
      method: "GET",
      target: `http://${target.authority}/small`,
      host: target.authority,
      connections: GET_CONNECTIONS,
      seconds,
    },
    signal,
  );
  // A close after an answer shows as a read error with a complete answer: not a failure.
  const failures = result.statusErrors + result.timeouts + result.connectErrors + result.writeErrors;
  return {
    value: ratePerSecond(result),
    failures,
    operations: result.requests,
    detail: { p50Ms: result.p50Us / 1_000, p99Ms: result.p99Us / 1_000 },
  };
}

async function downloadOnce(target: Target, signal: AbortSignal): Promise<{ rate: number; whole: boolean }> {
  const text = await runTool(
    [
      "curl",
      ...["--silent", "--show-error", "--output", "/dev/null", "--max-time", "60"],
      ...["--proxytunnel", "--proxy", `http://127.0.0.1:${target.proxyPort}`],
      ...["--write-out", "%{size_download} %{time_total} %{http_code}", `http://${target.authority}/large`],
    ],
    signal,
  );
  const [size = 0, seconds = 1, status = 0] = text.split(" ").map(Number);
  return { rate: size / seconds / 1e6, whole: size === LARGE_BYTES && status === 200 };
}

async function tunnelDownload(target: Target, seconds: number, signal: AbortSignal): Promise<Measured> {
  const rates: number[] = [];
  let failures = 0;
  const untilMs = performance.now() + seconds * 1_000;
  while (rates.length < DOWNLOADS_MIN || performance.now() < untilMs) {
    const { rate, whole } = await downloadOnce(target, signal);
    rates.push(rate);
    if (!whole) failures += 1;
  }
  const operations = (rates.length * LARGE_BYTES) / 1e6;
  return {
    value: median(rates),
    failures,
    operations,
    detail: { downloads: rates.length, best: Math.max(...rates) },
  };
}

async function tunnelSetups(target: Target, seconds: number, signal: AbortSignal): Promise<Measured> {
  const command = ["luajit", CONNECT_RATE, String(target.proxyPort), target.authority];
  const text = await runTool([...command, String(CONNECT_CONCURRENCY), String(seconds)], signal);
  const result = JSON.parse(text) as ConnectRateResult;
  return {
    value: result.setups / result.seconds,
    failures: result.failures,
    operations: result.setups,
    detail: { p50Ms: result.p50Ms, p99Ms: result.p99Ms },
  };
}

export const SCENARIOS = [
  {
    name: "get",
    title: `uncached 1 KiB GET, keep-alive, ${GET_CONNECTIONS} connections`,
    unit: "requests/s",
    needs: "get",
    measure: uncachedGet,
  },
  {
    name: "tunnel-download",
    title: "CONNECT, download of 100 MiB",
    unit: "MB/s",
    needs: "connect",
    measure: tunnelDownload,
  },
  {
    name: "tunnel-setups",
    title: `CONNECT set-ups (every sixteenth tunnel carries an exchange), ${CONNECT_CONCURRENCY} at once`,
    unit: "tunnels/s",
    needs: "connect",
    measure: tunnelSetups,
  },
] as const satisfies readonly Scenario[];

export type ScenarioName = (typeof SCENARIOS)[number]["name"];

/** Measures once, and how busy both cores and the proxy were meanwhile. */
export async function measureOnce(
  scenario: Scenario,
  target: Target,
  seconds: number,
  signal: AbortSignal,
): Promise<Sample> {
  const cores = watchCores();
  const cpuBefore = processorSeconds(target.pid);
  const measured = await scenario.measure(target, seconds, signal);
  const cpuSeconds = processorSeconds(target.pid) - cpuBefore;
  const cpuMicrosecondsEach = (cpuSeconds / Math.max(1, measured.operations)) * 1e6;
  return { ...measured, cores: cores(), cpuMicrosecondsEach };
}
