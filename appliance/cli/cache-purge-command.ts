import type { PurgeMode, PurgeResult, PurgeSelector } from "#caching/cache-store.ts";
import { askUnit } from "./ask-unit.ts";
import { type Command, EXIT } from "./command.ts";
import { formatBytes } from "./format-status.ts";
import { SELECTOR_OPTIONS, selectorOf, selectorText } from "./purge-selector.ts";
import { JSON_OPTION, SETTINGS_OPTION, SOCKET_OPTION, STATE_OPTION } from "./state-folder.ts";

const DONE: Readonly<Record<PurgeMode, readonly [one: string, many: string]>> = {
  count: ["would go; nothing was changed", "would go; nothing was changed"],
  stale: [
    "is stale now: it is validated before its next use",
    "are stale now: each is validated before its next use",
  ],
  remove: ["was removed", "were removed"],
};

/** What was done, in one sentence. */
function sentence(selector: PurgeSelector, mode: PurgeMode, { entries, bytes }: PurgeResult): string {
  const which = selectorText(selector);
  if (entries === 0) return `There are no stored responses${which}: nothing was changed.`;
  const [one, many] = DONE[mode];
  const subject = `${entries.toLocaleString("en-US")} stored ${entries === 1 ? "response" : "responses"}${which}`;
  return `${subject}, with bodies of ${formatBytes(bytes)}, ${entries === 1 ? one : many}.`;
}

export const cachePurgeCommand: Command = {
  name: "cache purge",
  summary: "Removes stored responses, or marks them stale, by exactly one selector.",
  operands: "[URL]",
  operandsMin: 0,
  operandsMax: 1,
  options: [
    ...SELECTOR_OPTIONS,
    { name: "count", value: null, summary: "Only tells how many there are, and changes nothing." },
    { name: "soft", value: null, summary: "Marks them stale instead: the next use validates them." },
    JSON_OPTION,
    STATE_OPTION,
    SETTINGS_OPTION,
    SOCKET_OPTION,
  ],
  async run(args, io) {
    const selector = selectorOf(args);
    if (!selector.ok) {
      io.err(`futago: cache purge: ${selector.error}`);
      return EXIT.usage;
    }
    const mode = args.switches.has("count") ? "count" : args.switches.has("soft") ? "stale" : "remove";
    const answer = await askUnit({ command: "cache-purge", selector: selector.value, mode }, args, io);
    if (answer === null) return EXIT.failed;
    io.out(
      args.switches.has("json")
        ? JSON.stringify({ mode, selector: selector.value, ...answer }, null, 2)
        : sentence(selector.value, mode, answer),
    );
    return EXIT.ok;
  },
};
