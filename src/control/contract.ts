/**
 * What the control socket speaks: one JSON object a line each way. A request names a command; its answer
 * is `{"ok":true,"value":…}` or `{"ok":false,"error":"…"}`.
 */
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { PairStatus } from "#election/pair-status.ts";

export const CONTROL_COMMANDS = [
  "status",
  "counters",
  "reload",
  "drain",
  "pair-status",
  "pair-handover",
  "pair-maintenance-on",
  "pair-maintenance-off",
  "pair-announce",
] as const;

export type ControlCommand = (typeof CONTROL_COMMANDS)[number];

export interface ControlRequest<C extends ControlCommand = ControlCommand> {
  readonly command: C;
}

/** One worker's place. The states are those of the supervisor: starting, serving, waiting, draining. */
interface WorkerAnswer {
  readonly worker: number;
  readonly state: string;
  readonly generation: number;
  readonly restarts: number;
  readonly lastEnd: string | null;
}

interface AccessLogAnswer {
  readonly file: string;
  readonly queuedBytes: number;
  readonly writtenLines: number;
  readonly droppedLines: number;
  /** Why the last write failed, until one works again. */
  readonly fault: string | null;
}

/** The last attempt to reload. */
export interface LastReload {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly ok: boolean;
  readonly faults: readonly string[];
}

export interface StatusAnswer {
  readonly unit: string;
  readonly version: string;
  readonly state: "starting" | "serving" | "draining";
  readonly pid: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly uptimeMs: number;
  readonly settingsFile: string | null;
  readonly generation: number;
  /** "address:port" of each listener. */
  readonly listening: readonly string[];
  /** The address of the metrics, or null where they are off. */
  readonly metrics: string | null;
  readonly lastReload: LastReload | null;
  /** Null where the access log is off. */
  readonly accessLog: AccessLogAnswer | null;
  readonly workers: readonly WorkerAnswer[];
  /** Over all workers since the unit started. */
  readonly counters: Readonly<Record<string, number>>;
}

/** Counters by worker number; "main" counts what the main thread does. */
export interface CountersAnswer {
  readonly workers: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface ReloadAnswer {
  readonly generation: number;
  /** What changed and takes effect only after a restart. */
  readonly notes: readonly string[];
}

interface DrainAnswer {
  readonly draining: true;
}

/** What the heartbeat process tells of the pair. */
export interface PairStatusAnswer extends PairStatus {
  readonly unit: string;
  readonly pid: number;
  readonly floatingAddresses: readonly string[];
  /** Datagrams that were left out: of others, too many at once; and those that could not be sent. */
  readonly heartbeat: { readonly foreign: number; readonly overrun: number; readonly unsent: number };
}

interface PairCommandAnswer {
  readonly asked: true;
}

/** What each command is answered. */
export interface ControlAnswers {
  readonly status: StatusAnswer;
  readonly counters: CountersAnswer;
  readonly reload: ReloadAnswer;
  readonly drain: DrainAnswer;
  readonly "pair-status": PairStatusAnswer;
  readonly "pair-handover": PairCommandAnswer;
  readonly "pair-maintenance-on": PairCommandAnswer;
  readonly "pair-maintenance-off": PairCommandAnswer;
  readonly "pair-announce": PairCommandAnswer;
}

const isCommand = (value: unknown): value is ControlCommand =>
  CONTROL_COMMANDS.some((command) => command === value);

/** A request line as a request, or what is wrong with it. */
export function parseControlRequest(line: string): Outcome<ControlRequest, string> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return failure("the request is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return failure("the request is not an object");
  const unknownKey = Object.keys(value).find((key) => key !== "command");
  if (unknownKey !== undefined) return failure("the request has an unknown key beside command");
  const command = "command" in value ? value.command : undefined;
  if (!isCommand(command)) return failure(`command is none of ${CONTROL_COMMANDS.join(", ")}`);
  return success({ command });
}

/** An answer line as an outcome; null when it is none. */
export function parseControlAnswer(line: string): Outcome<unknown, string> | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || !("ok" in value)) return null;
  if (value.ok === true && "value" in value) return success(value.value);
  if (value.ok === false && "error" in value && typeof value.error === "string") return failure(value.error);
  return null;
}
