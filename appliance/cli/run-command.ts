import type { Command } from "./command.ts";
import { SETTINGS_OPTION, STATE_OPTION, stateFolderOf } from "./state-folder.ts";

export const runCommand: Command = {
  name: "run",
  summary: "Runs one unit in the foreground until SIGINT or SIGTERM; SIGHUP reads the settings again.",
  operands: "",
  operandsMin: 0,
  operandsMax: 0,
  options: [SETTINGS_OPTION, STATE_OPTION],
  async run(args, io) {
    // Loaded only here: the other commands start without the whole proxy.
    const { runUnit } = await import("#appliance/main/run-unit.ts");
    // The state folder's own may come later: the console writes it.
    const settingsPath = args.values.get("settings") ?? null;
    return runUnit({ settingsPath, stateDir: stateFolderOf(args), print: io.out });
  },
};
