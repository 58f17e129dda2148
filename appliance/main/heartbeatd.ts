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
import { unitLogger } from "#appliance/service/unit-logger.ts";
import type { Clock } from "#base/clock.ts";
import { watchesPair } from "#election/watches-pair.ts";
import { sharedLogLater } from "#log/shared-file.ts";
import { scheduleRealTime } from "#scheduling/real-time.ts";

const EXIT = { ended: 0, failed: 1, badSettings: 2 } as const;
/** Where real-time scheduling is not permitted. */
const PRIORITY = -20;

const clock: Clock = { nowMs: () => performance.now(), wallMs: () => Date.now() };
const { values } = parseArgs({ options: { settings: { type: "string" }, state: { type: "string" } } });
const stateDir = values.state ?? "./.state";
// A slow disk must not delay a beat.
const logger = unitLogger(stateDir, clock, sharedLogLater);

function say(lines: readonly string[]): void {
  process.stderr.write(lines.map((line) => `heartbeatd: ${line}\n`).join(""));
}

/** Before everything that serves clients: real-time where it is permitted, else as urgent as may be. */
function hurry(): void {
  const scheduled = scheduleRealTime();
  if (scheduled.ok) return;
  try {
    setPriority(PRIORITY);
  } catch {
    logger("warning", "priority-unchanged", { why: scheduled.error });
  }
}

/** Reads the settings again. False when there is no heartbeat any more. */
async function reload(daemon: HeartbeatDaemon, path: string | null): Promise<boolean> {
  const settings = await loadSettings(path);
  if (!settings.ok || !watchesPair(settings.value.redundancy)) {
    const faults = settings.ok
      ? ["redundancy.enabled is false, or there is no floating address"]
      : settings.error;
    logger("error", "reload-refused", { faults: faults.join("; ") });
    return true;
  }
  const reloaded = await daemon.reload(settings.value);
  if (!reloaded.ok) logger("error", "reload-failed", { why: reloaded.error });
  return reloaded.ok;
}

async function main(): Promise<number> {
  const path = values.settings ?? null;
  const ending = Promise.withResolvers<number>();
  const abandoned = Promise.withResolvers<void>();
  // A signal may come at any time: it waits for the daemon, and one reload for the other.
  const ready = Promise.withResolvers<HeartbeatDaemon>();
  let reloading: Promise<void> = Promise.resolve();
  using _signals = listenToSignals({
    end: () => ending.resolve(EXIT.ended),
    reload: () => {
      reloading = reloading.then(async () => {
        if (!(await reload(await ready.promise, path))) ending.resolve(EXIT.failed);
      });
    },
    reopenLog: () => {},
  });
  // The unit that started this one is gone: clients go on through the other unit.
  process.once("disconnect", () => {
    ending.resolve(EXIT.ended);
    abandoned.resolve();
  });
  const settings = await loadSettings(path);
  if (!settings.ok) {
    say(settings.error);
    return EXIT.badSettings;
  }
  hurry();
  const started = await HeartbeatDaemon.start({
    settings: settings.value,
    stateDir,
    clock,
    logger,
  });
  if (!started.ok) {
    say([started.error]);
    return EXIT.failed;
  }
  await using daemon = started.value;
  ready.resolve(daemon);
  logger("info", "heartbeat-started", { unit: settings.value.unit.name });
  const code = await ending.promise;
  await reloading;
  await daemon.stop();
  // No new client comes to this unit: it may end what it has. That needs the addresses a little longer.
  if (process.connected) process.send?.("off", () => {});
  await Promise.race([daemon.drained(), abandoned.promise]);
  return code;
}

process.exitCode = await main();
// An open channel would keep the process.
process.disconnect?.();
