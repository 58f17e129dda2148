import { loadSettings } from "#appliance/service/load-settings.ts";
import { wpadWarnings } from "#pac/check-wpad.ts";
import { type Command, EXIT } from "./command.ts";

export const checkSettingsCommand: Command = {
  name: "check-settings",
  summary: "Checks a settings file and tells every fault in it: where, what was found, what was expected.",
  operands: "FILE",
  operandsMin: 1,
  operandsMax: 1,
  options: [],
  async run({ operands: [file = ""] }, io) {
    const loaded = await loadSettings(file);
    if (loaded.ok) {
      for (const warning of wpadWarnings(loaded.value)) io.err(`${file}: warning: ${warning}`);
      io.out(`${file}: ok`);
      return EXIT.ok;
    }
    for (const fault of loaded.error) io.err(`${file}: ${fault}`);
    io.err(`${file}: ${loaded.error.length === 1 ? "1 fault" : `${loaded.error.length} faults`}`);
    return EXIT.badSettings;
  },
};
