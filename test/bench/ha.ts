/**
 * `make bench-ha`: Futago, keepalived and ucarp on the same bench, what clients of a floating address lose.
 * Root only. Options: --trials N, --peer-trials N, --only NAME,…, --interval 100|20, --family 4|6|both.
 */
import { parseArgs } from "node:util";
import { needsRoot } from "#test/support/namespaces.ts";
import { ProgramOwner } from "#test/support/owner.ts";
import type { Family } from "#test/support/pair-settings.ts";
import { judge, type Measured } from "./ha/claims.ts";
import type { Contender } from "./ha/contender.ts";
import { runCycle, type Sample, type Scenario } from "./ha/cycle.ts";
import { futago } from "./ha/futago.ts";
import { keepalived } from "./ha/keepalived.ts";
import { Lab } from "./ha/lab.ts";
import { pairTables, sampleLine } from "./ha/report.ts";
import { ucarp } from "./ha/ucarp.ts";
import { describeMachine, scheduleInRealTime } from "./machine.ts";
import { interruptSignal, writeResults } from "./options.ts";

const HELP = `Options:
  --trials N        lives of each Futago pair (20)
  --peer-trials N   lives of each other pair (5)
  --only A,B,…      only contenders whose names begin so
  --interval N      of Futago: 100 or 20 (both)
  --family F        of Futago: 4, 6 or both (all three)`;

const INTERVALS_MS = [100, 20] as const;
const FAMILIES: Readonly<Record<string, readonly Family[]>> = { "4": [4], "6": [6], both: [4, 6] };

interface Options {
  readonly trials: number;
  readonly peerTrials: number;
  readonly contenders: readonly Contender[];
}

function contendersFor(interval: string | undefined, family: string | undefined): readonly Contender[] {
  const intervals = INTERVALS_MS.filter((each) => interval === undefined || interval === String(each));
  const families = Object.keys(FAMILIES).filter((each) => family === undefined || family === each);
  return [
    ...families.flatMap((each) => intervals.map((intervalMs) => futago(intervalMs, FAMILIES[each] ?? [4]))),
    ...intervals.flatMap((intervalMs) => [keepalived(intervalMs), keepalived(intervalMs, true)]),
    keepalived(1_000),
    ucarp(3),
    ucarp(1),
  ];
}

/** Null when only help was asked for. */
function readOptions(): Options | null {
  const { values } = parseArgs({
    options: {
      trials: { type: "string", default: "20" },
      "peer-trials": { type: "string", default: "5" },
      only: { type: "string", default: "" },
      interval: { type: "string" },
      family: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return null;
  }
  const only = values.only.split(",");
  const contenders = contendersFor(values.interval, values.family).filter(({ name }) =>
    only.some((each) => name.startsWith(each)),
  );
  const [trials, peerTrials] = [Number(values.trials), Number(values["peer-trials"])];
  if (!Number.isInteger(trials) || !Number.isInteger(peerTrials) || contenders.length === 0)
    throw new Error(`nothing to run\n${HELP}`);
  return { trials, peerTrials, contenders };
}

class Account implements Measured {
  readonly name: string;
  readonly isProduct: boolean;
  readonly intervalMs: number;
  readonly silenceMs: number;
  readonly samples: Partial<Record<Scenario, Sample[]>> = {};
  readonly broken: string[] = [];

  constructor({ name, isProduct, intervalMs, silenceMs }: Contender) {
    this.name = name;
    this.isProduct = isProduct;
    this.intervalMs = intervalMs;
    this.silenceMs = silenceMs;
  }

  add(scenario: Scenario, sample: Sample): void {
    this.samples[scenario] = [...(this.samples[scenario] ?? []), sample];
  }
}

/** One life of the contender; what was measured until it broke counts. */
async function live(contender: Contender, account: Account, signal: AbortSignal): Promise<void> {
  await using owner = new ProgramOwner();
  try {
    await runCycle(new Lab(owner, contender.families, signal), contender, (scenario, sample) => {
      account.add(scenario, sample);
      console.log(`    ${sampleLine(scenario, sample)}`);
    });
  } catch (error) {
    signal.throwIfAborted();
    account.broken.push((error as Error).message);
    console.log(`    ended early: ${(error as Error).message}`);
  }
}

async function runAll(options: Options, accounts: readonly Account[], signal: AbortSignal): Promise<void> {
  for (let trial = 1; trial <= Math.max(options.trials, options.peerTrials); trial += 1)
    for (const [index, contender] of options.contenders.entries()) {
      const account = accounts[index];
      if (account === undefined || trial > (contender.isProduct ? options.trials : options.peerTrials))
        continue;
      signal.throwIfAborted();
      console.log(`trial ${trial}: ${contender.name}`);
      await live(contender, account, signal);
    }
}

/** True when every claim that was tried holds. */
function report(accounts: readonly Account[]): boolean {
  const rivals = accounts.filter(({ name }) => /^keepalived \d+ ms$/.test(name));
  const verdicts = judge(
    accounts.filter(({ isProduct }) => isProduct),
    rivals,
  );
  console.log(`\n${pairTables(accounts)}\n`);
  for (const { verdict, claim } of verdicts) console.log(`${verdict}  ${claim}`);
  writeResults("ha", { at: new Date().toISOString(), machine: describeMachine(), accounts, verdicts });
  return verdicts.every(({ verdict }) => verdict !== "FAIL");
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options === null) return 0;
  if (needsRoot !== false) {
    console.error(needsRoot);
    return 1;
  }
  if (!scheduleInRealTime()) console.log("without real-time scheduling: other load shows in the figures");
  const present: Contender[] = [];
  for (const contender of options.contenders) {
    const why = contender.missing();
    if (why === null) present.push(contender);
    else console.log(`without ${contender.name}: ${why}`);
  }
  const signal = interruptSignal();
  const accounts = present.map((contender) => new Account(contender));
  try {
    await runAll({ ...options, contenders: present }, accounts, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    console.log("interrupted: this is what there is");
  }
  const holds = report(accounts);
  if (signal.aborted) return 130;
  return holds ? 0 : 1;
}

process.exitCode = await main();
