import { askUnit } from "./ask-unit.ts";
import { type Command, EXIT } from "./command.ts";
import { formatStatus } from "./format-status.ts";
import { SETTINGS_OPTION, SOCKET_OPTION, STATE_OPTION } from "./state-folder.ts";

export const statusCommand: Command = {
  name: "status",
  summary: "Tells what the running unit does.",
  operands: "",
  operandsMin: 0,
  operandsMax: 0,
  options: [
    { name: "json", value: null, summary: "As JSON, for programs." },
    STATE_OPTION,
    SETTINGS_OPTION,
    SOCKET_OPTION,
  ],
  async run(args, io) {
    const answer = await askUnit("status", args, io);
    if (answer === null) return EXIT.failed;
    io.out(args.switches.has("json") ? JSON.stringify(answer, null, 2) : formatStatus(answer));
    return EXIT.ok;
  },
};
