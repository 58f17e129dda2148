import { VERSION } from "#appliance/firmware/version.ts";
import { type Command, EXIT } from "./command.ts";

export const versionCommand: Command = {
  name: "version",
  summary: "Tells the version.",
  operands: "",
  operandsMin: 0,
  operandsMax: 0,
  options: [],
  async run(_args, io) {
    io.out(`futago ${VERSION}`);
    return EXIT.ok;
  },
};
