/**
 * consoled: the management console of one unit, its API and its pages.
 *   consoled --socket CONTROL-SOCKET [--settings FILE] [--state DIR]
 * Exit codes: 0 ended, 1 could not start, 2 the settings have faults.
 */
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { VERSION } from "#appliance/firmware/version.ts";
import { components } from "#appliance/service/components.ts";
import { HEARTBEAT_SOCKET } from "#appliance/service/heartbeat-socket.ts";
import { settingsFaults } from "#appliance/service/load-settings.ts";
import { listenToSignals } from "#appliance/service/signals.ts";
import {
  CONSOLE_FOLDER,
  CONSOLE_SOCKET,
  GENERATIONS_FOLDER,
  SETTINGS_NAME,
  UNIT_LOG,
} from "#appliance/service/state-names.ts";
import { unitLogger } from "#appliance/service/unit-logger.ts";
import type { Clock } from "#base/clock.ts";
import { ConsoleServer } from "#console/server/console-server.ts";
import { power, powerFault, thisMachine } from "#host/power-command.ts";
import { sharedLog } from "#log/shared-file.ts";

const EXIT = { ended: 0, failed: 1 } as const;

const clock: Clock = { nowMs: () => performance.now(), wallMs: () => Date.now() };

/** Beside the bundle, or where the bundler puts it for the sources. */
const PAGES = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../../dist/console" : "./console", import.meta.url),
);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { settings: { type: "string" }, state: { type: "string" }, socket: { type: "string" } },
  });
  const stateDir = resolve(values.state ?? "./.state");
  const logger = unitLogger(stateDir, clock, sharedLog);
  const ending = Promise.withResolvers<void>();
  using _signals = listenToSignals({ end: () => ending.resolve(), reload: () => {}, reopenLog: () => {} });
  // The unit that started this one is gone.
  process.once("disconnect", () => ending.resolve());
  const started = await ConsoleServer.start({
    stateDir,
    folder: join(stateDir, CONSOLE_FOLDER),
    generationsFolder: join(stateDir, GENERATIONS_FOLDER),
    settingsPath: resolve(values.settings ?? join(stateDir, SETTINGS_NAME)),
    unitLog: join(stateDir, UNIT_LOG),
    unitSocket: values.socket ?? join(stateDir, "control.sock"),
    heartbeatSocket: join(stateDir, HEARTBEAT_SOCKET),
    localSocket: join(stateDir, CONSOLE_SOCKET),
    pagesFolder: PAGES,
    appliance: {
      version: VERSION,
      stateDir,
      components,
      power: (action) => power(action, thisMachine),
      powerFault: () => powerFault(thisMachine),
    },
    faultsOf: settingsFaults,
    print: (line) => void process.stdout.write(`${line}\n`),
    clock,
    logger,
  });
  if (!started.ok) {
    process.stderr.write(`consoled: ${started.error}\n`);
    return EXIT.failed;
  }
  await using console = started.value;
  for (const url of console.urls) process.stdout.write(`  console  ${url}\n`);
  await ending.promise;
  return EXIT.ended;
}

process.exitCode = await main();
// An open channel would keep the process.
if (process.connected) process.disconnect?.();
