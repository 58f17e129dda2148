/**
 * `node test/bench/wpad.ts`: how many proxy scripts wpadd serves on one core, and how soon at an ordinary rate.
 * wpadd runs on the proxy core, the load on the other.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { startChild, untilListening } from "./child.ts";
import { processorSeconds } from "./core-use.ts";
import { runPaced } from "./load/paced-load.ts";
import { ratePerSecond, runWrk } from "./load/wrk.ts";
import { describeMachine, PROXY_CORE, pinSelf } from "./machine.ts";
import { type BenchOptions, runMain, writeResults } from "./options.ts";
import { median, quantile } from "./stats.ts";
import { createWorkspace, freePort } from "./workspace.ts";

const PROGRAM = "dist/wpadd.js";
const CONNECTIONS = 64;
const RATE_MIN = 20_000;
const PACED_PER_SECOND = 1_000;
const PACED_CONNECTIONS = 32;
const P99_MS_MAX = 10;
const HOST = "wpad";

const SETTINGS = {
  balance: "rendezvous",
  proxies: [
    { name: "a", host: "192.0.2.1", unit: "this" },
    { name: "b", host: "192.0.2.2", unit: "peer" },
  ],
  rules: [
    { match: "suffix", value: "intra.example.com" },
    { match: "pattern", value: "*.dev.*" },
    { match: "network", value: "10.0.0.0/8" },
  ],
};

interface Round {
  readonly perSecond: number;
  /** Processor time of the server for each script, on a machine that others use as well the better figure. */
  readonly cpuMicrosecondsEach: number;
  readonly failures: number;
}

async function busiest(port: number, pid: number, seconds: number, signal: AbortSignal): Promise<Round> {
  const load = {
    port,
    method: "GET",
    target: "/wpad.dat",
    host: HOST,
    connections: CONNECTIONS,
    seconds,
  } as const;
  const before = processorSeconds(pid);
  const result = await runWrk(load, signal);
  const cpuMicrosecondsEach = (1e6 * (processorSeconds(pid) - before)) / result.requests;
  const failures =
    result.connectErrors + result.readErrors + result.writeErrors + result.statusErrors + result.timeouts;
  return { perSecond: ratePerSecond(result), cpuMicrosecondsEach, failures };
}

const verdict = (isGood: boolean, claim: string): boolean => {
  console.log(`${isGood ? "PASS" : "FAIL"}  ${claim}`);
  return isGood;
};

async function main(options: BenchOptions, signal: AbortSignal): Promise<boolean> {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not built`);
  pinSelf();
  using workspace = createWorkspace();
  const folder = workspace.folder("wpad");
  const port = await freePort();
  const settings = { wpad: { enabled: true, listen: [{ address: "127.0.0.1", port }], ...SETTINGS } };
  const file = join(folder, "settings.json");
  writeFileSync(file, JSON.stringify(settings));
  const command = [
    process.execPath,
    "--no-warnings",
    resolve(PROGRAM),
    "--settings",
    file,
    "--state",
    folder,
  ];
  await using child = startChild(command, { cores: [PROXY_CORE], outputFile: join(folder, "output.txt") });
  const fault = await untilListening(child, port, signal);
  if (fault !== null) throw new Error(`wpadd: ${fault}`);
  await busiest(port, child.pid, 1, signal);
  const rounds: Round[] = [];
  const p99s: number[] = [];
  let failures = 0;
  const request = `GET /wpad.dat HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`;
  for (let round = 1; round <= options.rounds; round += 1) {
    rounds.push(await busiest(port, child.pid, options.secondsEach, signal));
    const paced = await runPaced(
      {
        port,
        request,
        perSecond: PACED_PER_SECOND,
        seconds: options.secondsEach,
        connections: PACED_CONNECTIONS,
      },
      signal,
    );
    failures += paced.failures;
    p99s.push(quantile(paced.latenciesMs, 0.99));
    const rate = Math.round(rounds.at(-1)?.perSecond ?? 0);
    console.log(
      `round ${round}/${options.rounds}: ${rate} scripts/s; at ${PACED_PER_SECOND}/s p99 ${p99s.at(-1)?.toFixed(2)} ms`,
    );
  }
  const perSecond = median(rounds.map((round) => round.perSecond));
  const p99Ms = median(p99s);
  failures += rounds.reduce((sum, round) => sum + round.failures, 0);
  const cpuEach = median(rounds.map((round) => round.cpuMicrosecondsEach));
  console.log(
    `\n${cpuEach.toFixed(1)} µs of processor time a script: ${Math.round(1e6 / cpuEach)}/s where the core is its own`,
  );
  const isFast = verdict(
    perSecond >= RATE_MIN,
    `at least ${RATE_MIN} scripts/s on one core (${Math.round(perSecond)})`,
  );
  const isSoon = verdict(
    p99Ms < P99_MS_MAX,
    `p99 below ${P99_MS_MAX} ms at ${PACED_PER_SECOND}/s (${p99Ms.toFixed(2)} ms)`,
  );
  const isWhole = verdict(failures === 0, `no request failed (${failures})`);
  writeResults("wpad", { machine: describeMachine(), options, perSecond, p99Ms, failures, rounds, p99s });
  return isFast && isSoon && isWhole;
}

await runMain(main);
