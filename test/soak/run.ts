/**
 * `make soak` (root): half an hour of proxy load beside a heartbeat of 50 ms × 3. No false takeover, under 2 % of
 * a core and 70 MB for each heartbeat process.   --minutes N
 */
import { parseArgs } from "node:util";
import { interruptSignal } from "#test/bench/options.ts";
import { needsRoot } from "#test/support/namespaces.ts";
import { ProgramOwner } from "#test/support/owner.ts";
import { soak } from "./soak.ts";

const CPU_SHARE_MAX = 0.02;
const RESIDENT_BYTES_MAX = 70e6;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { minutes: { type: "string", default: "30" } } });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Error("--minutes takes a number");
  if (needsRoot !== false) {
    console.error(`make soak: ${needsRoot}`);
    return 1;
  }
  await using owner = new ProgramOwner();
  const result = await soak(owner, minutes, console.log, interruptSignal());
  const rate = Math.round(result.requestsPerSecond).toLocaleString("en-US");
  console.log(`\n${minutes} min of ${rate} requests/s, ${result.failed} failed`);
  const claims: readonly (readonly [string, boolean])[] = [
    [`${result.moves} false takeovers`, result.moves === 0],
    ...result.daemons.flatMap(({ cpuShare, residentBytes }, index) => {
      const unit = "ab"[index];
      const [percent, megabytes] = [(cpuShare * 100).toFixed(2), Math.round(residentBytes / 1e6)];
      return [
        [`unit ${unit}: ${percent} % of a core, at most 2`, cpuShare <= CPU_SHARE_MAX],
        [`unit ${unit}: ${megabytes} MB, at most 70`, residentBytes <= RESIDENT_BYTES_MAX],
      ] as const;
    }),
  ];
  for (const [claim, holds] of claims) console.log(`${holds ? "PASS" : "FAIL"}  ${claim}`);
  return claims.every(([, holds]) => holds) ? 0 : 1;
}

process.exitCode = await main();
