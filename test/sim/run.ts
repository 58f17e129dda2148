/**
 * Simulates the pair, on every core.
 *   node test/sim/run.ts [--hours N] [--seeds N] [--from N] [--jobs N]
 *                                       one hour for each seed, 2,000 seeds; --hours: that many in all
 *   node test/sim/run.ts --seed N       one seed again, with what happened in it
 * Exit 1 with the seed, the invariant and the diary at the first failure.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { HOUR_MS, type SimReport, simulate } from "./simulate.ts";

/** The seeds of one worker: every `jobs`-th, from `from` on, below `to`. */
interface Share {
  readonly from: number;
  readonly to: number;
  readonly jobs: number;
}

const PROGRESS_SEEDS = 1_000;
const DIARY_LINES = 40;
const TOTALS = ["events", "faults", "moves", "served", "unserved"] as const;

function tell({ seed, broken, diary }: SimReport, lines: number): void {
  console.log(diary.slice(-lines).join("\n"));
  console.log(broken === null ? `seed ${seed}: every invariant holds` : `seed ${seed} FAILED: ${broken}`);
  if (broken !== null) console.log(`again: make sim SIM="--seed ${seed}"`);
}

/** In a worker: tells each report, and ends with its share or with a failure. */
function work({ from, to, jobs }: Share): void {
  for (let seed = from; seed < to; seed += jobs) {
    const report = simulate(seed, HOUR_MS);
    parentPort?.postMessage(report.broken === null ? { ...report, diary: [] } : report);
    if (report.broken !== null) return;
  }
}

async function simulateAll(from: number, seeds: number, jobs: number): Promise<number> {
  const started = performance.now();
  const total = { events: 0, faults: 0, moves: 0, served: 0, unserved: 0 };
  const workers: Worker[] = [];
  let done = 0;
  let hasFailed = false;
  const receive = (report: SimReport): void => {
    if (hasFailed) return;
    if (report.broken !== null) {
      hasFailed = true;
      tell(report, DIARY_LINES);
      for (const worker of workers) void worker.terminate();
      return;
    }
    done += 1;
    for (const key of TOTALS) total[key] += report[key];
    if (done % PROGRESS_SEEDS === 0) console.log(`${done} hours from seed ${from}: all well`);
  };
  const ends = Array.from({ length: jobs }, (_, job) => {
    const share: Share = { from: from + job, to: from + seeds, jobs };
    const worker = new Worker(new URL(import.meta.url), { workerData: share });
    workers.push(worker);
    worker.on("message", receive);
    return new Promise<void>((resolve, reject) => {
      worker.on("error", reject);
      worker.on("exit", () => resolve());
    });
  });
  await Promise.all(ends);
  if (hasFailed) return 1;
  const minutes = (performance.now() - started) / 60_000;
  console.log(
    `${done} hours from seed ${from} in ${minutes.toFixed(1)} min: ${total.events} events ` +
      `(${(total.events / minutes / 1e6).toFixed(0)} million a minute), ${total.faults} faults, ${total.moves} moves; ` +
      `${((100 * total.served) / (total.served + total.unserved)).toFixed(2)} % of requests served`,
  );
  return done === seeds ? 0 : 1;
}

async function main(): Promise<number> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: { hours: text, seeds: text, from: text, seed: text, jobs: text },
  });
  if (values.seed !== undefined) {
    const report = simulate(Number(values.seed), HOUR_MS);
    tell(report, report.diary.length);
    return report.broken === null ? 0 : 1;
  }
  const from = values.from === undefined ? Date.now() % 2 ** 31 : Number(values.from);
  const seeds = Number(values.seeds ?? values.hours ?? 2_000);
  const jobs = Number(values.jobs ?? availableParallelism());
  if (![from, seeds, jobs].every(Number.isInteger) || seeds < 1 || jobs < 1) {
    console.log("--from, --seeds, --hours and --jobs take whole numbers");
    return 2;
  }
  return simulateAll(from, seeds, jobs);
}

if (isMainThread) process.exitCode = await main();
else work(workerData as Share);
