import { join } from "node:path";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import { createLineLogger } from "#log/line-logger.ts";
import { UNIT_LOG } from "./state-names.ts";

/** The log of a unit, of which each of its processes writes a part: to stderr, and into the file that the console shows. */
export function unitLogger(
  stateDir: string,
  clock: Clock,
  appendTo: (path: string) => (line: string) => void,
): Logger {
  const append = appendTo(join(stateDir, UNIT_LOG));
  return createLineLogger((line) => {
    process.stderr.write(line);
    append(line);
  }, clock);
}
