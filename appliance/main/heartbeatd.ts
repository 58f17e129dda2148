/**
 * heartbeatd: the heartbeat of one unit of a pair, in a process of its own, so that no load of the proxy
 * delays a beat. Needs CAP_NET_ADMIN and CAP_NET_RAW.
 *   heartbeatd --settings FILE [--state DIR]
 * Exit codes: 0 ended, 1 could not start, 2 the settings have faults.
 */
import { setPriority } from "node:os";
import { parseArgs } from "node:util";
import { HeartbeatDaemon } from "#appliance/service/heartbeat-daemon.ts";
import { loadSettings } from "#appliance/service/load-settings.ts";
import { listenToSignals } from "#appliance/service/signals.ts";
import type { Clock } from "#base/clock.ts";
import { createLineLogger } from "#log/line-logger.ts";

const EXIT = { ended: 0, failed: 1, badSettings: 2 } as const;
/** Of the scheduler: before everything that serves clients. */
const PRIORITY = -20;

const clock: Clock = { nowMs: () => performance.now(), wallMs: () => Date.now() };
const logger = createLineLogger((line) => void process.stderr.write(line), clock);

function say(lines: readonly string[]): void {
  process.stderr.write(lines.map((line) => `heartbeatd: ${line}\n`).join(""));
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { settings: { type: "string" }, state: { type: "string" } } });
  const ending = Promise.withResolvers<void>();
  using _signals = listenToSignals({
    end: () => ending.resolve(),
    reload: () => logger("warning", "reload-ignored", { why: "the pair's settings change at a restart" }),
    reopenLog: () => {},
  });
  // The unit that started this one is gone: clients go on through the other unit.
  process.once("disconnect", () => ending.resolve());
  const settings = await loadSettings(values.settings ?? null);
  if (!settings.ok) {
    say(settings.error);
    return EXIT.badSettings;
  }
  try {
    setPriority(PRIORITY);
  } catch {
    logger("warning", "priority-unchanged", { why: "not permitted here" });
  }
  const started = await HeartbeatDaemon.start({
    settings: settings.value,
    stateDir: values.state ?? "./.state",
    clock,
    logger,
  });
  if (!started.ok) {
    say([started.error]);
    return EXIT.failed;
  }
  await using daemon = started.value;
  logger("info", "heartbeat-started", { unit: settings.value.unit.name });
  await ending.promise;
  await daemon.stop();
  return EXIT.ended;
}

process.exitCode = await main();
// An open channel would keep the process.
process.disconnect?.();
