import { askUnit } from "./ask-unit.ts";
import { type Command, EXIT } from "./command.ts";
import { SETTINGS_OPTION, SOCKET_OPTION, STATE_OPTION } from "./state-folder.ts";

export const reloadCommand: Command = {
  name: "reload",
  summary: "Makes the running unit read its settings again; running requests end on the old ones.",
  operands: "",
  operandsMin: 0,
  operandsMax: 0,
  options: [STATE_OPTION, SETTINGS_OPTION, SOCKET_OPTION],
  async run(args, io) {
    const answer = await askUnit({ command: "reload" }, args, io);
    if (answer === null) return EXIT.failed;
    io.out(`Generation ${answer.generation} of the settings is in use.`);
    for (const note of answer.notes) io.out(note);
    return EXIT.ok;
  },
};
