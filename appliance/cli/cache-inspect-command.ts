import { failure, type Outcome } from "#base/outcome.ts";
import { type InspectQuestion, parseInspectQuestion } from "#control/cache-contract.ts";
import type { ControlAnswers } from "#control/contract.ts";
import { isToken } from "#http/token.ts";
import { askUnit } from "./ask-unit.ts";
import { type Command, type CommandArgs, EXIT } from "./command.ts";
import { formatStatus } from "./format-status.ts";
import { JSON_OPTION, SETTINGS_OPTION, SOCKET_OPTION, STATE_OPTION } from "./state-folder.ts";

type Answer = ControlAnswers["cache-inspect"];

/** "NAME: VALUE" → both. */
function fieldOf(line: string): readonly [string, string] {
  const colon = line.indexOf(":");
  return colon < 0 ? ["", line] : [line.slice(0, colon), line.slice(colon + 1).trim()];
}

function questionOf({ operands: [url = ""], lists }: CommandArgs): Outcome<InspectQuestion, string> {
  const fields = (lists.get("field") ?? []).map(fieldOf);
  const wrong = fields.find(([name]) => !isToken(name));
  return wrong === undefined
    ? parseInspectQuestion({ url, fields })
    : failure(`--field: found "${wrong.join("")}", expected a field such as "Accept-Encoding: gzip"`);
}

/** The answer with each part as one line or one row, for people. */
const shown = ({ key, verdict, reason, override, last, variants }: Answer): object => ({
  key,
  now: `${verdict}: ${reason}`,
  override: override ?? "none",
  lastRequest: last === null ? "none that a worker remembers" : last.reason,
  ...(last === null
    ? {}
    : {
        lastRequestAt: new Date(last.wallMs).toISOString(),
        lastRequestWas: `${last.method}, status ${last.status}, ${last.result} in the log, worker ${last.worker}`,
      }),
  variants: variants.map(({ isSelected, varyOn, parts, tags, ...rest }) => ({
    selected: isSelected,
    ...rest,
    varyOn: varyOn.map(([name, value]) => `${name}: ${value === "" ? "(absent)" : value}`),
    parts: parts === null ? "whole" : parts.map(({ first, last: end }) => `${first}-${end}`),
    tags,
  })),
});

export const cacheInspectCommand: Command = {
  name: "cache inspect",
  summary:
    "Explains what is stored for a URL, what a GET would get now, and why the last one was a hit or not.",
  operands: "URL",
  operandsMin: 1,
  operandsMax: 1,
  options: [
    {
      name: "field",
      value: '"NAME: VALUE"',
      summary: "A field of that GET, such as Accept-Encoding; once for each.",
      isRepeatable: true,
    },
    JSON_OPTION,
    STATE_OPTION,
    SETTINGS_OPTION,
    SOCKET_OPTION,
  ],
  async run(args, io) {
    const question = questionOf(args);
    if (!question.ok) {
      io.err(`futago: cache inspect: ${question.error}`);
      return EXIT.usage;
    }
    const answer = await askUnit({ command: "cache-inspect", ...question.value }, args, io);
    if (answer === null) return EXIT.failed;
    io.out(args.switches.has("json") ? JSON.stringify(answer, null, 2) : formatStatus(shown(answer)));
    return EXIT.ok;
  },
};
