/**
 * Runs the tests with tap and ends with one line that people and programs can read.
 *   node test/run.ts unit   what needs neither a browser nor a running proxy
 *   node test/run.ts all    everything
 *   node test/run.ts FILE…  those files
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** How the paths begin of tests that start processes or do bulk over TLS: left out of `make check`. */
const SLOW = [
  "test/bench/",
  "test/browser/",
  "test/cache-suite/suite",
  "test/cli/command-line",
  "test/cli/run",
  "test/floating-ip/client-connections",
  "test/floating-ip/kernel",
  "test/console-server/api",
  "test/console-server/access",
  "test/console-server/hostile",
  "test/console-server/live",
  "test/console-server/pair-consoles",
  "test/console-server/settings",
  "test/fuzz/",
  "test/heartbeat/",
  "test/integration/",
  "test/pair/",
  "test/service/",
  "test/pac/differential",
  "test/store/budget",
  "test/settings-file/power-cut",
  "test/sim/",
  "test/soak/",
  "test/store/crash",
  "test/store/damage",
  "test/store/model",
  "test/store/threads",
  "test/upstream/http-upstream-tls",
  "test/upstream/parent-",
  "test/upstream/secure-upstream",
  "test/vm/",
];

function filesFor(words: readonly string[]): readonly string[] {
  if (words[0] !== "unit" && words[0] !== "all") return words;
  const all = readdirSync("test", { recursive: true, encoding: "utf8" })
    .map((name) => join("test", name))
    .filter((name) => name.endsWith(".test.ts"))
    .sort();
  return words[0] === "all" ? all : all.filter((name) => !SLOW.some((slow) => name.startsWith(slow)));
}

/** Tests that measure milliseconds between processes: nothing else runs beside them. */
const ALONE = [
  "test/browser/active-active",
  "test/browser/console-pair",
  "test/heartbeat/",
  "test/pair/",
  "test/soak/",
  "test/vm/",
];

/** What came of some files. */
interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
}

/** Runs files and follows tap's output: a behaviour is a test directly within a file, indented by four spaces. */
async function run(files: readonly string[], jobs: number): Promise<Outcome> {
  const options = ["-R", "tap", "--timeout=600", `--jobs=${jobs}`];
  const tap = spawn(process.execPath, ["node_modules/.bin/tap", "run", ...options, ...files], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let passed = 0;
  const skipped: string[] = [];
  let failed = 0;
  let failedFiles = 0;
  // A failed test point is followed by its diagnosis, a YAML block that is indented like it or deeper.
  let diagnosisIndent = -1;
  for await (const line of createInterface({ input: tap.stdout })) {
    const indent = line.search(/\S/);
    if (/^ {4}ok .* # SKIP/.test(line)) skipped.push(line.trim().replace(/^ok \d+ - /, ""));
    else if (/^ {4}ok /.test(line)) passed += 1;
    else if (/^ {4}not ok /.test(line)) failed += 1;
    else if (/^not ok /.test(line)) failedFiles += 1;
    const isPoint = /^\s*(not )?ok /.test(line);
    if (isPoint) diagnosisIndent = /^\s*not ok /.test(line) ? indent : -1;
    if (/^(not )?ok /.test(line)) console.log(line.replace(/ \{$/, ""));
    else if (diagnosisIndent >= 0 && (isPoint || indent > diagnosisIndent)) console.log(line);
  }
  const code = await new Promise<number>((resolve) => tap.once("close", (status) => resolve(status ?? 1)));
  // A file that crashed before its first test is a failure too.
  return { passed, failed: code !== 0 && failed === 0 ? Math.max(1, failedFiles) : failed, skipped };
}

async function main(words: readonly string[]): Promise<number> {
  const files = filesFor(words);
  const isAlone = (file: string): boolean => ALONE.some((start) => file.startsWith(start));
  const outcomes: Outcome[] = [];
  for (const [some, jobs] of [
    [files.filter((file) => !isAlone(file)), 2],
    [files.filter(isAlone), 1],
  ] as const)
    if (some.length > 0) outcomes.push(await run(some, jobs));
  const sum = (read: (outcome: Outcome) => number): number =>
    outcomes.reduce((total, outcome) => total + read(outcome), 0);
  const [passed, failed] = [sum((outcome) => outcome.passed), sum((outcome) => outcome.failed)];
  // What could not run here has neither passed nor failed.
  for (const { skipped } of outcomes) for (const each of skipped) console.log(`skipped: ${each}`);
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
