/**
 * The public HTTP cache test suite through a forward proxy.
 *   node test/cache-suite/run.ts [--proxy futago|squid|trafficserver] [--only ID] [--json FILE]
 * --only runs one case and prints what both ends send and get; the exit code is 0 when all required and
 * optimal cases, or the one, have passed.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { interruptSignal } from "#test/bench/options.ts";
import peers from "./peer-figures.json" with { type: "json" };
import { comparisonTable, failureLines } from "./report.ts";
import { runSuite } from "./run-suite.ts";
import { parseProxyName } from "./suite-proxies.ts";

const { values } = parseArgs({
  options: {
    proxy: { type: "string", default: "futago" },
    only: { type: "string" },
    json: { type: "string" },
  },
});

const run = await runSuite(parseProxyName(values.proxy), values.only ?? null, interruptSignal());
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(run, null, 2)}\n`);
const isWhole = values.only === undefined;
const judged = isWhole ? run.cases.filter((one) => one.kind !== "check") : run.cases;
console.log(failureLines(judged));
console.log(`\n${run.cases.length} cases, ${run.requests} requests, ${run.seconds.toFixed(1)} s`);
if (isWhole) console.log(`${comparisonTable(run, peers.figures)}\n${peers.later}`);
process.exitCode = judged.every((one) => one.verdict.kind === "passed") ? 0 : 1;
