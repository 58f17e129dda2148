/**
 * `make bench`, fourth part: Futago and its peers as caches, each with the same budget, in alternating rounds.
 * Only ratios from one run mean anything.
 */
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { CACHE_CLAIMS, type CacheFigure, judgeCaches } from "./cache-claims.ts";
import { type CacheOrigin, startCacheOrigin } from "./cache-origin.ts";
import { CACHE_PEERS, type CachePeer } from "./cache-peers.ts";
import { type CacheRow, cacheTable, cacheVerdictLine } from "./cache-report.ts";
import { type CacheSample, type CacheTarget, sampleCache } from "./cache-sample.ts";
import { CACHE_SCENARIOS, type CacheScenario, type CacheSetup } from "./cache-scenarios.ts";
import { describeMachine, LOAD_CORE, PROXY_CORE, pinSelf, raiseOpenFiles } from "./machine.ts";
import { type BenchOptions, runMain, writeResults } from "./options.ts";
import { type PeerStart, type RunningPeer, startPeer } from "./peers.ts";
import { median } from "./stats.ts";
import { storedBytes } from "./stored-bytes.ts";
import { createWorkspace, freePort, type Workspace } from "./workspace.ts";

const PRODUCT = "futago";
const OPEN_FILES_WANTED = 65_536;
const DEFAULTS = { rounds: 3, seconds: 3 };
/** A file system in memory, where the system has it. */
const MEMORY_FOLDER = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

interface Measurement extends CacheSample {
  readonly scenario: string;
  readonly proxy: string;
  readonly round: number;
  /** What its files took at the end; null where their room is laid out once. */
  readonly storedBytes: number | null;
}

/** A proxy that could not be measured in a scenario, or was not started for a setup. */
interface Absent {
  readonly where: string;
  readonly proxy: string;
  readonly why: string;
}

interface Place {
  readonly workspace: Workspace;
  readonly memory: Workspace;
  readonly origin: CacheOrigin;
}

/** Runs the scenarios of one setup after the other, and keeps what came of it. */
class Comparison {
  measurements: Measurement[] = [];
  readonly absent: Absent[] = [];
  readonly #options: BenchOptions;
  readonly #place: Place;
  readonly #signal: AbortSignal;
  readonly #stores = new Map<RunningPeer, string>();

  constructor(options: BenchOptions, place: Place, signal: AbortSignal) {
    this.#options = options;
    this.#place = place;
    this.#signal = signal;
  }

  /** Starts the proxies for a setup, measures its scenarios, and ends them. */
  async run(setup: CacheSetup, scenarios: readonly CacheScenario[]): Promise<void> {
    await using stack = new AsyncDisposableStack();
    const running: RunningPeer[] = [];
    for (const peer of CACHE_PEERS.filter(({ name }) => isChosen(this.#options.only, name, PEER_NAMES))) {
      const start = await this.#start(peer, setup);
      if (start.ok) running.push(stack.use(start.running));
      else this.#leaveOut({ where: setup.name, proxy: peer.name, why: start.why });
    }
    for (const scenario of scenarios) await this.#measure(scenario, running);
  }

  async #start(peer: CachePeer, setup: CacheSetup): Promise<PeerStart> {
    const { name: setupName, ...budget } = setup;
    if (setup.workers > peer.workersMax) return { ok: false, why: `it has ${peer.workersMax} worker here` };
    const { workspace, memory, origin } = this.#place;
    const { name } = peer;
    const place = {
      name,
      folder: workspace.folder(`${setupName}-${name}`),
      memoryFolder: memory.folder(`${setupName}-${name}`),
      port: await freePort(),
      originPort: origin.port,
      tunnelPort: origin.port,
      cores: setup.workers > 1 ? [PROXY_CORE, LOAD_CORE] : [PROXY_CORE],
      ...budget,
    };
    const start = await startPeer(peer, place, this.#signal);
    if (start.ok && peer.store !== null) this.#stores.set(start.running, peer.store(place));
    return start;
  }

  #leaveOut(absent: Absent): void {
    this.absent.push(absent);
    console.log(`${absent.where}: ${absent.proxy} is left out: ${absent.why}`);
  }

  async #measure(scenario: CacheScenario, running: readonly RunningPeer[]): Promise<void> {
    const able = new Set(running);
    for (const one of running)
      await this.#attempt(scenario, one, able, () => scenario.warmUp(this.#target(one), this.#signal));
    for (let round = 0; round < this.#options.rounds; round += 1) {
      const first = round % running.length;
      for (const one of [...running.slice(first), ...running.slice(0, first)])
        if (able.has(one)) await this.#attempt(scenario, one, able, () => this.#sample(scenario, one, round));
    }
    printScenario(scenario, this.measurements);
  }

  async #sample(scenario: CacheScenario, one: RunningPeer, round: number): Promise<void> {
    const target = this.#target(one);
    const sample = await sampleCache(target, scenario.setup.workers, () =>
      scenario.load(target, { seconds: this.#options.secondsEach, round }, this.#signal),
    );
    const store = this.#stores.get(one);
    const stored = store === undefined ? null : storedBytes(store);
    this.measurements.push({
      ...sample,
      scenario: scenario.name,
      proxy: one.peer.name,
      round,
      storedBytes: stored,
    });
  }

  /** A proxy that fails in a scenario is left out of the rest of it, and what it showed there does not count. */
  async #attempt(
    scenario: CacheScenario,
    one: RunningPeer,
    able: Set<RunningPeer>,
    work: () => Promise<void>,
  ): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#signal.throwIfAborted();
      able.delete(one);
      const { name } = one.peer;
      this.measurements = this.measurements.filter(
        (sample) => sample.scenario !== scenario.name || sample.proxy !== name,
      );
      this.#leaveOut({ where: scenario.name, proxy: name, why: String(error) });
    }
  }

  #target(one: RunningPeer): CacheTarget {
    return { proxyPort: one.port, pid: one.child.pid, origin: this.#place.origin };
  }
}

const PEER_NAMES = CACHE_PEERS.map(({ name }) => name);
const SCENARIO_NAMES = CACHE_SCENARIOS.map(({ name }) => name);

/** Whether `--only` wants a name, when it names any of that kind. */
const isChosen = (only: readonly string[], name: string, kind: readonly string[]): boolean =>
  only.includes(name) || !only.some((one) => kind.includes(one));

const of = (all: readonly Measurement[], scenario: string, proxy: string): readonly Measurement[] =>
  all.filter((one) => one.scenario === scenario && one.proxy === proxy);

function rowOf(samples: readonly Measurement[], proxy: string): Omit<CacheRow, "ratio"> {
  const middle = (read: (sample: Measurement) => number): number => median(samples.map(read));
  const rates = samples.map((sample) => sample.value);
  return {
    proxy,
    note: CACHE_PEERS.find((peer) => peer.name === proxy)?.note ?? "",
    rate: median(rates),
    low: Math.min(...rates),
    high: Math.max(...rates),
    p50Ms: middle((sample) => sample.p50Ms),
    p99Ms: middle((sample) => sample.p99Ms),
    hitRatio: middle((sample) => sample.hitRatio),
    byteHitRatio: middle((sample) => sample.byteHitRatio),
    cpuMicrosecondsEach: middle((sample) => sample.cpuMicrosecondsEach),
    capacity: middle((sample) => sample.capacity),
    proxyCores: middle((sample) => sample.proxyCores),
    otherCores: middle((sample) => sample.otherCores),
    storedBytes: samples.every((sample) => sample.storedBytes === null)
      ? null
      : middle((sample) => sample.storedBytes ?? 0),
    failures: samples.reduce((sum, sample) => sum + sample.failures, 0),
  };
}

const rowsOf = (all: readonly Measurement[], scenario: string): readonly Omit<CacheRow, "ratio">[] =>
  PEER_NAMES.flatMap((proxy) => {
    const samples = of(all, scenario, proxy);
    return samples.length === 0 ? [] : [rowOf(samples, proxy)];
  });

function printScenario(scenario: CacheScenario, all: readonly Measurement[]): void {
  const rows = rowsOf(all, scenario.name);
  const own = rows.find((row) => row.proxy === PRODUCT);
  const withRatios = rows.map((row) => ({
    ...row,
    ratio: own === undefined || own === row ? null : own.rate / row.rate,
  }));
  if (rows.length > 0)
    console.log(`\n${scenario.name}: ${cacheTable(scenario.title, scenario.unit, withRatios)}`);
}

async function main(options: BenchOptions, signal: AbortSignal): Promise<boolean> {
  raiseOpenFiles(OPEN_FILES_WANTED);
  pinSelf();
  const startedAt = new Date().toISOString();
  using workspace = createWorkspace();
  using memory = createWorkspace(MEMORY_FOLDER);
  await using origin = await startCacheOrigin(workspace, signal);
  console.log(`caches on core ${PROXY_CORE}, load and origin on core ${LOAD_CORE}; two workers on both`);
  const named = options.only.some((one) => SCENARIO_NAMES.includes(one));
  const scenarios = CACHE_SCENARIOS.filter(({ name, standard }) =>
    named ? options.only.includes(name) : standard,
  );
  const comparison = new Comparison(options, { workspace, memory, origin }, signal);
  for (const [setup, some] of Map.groupBy(scenarios, (one) => one.setup)) await comparison.run(setup, some);
  const figures: readonly CacheFigure[] = scenarios.flatMap(({ name: scenario }) =>
    rowsOf(comparison.measurements, scenario).map((row) => ({ scenario, ...row })),
  );
  const verdicts = judgeCaches(CACHE_CLAIMS, figures, PRODUCT);
  console.log("");
  for (const { where, proxy, why } of comparison.absent)
    console.log(`${where}: ${proxy} was left out: ${why}`);
  for (const verdict of verdicts) console.log(cacheVerdictLine(verdict));
  writeResults("cache", {
    startedAt,
    endedAt: new Date().toISOString(),
    machine: describeMachine(),
    options,
    absent: comparison.absent,
    figures,
    verdicts,
    measurements: comparison.measurements,
  });
  return verdicts.every((verdict) => verdict.verdict === "PASS");
}

await runMain(main, DEFAULTS);
