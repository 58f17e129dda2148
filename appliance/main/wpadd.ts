/**
 * wpadd: the WPAD server of one unit, in a process of its own.
 *   wpadd [--settings FILE] [--state DIR]
 * SIGHUP reads the settings again. Started by the unit, it tells it once a second how it is.
 * Exit codes: 0 ended, 1 could not start, 2 the settings have faults.
 */
import { parseArgs } from "node:util";
import { loadSettings } from "#appliance/service/load-settings.ts";
import { listenToSignals } from "#appliance/service/signals.ts";
import { unitLogger } from "#appliance/service/unit-logger.ts";
import { WpadDaemon } from "#appliance/service/wpad-daemon.ts";
import type { Clock } from "#base/clock.ts";
import { sharedLog } from "#log/shared-file.ts";

const EXIT = { ended: 0, failed: 1, badSettings: 2 } as const;
const REPORT_MS = 1_000;

const clock: Clock = { nowMs: () => performance.now(), wallMs: () => Date.now() };
const { values } = parseArgs({ options: { settings: { type: "string" }, state: { type: "string" } } });
const stateDir = values.state ?? "./.state";
const logger = unitLogger(stateDir, clock, sharedLog);

function say(lines: readonly string[]): void {
  process.stderr.write(lines.map((line) => `wpadd: ${line}\n`).join(""));
}

async function reload(daemon: WpadDaemon, path: string | null): Promise<void> {
  const settings = await loadSettings(path);
  const applied = settings.ok ? daemon.apply(settings.value) : settings;
  if (!applied.ok) logger("error", "wpad-reload-refused", { why: [applied.error].flat().join("; ") });
  report(daemon);
}

function report(daemon: WpadDaemon): void {
  process.send?.(daemon.status(), () => {});
}

async function main(): Promise<number> {
  const path = values.settings ?? null;
  const ending = Promise.withResolvers<void>();
  const ready = Promise.withResolvers<WpadDaemon>();
  using _signals = listenToSignals({
    end: () => ending.resolve(),
    reload: () => void ready.promise.then((daemon) => reload(daemon, path)),
    reopenLog: () => {},
  });
  process.once("disconnect", () => ending.resolve());
  process.on("message", () => void ready.promise.then((daemon) => daemon.drain()));
  const settings = await loadSettings(path);
  if (!settings.ok) {
    say(settings.error);
    return EXIT.badSettings;
  }
  const started = await WpadDaemon.start({ settings: settings.value, stateDir, clock, logger });
  if (!started.ok) {
    say([started.error]);
    return EXIT.failed;
  }
  using daemon = started.value;
  logger("info", "wpad-started", { listening: daemon.status().listening.join(",") });
  ready.resolve(daemon);
  report(daemon);
  const reports = setInterval(() => report(daemon), REPORT_MS);
  await ending.promise;
  clearInterval(reports);
  return EXIT.ended;
}

process.exitCode = await main();
// An open channel would keep the process.
process.disconnect?.();
