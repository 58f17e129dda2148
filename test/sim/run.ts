/**
 * Simulates the pair.
 *   node test/sim/run.ts [--hours N] [--seeds N] [--from N]   one hour for each seed, 2,000 seeds; --hours: that many in all
 *   node test/sim/run.ts --seed N                             one seed again, with what happened in it
 * Exit 1 with the seed, the invariant and the diary at the first failure.
 */
import { parseArgs } from "node:util";
import { HOUR_MS, type SimReport, simulate } from "./simulate.ts";

const { values } = parseArgs({
  options: {
    hours: { type: "string" },
    seeds: { type: "string" },
    from: { type: "string" },
    seed: { type: "string" },
  },
});

const PROGRESS_SEEDS = 1_000;
const DIARY_LINES = 40;

function tell({ seed, broken, diary }: SimReport, lines: number): void {
  console.log(diary.slice(-lines).join("\n"));
  console.log(broken === null ? `seed ${seed}: every invariant holds` : `seed ${seed} FAILED: ${broken}`);
  if (broken !== null) console.log(`again: make sim SIM="--seed ${seed}"`);
}

function main(): number {
  if (values.seed !== undefined) {
    const report = simulate(Number(values.seed), HOUR_MS);
    tell(report, report.diary.length);
    return report.broken === null ? 0 : 1;
  }
  const from = values.from === undefined ? Date.now() % 2 ** 31 : Number(values.from);
  const seeds = Number(values.seeds ?? values.hours ?? 2_000);
  if (!Number.isInteger(from) || !Number.isInteger(seeds) || seeds < 1) {
    console.log("--from, --seeds and --hours take whole numbers");
    return 2;
  }
  const started = performance.now();
  const total = { events: 0, faults: 0, moves: 0, served: 0, unserved: 0 };
  for (let done = 0; done < seeds; done += 1) {
    const report = simulate(from + done, HOUR_MS);
    if (report.broken !== null) {
      tell(report, DIARY_LINES);
      return 1;
    }
    for (const key of ["events", "faults", "moves", "served", "unserved"] as const) total[key] += report[key];
    if ((done + 1) % PROGRESS_SEEDS === 0) console.log(`${done + 1} hours from seed ${from}: all well`);
  }
  const minutes = (performance.now() - started) / 60_000;
  console.log(
    `${seeds} hours from seed ${from} in ${minutes.toFixed(1)} min: ${total.events} events ` +
      `(${(total.events / minutes / 1e6).toFixed(0)} million a minute), ${total.faults} faults, ${total.moves} moves; ` +
      `${((100 * total.served) / (total.served + total.unserved)).toFixed(2)} % of requests served`,
  );
  return 0;
}

process.exitCode = main();
