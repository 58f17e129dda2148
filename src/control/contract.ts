/**
 * What the control socket speaks: one JSON object a line each way. A request names a command; its answer
 * is `{"ok":true,"value":…}` or `{"ok":false,"error":"…"}`.
 */
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { PurgeResult } from "#caching/cache-store.ts";
import type { Home } from "#election/config.ts";
import type { PairStatus } from "#election/pair-status.ts";
import {
  type CacheStatsAnswer,
  type InspectAnswer,
  type InspectQuestion,
  type PurgeOrder,
  parseInspectQuestion,
  parsePurgeOrder,
} from "./cache-contract.ts";

/** What each command is asked with, beside its name. */
interface ControlQuestions {
  readonly status: unknown;
  readonly counters: unknown;
  readonly reload: unknown;
  readonly drain: unknown;
  readonly services: unknown;
  readonly "service-start": ServiceQuestion;
  readonly "service-stop": ServiceQuestion;
  readonly "service-drain": ServiceQuestion;
  readonly "service-restart": ServiceQuestion;
  readonly "cache-stats": unknown;
  readonly "cache-purge": PurgeOrder;
  readonly "cache-inspect": InspectQuestion;
  readonly "pair-status": unknown;
  readonly "pair-handover": HandoverQuestion;
  readonly "pair-maintenance-on": unknown;
  readonly "pair-maintenance-off": unknown;
  readonly "pair-announce": unknown;
}

interface ServiceQuestion {
  /** proxy, heartbeat, wpad or console. */
  readonly service: string;
}

interface HandoverQuestion {
  /** Only this floating address and those that move with it; without it all that this unit holds. */
  readonly address?: string;
}

export type ControlCommand = keyof ControlQuestions;

/** One member for each command: `command` tells which. */
export type ControlRequest<C extends ControlCommand = ControlCommand> = {
  readonly [Command in C]: { readonly command: Command } & ControlQuestions[Command];
}[C];

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

/** The cache at a glance; `cache-stats` tells more. */
interface CacheAnswer {
  readonly entries: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly diskBytesMax: number;
  /** Hits among the requests of the last five minutes, from 0 to 1; null when there were none. */
  readonly hitRatio: number | null;
}

/** What the WPAD server tells of itself, at most a second old. */
export interface WpadAnswer {
  /** "address:port" of each listener. */
  readonly listening: readonly string[];
  /** Of the two units of the pair: well, draining, dead or unknown. */
  readonly thisUnit: string;
  readonly peerUnit: string;
  readonly requests: number;
  readonly scripts: number;
  readonly notModified: number;
  readonly notFound: number;
  /** Different scripts that are ready now. */
  readonly ready: number;
  readonly connections: number;
  /** Connections beyond a limit. */
  readonly dropped: number;
  /** Requests that were none. */
  readonly refused: number;
  readonly residentBytes: number;
}

/** What a unit can want an administrator to look at. The console has a sentence for each in both languages. */
export const UNIT_ALERTS = ["cache-store-errors", "access-log-failing", "network-not-applied"] as const;

export interface UnitAlert {
  readonly code: (typeof UNIT_ALERTS)[number];
  /** One English sentence, for the command line. */
  readonly message: string;
  /** What the sentence has in it, for a sentence in another language. */
  readonly parameters: Readonly<Record<string, string | number>>;
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
  /** stopped: the proxy was stopped by an order, and the unit waits for another. */
  readonly state: "starting" | "serving" | "stopped" | "draining";
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
  /** What an administrator should look at; empty when all is well. */
  readonly alerts: readonly UnitAlert[];
  /** Null where nothing is stored. */
  readonly cache: CacheAnswer | null;
  /** Null where scripts are not served, or the server is just starting. */
  readonly wpad: WpadAnswer | null;
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

/** One service of the unit. */
export interface ServiceAnswer {
  readonly service: string;
  readonly state: "running" | "starting" | "stopping" | "stopped" | "failed";
  readonly detail: string;
  readonly pid: number | null;
  /** Since it is in that state. */
  readonly sinceMs: number;
  /** How often it was started again after it had ended by itself. */
  readonly restarts: number;
}

export interface ServicesAnswer {
  readonly services: readonly ServiceAnswer[];
}

interface AskedAnswer {
  readonly asked: true;
}

/** What the heartbeat process tells of the pair: first of the addresses at home on the unit set as active. */
export interface PairStatusAnswer extends PairGroupAnswer {
  readonly unit: string;
  readonly pid: number;
  /** Datagrams that were left out: of others, too many at once; and those that could not be sent. */
  readonly heartbeat: { readonly foreign: number; readonly overrun: number; readonly unsent: number };
  /** The addresses at home on the unit set as standby; null where there are none. */
  readonly second: PairGroupAnswer | null;
}

/** Floating addresses that move together. Here `role` is active on the unit that they are at home on. */
export interface PairGroupAnswer extends PairStatus {
  readonly home: Home;
  readonly floatingAddresses: readonly string[];
  readonly connections: PairConnectionsAnswer;
}

/** What becomes of the clients' connections of the floating addresses. */
interface PairConnectionsAnswer {
  /** On this unit. */
  readonly here: number;
  /** draining: the other unit has the addresses, and what is here may end. */
  readonly phase: "idle" | "serving" | "draining";
  /** Still on the other unit after a planned move. */
  readonly onOtherUnit: number;
  /** How much longer that may go on, here or there. */
  readonly leftMs: number;
  readonly isPassingOn: boolean;
  /** Here, but beyond what the other unit can be told of. */
  readonly unlisted: number;
  /** On the other unit: their clients are told when it is gone. */
  readonly known: number;
  readonly reports: { readonly received: number; readonly refused: Readonly<Record<string, number>> };
  /** Clients that were told of the end of their connection, and packets to them that did not go out. */
  readonly reset: number;
  readonly unsent: number;
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
  readonly services: ServicesAnswer;
  readonly "service-start": AskedAnswer;
  readonly "service-stop": AskedAnswer;
  readonly "service-drain": AskedAnswer;
  readonly "service-restart": AskedAnswer;
  readonly "cache-stats": CacheStatsAnswer;
  readonly "cache-purge": PurgeResult;
  readonly "cache-inspect": InspectAnswer;
  readonly "pair-status": PairStatusAnswer;
  readonly "pair-handover": PairCommandAnswer;
  readonly "pair-maintenance-on": PairCommandAnswer;
  readonly "pair-maintenance-off": PairCommandAnswer;
  readonly "pair-announce": PairCommandAnswer;
}

type Rest = Readonly<Record<string, unknown>>;

const nothingElse = (rest: Rest): Outcome<object, string> =>
  Object.keys(rest).length === 0 ? success({}) : failure("the request has an unknown key beside command");

function parseService({ service, ...rest }: Rest): Outcome<ServiceQuestion, string> {
  if (typeof service !== "string") return failure("service is missing");
  return Object.keys(rest).length === 0
    ? success({ service })
    : failure("the request has an unknown key beside service");
}

function parseHandover({ address, ...rest }: Rest): Outcome<HandoverQuestion, string> {
  if (address !== undefined && typeof address !== "string") return failure("address is not a string");
  if (Object.keys(rest).length > 0) return failure("the request has an unknown key beside address");
  return success(address === undefined ? {} : { address });
}

/** Reads what a request says beside its command. */
const QUESTIONS: {
  readonly [C in ControlCommand]: (rest: Rest) => Outcome<ControlQuestions[C], string>;
} = {
  status: nothingElse,
  counters: nothingElse,
  reload: nothingElse,
  drain: nothingElse,
  services: nothingElse,
  "service-start": parseService,
  "service-stop": parseService,
  "service-drain": parseService,
  "service-restart": parseService,
  "cache-stats": nothingElse,
  "cache-purge": parsePurgeOrder,
  "cache-inspect": parseInspectQuestion,
  "pair-status": nothingElse,
  "pair-handover": parseHandover,
  "pair-maintenance-on": nothingElse,
  "pair-maintenance-off": nothingElse,
  "pair-announce": nothingElse,
};

export const CONTROL_COMMANDS = Object.keys(QUESTIONS) as readonly ControlCommand[];

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
  const { command, ...rest } = value as Rest;
  if (!isCommand(command)) return failure(`command is none of ${CONTROL_COMMANDS.join(", ")}`);
  const question = QUESTIONS[command](rest);
  // The row of the table that made the question is the command's.
  return question.ok ? success({ command, ...(question.value as object) } as ControlRequest) : question;
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
