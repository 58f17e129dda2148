/** `futago run`: one unit in the foreground, without root, until a signal or the control socket ends it. */
import { VERSION } from "#appliance/firmware/version.ts";
import { loadSettings } from "#appliance/service/load-settings.ts";
import { formatListen } from "#appliance/service/reserve-ports.ts";
import { listenToSignals } from "#appliance/service/signals.ts";
import { Unit } from "#appliance/service/unit.ts";
import type { ListenAddress } from "#appliance/service/worker-messages.ts";
import type { Clock } from "#base/clock.ts";
import { createLineLogger } from "#log/line-logger.ts";

export interface RunUnitOptions {
  /** Null: the defaults. */
  readonly settingsPath: string | null;
  readonly stateDir: string;
  /** Gets each line for the operator, without its line feed. */
  readonly print: (line: string) => void;
  /** The module that each worker runs; tests put a smaller one. */
  readonly workerEntry?: URL;
}

const EXIT = { ended: 0, failed: 1, badSettings: 2 } as const;

/** A program beside this file: a source where this is one, else what the bundler made of it. */
const beside = (name: string): URL =>
  new URL(`./${name}${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

const WORKER_ENTRY = beside("proxy-worker");
const HEARTBEAT_ENTRY = beside("heartbeatd");
const WPAD_ENTRY = beside("wpadd");

const clock: Clock = { nowMs: () => performance.now(), wallMs: () => Date.now() };
const logger = createLineLogger((line) => void process.stderr.write(line), clock);

/** The address by which a client on this machine reaches a listener. */
function reachable(at: ListenAddress): string {
  const loopback = { "0.0.0.0": "127.0.0.1", "::": "::1" }[at.address];
  return formatListen({ address: loopback ?? at.address, port: at.port });
}

function greet(unit: Unit, print: (line: string) => void): void {
  const { unit: name, version, workers, metrics, accessLog } = unit.status();
  print(`Futago ${version}, unit ${name}, ${workers.length} worker${workers.length === 1 ? "" : "s"}`);
  for (const at of unit.listening) print(`  proxy    ${formatListen(at)}`);
  if (metrics !== null) print(`  metrics  http://${metrics}/metrics`);
  print(`  control  ${unit.controlPath}`);
  if (accessLog !== null) print(`  log      ${accessLog.file}`);
  const [first] = unit.listening;
  if (first !== undefined) print(`Try: curl -x http://${reachable(first)} http://example.com/`);
}

/** Runs a unit; the exit code, once it has drained or could not start. */
export async function runUnit(options: RunUnitOptions): Promise<number> {
  const { settingsPath, stateDir, print, workerEntry = WORKER_ENTRY } = options;
  // A signal may come at any time: until the unit is there, it waits for it.
  const unitReady = Promise.withResolvers<Unit>();
  using _signals = listenToSignals({
    end: () => void unitReady.promise.then((unit) => unit.drain()),
    reload: () => void unitReady.promise.then((unit) => unit.reload()),
    reopenLog: () => void unitReady.promise.then((unit) => unit.reopenLog()),
  });
  const load = loadSettings;
  const started = await Unit.start({
    settingsPath,
    stateDir,
    version: VERSION,
    workerEntry,
    heartbeatEntry: HEARTBEAT_ENTRY,
    wpadEntry: WPAD_ENTRY,
    load,
    clock,
    logger,
  });
  if (!started.ok) {
    const { lines, isSettings } = started.error;
    const head = isSettings ? `the settings in ${settingsPath} have faults:\n` : "";
    process.stderr.write(
      `futago: ${head}${lines.map((line) => (head === "" ? line : `  ${line}`)).join("\n")}\n`,
    );
    return isSettings ? EXIT.badSettings : EXIT.failed;
  }
  await using unit = started.value;
  greet(unit, print);
  unitReady.resolve(unit);
  await unit.ended;
  return EXIT.ended;
}
