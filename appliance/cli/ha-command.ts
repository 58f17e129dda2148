import { setTimeout as pause } from "node:timers/promises";
import { failure, type Outcome, success } from "#base/outcome.ts";
import type { ControlCommand, PairStatusAnswer } from "#control/contract.ts";
import { REDUNDANCY_PRESETS, type RedundancyPreset } from "#settings/redundancy-presets.ts";
import { type Command, type CommandArgs, type CommandIo, EXIT } from "./command.ts";
import { formatPairStatus } from "./format-pair-status.ts";
import { heartbeatSocketOf, SOCKET_OPTION, STATE_OPTION } from "./state-folder.ts";

type PairCommand = Extract<ControlCommand, `pair-${string}`>;

interface Request {
  readonly command: PairCommand;
  readonly done: string;
}

/** What is said after `ha`, as one text. */
const REQUESTS: Readonly<Record<string, Request>> = {
  status: { command: "pair-status", done: "" },
  handover: { command: "pair-handover", done: "The floating addresses go to the other unit." },
  "maintenance on": { command: "pair-maintenance-on", done: "This unit is in maintenance." },
  "maintenance off": { command: "pair-maintenance-off", done: "This unit is out of maintenance." },
  announce: { command: "pair-announce", done: "The floating addresses are announced again." },
};

/** What each preset is and costs, and how it is set. */
function presetsText(): string {
  const silence = ({ intervalMs, count }: RedundancyPreset): string => `${intervalMs} ms × ${count}`;
  return REDUNDANCY_PRESETS.map((preset) =>
    [
      `${preset.name.padEnd(8)} ${silence(preset).padEnd(11)} a takeover within ${preset.intervalMs * preset.count + 30} ms`,
      `         ${preset.summary}`,
      `         "redundancy": { "intervalMs": ${preset.intervalMs}, "count": ${preset.count} }   on both units`,
    ].join("\n"),
  ).join("\n");
}

const PRESETS = "presets";
const ADDRESS = "address";

const WATCH_MS = 1_000;
const CLEAR_SCREEN = "\u001b[2J\u001b[H";

function requestOf({ operands }: CommandArgs): Outcome<Request, string> {
  const words = operands.length === 0 ? "status" : operands.join(" ");
  const request = Object.hasOwn(REQUESTS, words) ? REQUESTS[words] : undefined;
  return request === undefined
    ? failure(`"${words}" is none of ${[...Object.keys(REQUESTS), PRESETS].join(", ")}`)
    : success(request);
}

const statusText = (answer: PairStatusAnswer, args: CommandArgs): string =>
  args.switches.has("json") ? JSON.stringify(answer, null, 2) : formatPairStatus(answer);

async function ask(command: PairCommand, args: CommandArgs, io: CommandIo): Promise<unknown> {
  const { callControl } = await import("#control/client.ts");
  const path = heartbeatSocketOf(args);
  const address = args.values.get(ADDRESS);
  const isNamed = command === "pair-handover" && address !== undefined;
  const answer = await callControl(path, isNamed ? { command, address } : { command });
  if (answer.ok) return answer.value;
  io.err(`futago: ha: at ${path}: ${answer.error}`);
  return null;
}

export const haCommand: Command = {
  name: "ha",
  summary: "Tells what the pair of units does, moves the floating addresses, or takes this unit out.",
  operands: "[status | handover | maintenance on|off | announce | presets]",
  operandsMin: 0,
  operandsMax: 2,
  options: [
    {
      name: ADDRESS,
      value: "ADDRESS",
      summary:
        "handover: only this floating address and those with the same home; without it all that are here.",
    },
    { name: "json", value: null, summary: "The status as JSON, for programs." },
    { name: "watch", value: null, summary: "The status again every second, until Ctrl-C." },
    STATE_OPTION,
    SOCKET_OPTION,
  ],
  async run(args, io) {
    if (args.operands.join(" ") === PRESETS) {
      io.out(presetsText());
      return EXIT.ok;
    }
    const request = requestOf(args);
    if (!request.ok) {
      io.err(`futago: ha: ${request.error}`);
      return EXIT.usage;
    }
    const { command, done } = request.value;
    for (;;) {
      const answer = await ask(command, args, io);
      if (answer === null) return EXIT.failed;
      if (command !== "pair-status") {
        io.out(done);
        return EXIT.ok;
      }
      const isWatched = args.switches.has("watch");
      const clear = isWatched && !args.switches.has("json") ? CLEAR_SCREEN : "";
      io.out(`${clear}${statusText(answer as PairStatusAnswer, args)}`);
      if (!isWatched) return EXIT.ok;
      await pause(WATCH_MS);
    }
  },
};
