/** The options of the benchmark programs, and how they end. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";

export interface BenchOptions {
  readonly rounds: number;
  readonly secondsEach: number;
  /** Names of proxies or scenarios; empty means all. */
  readonly only: readonly string[];
  readonly quick: boolean;
  /** For the demonstrations: the proxy that is shown. */
  readonly proxy: string;
}

const HELP = `Options:
  --rounds N       alternating rounds (5; 3 of the caches)
  --seconds N      seconds of each measurement (5; 3 of the caches)
  --only A,B,…     only these proxies, scenarios or parts
  --proxy NAME     footprint and reload: another proxy than futago
  --quick          short: shows that it works, not how fast
  --help           this text`;

function whole(text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`not a positive whole number: ${text}`);
  return value;
}

/** What a program does unless told otherwise. */
interface BenchDefaults {
  readonly rounds: number;
  readonly seconds: number;
}

const STANDARD: BenchDefaults = { rounds: 5, seconds: 5 };

/** Reads the command line; null when only help was asked for (it has been printed). */
function readOptions(words: readonly string[], defaults: BenchDefaults): BenchOptions | null {
  const { values } = parseArgs({
    args: [...words],
    options: {
      rounds: { type: "string" },
      seconds: { type: "string" },
      only: { type: "string" },
      proxy: { type: "string" },
      quick: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return null;
  }
  return {
    rounds: whole(values.rounds, values.quick ? 1 : defaults.rounds),
    secondsEach: whole(values.seconds, values.quick ? 1 : defaults.seconds),
    only: values.only?.split(",") ?? [],
    quick: values.quick,
    proxy: values.proxy ?? "futago",
  };
}

/** A signal that Ctrl-C and SIGTERM abort, so that everything started is ended on the way out. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(name, () => controller.abort(new Error(`interrupted by ${name}`)));
  return controller.signal;
}

/** Runs a benchmark program: its exit code is 0 when all it had to show was shown, 130 when interrupted. */
export async function runMain(
  main: (options: BenchOptions, signal: AbortSignal) => Promise<boolean>,
  defaults: BenchDefaults = STANDARD,
): Promise<void> {
  const signal = interruptSignal();
  try {
    const options = readOptions(process.argv.slice(2), defaults);
    if (options !== null) process.exitCode = (await main(options, signal)) ? 0 : 1;
  } catch (error) {
    console.error(signal.aborted ? String(signal.reason) : error);
    process.exitCode = signal.aborted ? 130 : 1;
  }
}

/** Writes a results file under .state/bench and says where. */
export function writeResults(name: string, results: unknown): void {
  const path = `.state/bench/${name}.json`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(results, null, 2)}\n`);
  console.log(`results in ${path}`);
}
