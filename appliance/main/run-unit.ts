/** `futago run`: one unit in the foreground, without root, until a signal or the control socket ends it. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { VERSION } from "#appliance/firmware/version.ts";
import { loadSettings } from "#appliance/service/load-settings.ts";
import { formatListen } from "#appliance/service/reserve-ports.ts";
import { listenToSignals } from "#appliance/service/signals.ts";
import { GENERATIONS_FOLDER, SETTINGS_NAME } from "#appliance/service/state-names.ts";
import { Unit } from "#appliance/service/unit.ts";
import { unitLogger } from "#appliance/service/unit-logger.ts";
import type { ListenAddress } from "#appliance/service/worker-messages.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import { sharedLog } from "#log/shared-file.ts";
import { recoverSettings } from "#settings-file/generation-store.ts";

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
const CONSOLE_ENTRY = beside("consoled");
const WPAD_ENTRY = beside("wpadd");

const clock: Clock = { nowMs: () => performance.now(), wallMs: () => Date.now() };

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

/** The file that was named, else the one in the state folder where there is one, else null: the defaults. */
function settingsPathOf(named: string | null, stateDir: string): string | null {
  if (named !== null) return named;
  const kept = join(stateDir, SETTINGS_NAME);
  return existsSync(kept) ? kept : null;
}

/** A change of the settings that nobody confirmed before the unit ended is undone before anything reads it. */
async function recover(settingsPath: string, stateDir: string, logger: Logger): Promise<void> {
  const trial = await recoverSettings(join(stateDir, GENERATIONS_FOLDER), settingsPath, {
    wallMs: clock.wallMs(),
  });
  if (trial === null) return;
  const { generation, previous } = trial;
  logger("warning", "settings-rolled-back", {
    generation,
    to: previous,
    why: "not confirmed before the unit ended",
  });
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
  const logger = unitLogger(stateDir, clock, sharedLog);
  const settingsPathNow = (): string | null => settingsPathOf(settingsPath, stateDir);
  await recover(settingsPath ?? join(stateDir, SETTINGS_NAME), stateDir, logger);
  const started = await Unit.start({
    settingsPath,
    settingsPathNow,
    stateDir,
    version: VERSION,
    workerEntry,
    heartbeatEntry: HEARTBEAT_ENTRY,
    wpadEntry: WPAD_ENTRY,
    consoleEntry: CONSOLE_ENTRY,
    load: () => loadSettings(settingsPathNow()),
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
