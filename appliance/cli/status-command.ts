import { askUnit } from "./ask-unit.ts";
import { type Command, EXIT } from "./command.ts";
import { formatStatus } from "./format-status.ts";
import { JSON_OPTION, SETTINGS_OPTION, SOCKET_OPTION, STATE_OPTION } from "./state-folder.ts";

export const statusCommand: Command = {
  name: "status",
  summary: "Tells what the running unit does.",
  operands: "",
  operandsMin: 0,
  operandsMax: 0,
  options: [JSON_OPTION, STATE_OPTION, SETTINGS_OPTION, SOCKET_OPTION],
  async run(args, io) {
    const answer = await askUnit({ command: "status" }, args, io);
    if (answer === null) return EXIT.failed;
    const forPeople = { ...answer, alerts: answer.alerts.map(({ message }) => message) };
    io.out(args.switches.has("json") ? JSON.stringify(answer, null, 2) : formatStatus(forPeople));
    return EXIT.ok;
  },
};
