/**
 * `make bench`: Futago and its peers side by side, each pinned to one core, the load and the origin on
 * another, in alternating rounds. Only ratios from one run mean anything.
 */

import { startChild, untilListening } from "./child.ts";
import { type Figure, judge, type Verdict } from "./claims.ts";
import { describeMachine, LOAD_CORE, PROXY_CORE, pinSelf, raiseOpenFiles } from "./machine.ts";
import { type BenchOptions, runMain, writeResults } from "./options.ts";
import { type Origin, RAW_ORIGIN, startOrigin } from "./origin.ts";
import { PEERS, type RunningPeer, startPeer } from "./peers.ts";
import { type Row, scenarioTable, verdictLine } from "./report.ts";
import { measureOnce, type Sample, SCENARIOS, type Scenario } from "./scenarios.ts";
import { median } from "./stats.ts";
import { createWorkspace, freePort, type Workspace } from "./workspace.ts";

const PRODUCT = "futago";
const OPEN_FILES_WANTED = 65_536;
const WARM_UP_SECONDS = 2;

interface Measurement extends Sample {
  readonly scenario: string;
  readonly proxy: string;
  readonly round: number;
}

interface Absent {
  readonly proxy: string;
  readonly why: string;
}

const chosen = (options: BenchOptions, names: readonly string[]): readonly string[] => {
  const some = names.filter((name) => options.only.includes(name));
  return some.length > 0 ? some : names;
};

interface Field {
  readonly running: readonly RunningPeer[];
  readonly absent: readonly Absent[];
}

async function startAll(
  options: BenchOptions,
  place: { readonly workspace: Workspace; readonly origin: Origin; readonly stack: AsyncDisposableStack },
  signal: AbortSignal,
): Promise<Field> {
  const running: RunningPeer[] = [];
  const absent: Absent[] = [];
  const names = chosen(
    options,
    PEERS.map((peer) => peer.name),
  );
  for (const peer of PEERS.filter(({ name }) => names.includes(name))) {
    const folder = place.workspace.folder(peer.name);
    const port = await freePort();
    const start = await startPeer(
      peer,
      { name: peer.name, folder, port, originPort: place.origin.port, tunnelPort: place.origin.port },
      signal,
    );
    if (start.ok) {
      running.push(place.stack.use(start.running));
      console.log(`${peer.name} ${start.running.version}: serves`);
    } else {
      absent.push({ proxy: peer.name, why: start.why });
      console.log(`${peer.name}: left out: ${start.why}`);
    }
  }
  return { running, absent };
}

/** The rounds: within each, every scenario over every proxy, beginning with another proxy each time. */
async function measureRounds(
  options: BenchOptions,
  field: { readonly running: readonly RunningPeer[]; readonly origin: Origin },
  signal: AbortSignal,
): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = [];
  const names = chosen(
    options,
    SCENARIOS.map((scenario) => scenario.name),
  );
  const scenarios: readonly Scenario[] = SCENARIOS.filter(({ name }) => names.includes(name));
  const warmUp = options.quick ? 1 : WARM_UP_SECONDS;
  for (let round = 0; round <= options.rounds; round += 1) {
    for (const scenario of scenarios) {
      for (let turn = 0; turn < field.running.length; turn += 1) {
        const one = field.running[(turn + round) % field.running.length];
        if (one === undefined || !one.peer.can[scenario.needs]) continue;
        const target = { proxyPort: one.port, pid: one.child.pid, authority: field.origin.authority };
        const seconds = round === 0 ? warmUp : options.secondsEach;
        const sample = await measureOnce(scenario, target, seconds, signal);
        const text = `${scenario.name} ${one.peer.name}: ${Math.round(sample.value)} ${scenario.unit}`;
        const failed = sample.failures > 0 ? `, ${sample.failures} failed` : "";
        console.log(`${round === 0 ? "warm-up" : `round ${round}/${options.rounds}`} ${text}${failed}`);
        if (round > 0) measurements.push({ ...sample, scenario: scenario.name, proxy: one.peer.name, round });
      }
    }
  }
  return measurements;
}

/** What the generator of tunnels reaches against a server that does next to nothing: its own limit. */
async function tunnelCeiling(
  workspace: Workspace,
  seconds: number,
  signal: AbortSignal,
): Promise<Sample | null> {
  const scenario = SCENARIOS.find(({ name }) => name === "tunnel-setups");
  if (scenario === undefined) return null;
  const port = await freePort();
  const command = [process.execPath, RAW_ORIGIN, "connect-stub", String(port)];
  const outputFile = `${workspace.folder("ceiling")}/output.txt`;
  await using stub = startChild(command, { cores: [PROXY_CORE], outputFile });
  if ((await untilListening(stub, port, signal)) !== null) return null;
  return await measureOnce(
    scenario,
    { proxyPort: port, pid: stub.pid, authority: "127.0.0.1:1" },
    seconds,
    signal,
  );
}

const of = (all: readonly Measurement[], scenario: string, proxy: string): readonly Measurement[] =>
  all.filter((one) => one.scenario === scenario && one.proxy === proxy);

function figuresOf(all: readonly Measurement[], proxies: readonly string[]): readonly Figure[] {
  return SCENARIOS.flatMap(({ name: scenario }) =>
    proxies.flatMap((proxy) => {
      const samples = of(all, scenario, proxy);
      if (samples.length === 0) return [];
      const failures = samples.reduce((sum, sample) => sum + sample.failures, 0);
      return [{ scenario, proxy, failures, median: median(samples.map((sample) => sample.value)) }];
    }),
  );
}

function printTables(all: readonly Measurement[], figures: readonly Figure[]): void {
  for (const scenario of SCENARIOS) {
    const own = figures.find((figure) => figure.scenario === scenario.name && figure.proxy === PRODUCT);
    const rows = figures
      .filter((figure) => figure.scenario === scenario.name)
      .map((figure): Row => {
        const samples = of(all, scenario.name, figure.proxy);
        const values = samples.map((sample) => sample.value);
        return {
          proxy: figure.proxy,
          note: PEERS.find((peer) => peer.name === figure.proxy)?.note ?? "",
          median: figure.median,
          low: Math.min(...values),
          high: Math.max(...values),
          ratio: own === undefined || own === figure ? null : own.median / figure.median,
          failures: figure.failures,
          proxyCore: median(samples.map((sample) => sample.cores.proxyCore)),
          loadCore: median(samples.map((sample) => sample.cores.loadCore)),
          cpuMicrosecondsEach: median(samples.map((sample) => sample.cpuMicrosecondsEach)),
        };
      });
    if (rows.length > 0) console.log(`\n${scenarioTable(scenario.title, scenario.unit, rows)}`);
  }
}

async function main(options: BenchOptions, signal: AbortSignal): Promise<boolean> {
  raiseOpenFiles(OPEN_FILES_WANTED);
  pinSelf();
  const startedAt = new Date().toISOString();
  using workspace = createWorkspace();
  await using origin = await startOrigin(workspace, signal);
  await using stack = new AsyncDisposableStack();
  console.log(`proxies on core ${PROXY_CORE}, load and origin (${origin.kind}) on core ${LOAD_CORE}`);
  const ceiling = await tunnelCeiling(workspace, options.secondsEach, signal);
  const { running, absent } = await startAll(options, { workspace, origin, stack }, signal);
  const measurements = await measureRounds(options, { running, origin }, signal);
  const figures = figuresOf(
    measurements,
    running.map((one) => one.peer.name),
  );
  const verdicts: readonly Verdict[] = judge(figures, PRODUCT);
  printTables(measurements, figures);
  if (ceiling !== null)
    console.log(`\nThe generator of tunnels alone: ${Math.round(ceiling.value)} tunnels/s`);
  for (const { proxy, why } of absent) console.log(`${proxy} was left out: ${why}`);
  console.log("");
  for (const verdict of verdicts) console.log(verdictLine(verdict));
  writeResults("results", {
    startedAt,
    endedAt: new Date().toISOString(),
    machine: describeMachine(),
    cores: { proxy: PROXY_CORE, load: LOAD_CORE },
    origin: origin.kind,
    options,
    versions: Object.fromEntries(running.map((one) => [one.peer.name, one.version])),
    notes: Object.fromEntries(running.map((one) => [one.peer.name, one.peer.note])),
    absent,
    tunnelGeneratorCeiling: ceiling,
    figures,
    verdicts,
    measurements,
  });
  return verdicts.every((verdict) => verdict.verdict === "PASS");
}

await runMain(main);
