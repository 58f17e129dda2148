import { wpadWarnings } from "#pac/check-wpad.ts";
import { CLIENT_OPTIONS, clientScript, wpadSettings } from "./client-script.ts";
import { type Command, EXIT } from "./command.ts";

export const pacShowCommand: Command = {
  name: "pac show",
  summary: "Shows the proxy script that a client gets now.",
  operands: "",
  operandsMin: 0,
  operandsMax: 0,
  options: CLIENT_OPTIONS,
  async run(args, io) {
    const settings = await wpadSettings(args);
    if (!settings.ok) {
      for (const fault of settings.error) io.err(`futago: pac show: ${fault}`);
      return EXIT.badSettings;
    }
    const found = await clientScript(args, settings.value);
    if (!found.ok) {
      io.err(`futago: pac show: ${found.error}`);
      return EXIT.usage;
    }
    for (const warning of wpadWarnings(settings.value)) io.err(`warning: ${warning}`);
    io.out(found.value.script.trimEnd());
    return EXIT.ok;
  },
};
