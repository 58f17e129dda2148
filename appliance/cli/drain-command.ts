import { askUnit } from "./ask-unit.ts";
import { type Command, EXIT } from "./command.ts";
import { SETTINGS_OPTION, SOCKET_OPTION, STATE_OPTION } from "./state-folder.ts";

export const drainCommand: Command = {
  name: "drain",
  summary: "Makes the running unit take no new connection, finish what runs, and end.",
  operands: "",
  operandsMin: 0,
  operandsMax: 0,
  options: [STATE_OPTION, SETTINGS_OPTION, SOCKET_OPTION],
  async run(args, io) {
    const answer = await askUnit({ command: "drain" }, args, io);
    if (answer === null) return EXIT.failed;
    io.out("The unit drains.");
    return EXIT.ok;
  },
};
