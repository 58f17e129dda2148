import { writeFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { type Command, EXIT } from "./command.ts";
import { callConsole } from "./console-call.ts";
import { STATE_OPTION } from "./state-folder.ts";

const MISSING = /Nothing of the other unit is here: ([^\n\0]+)/;

export const supportCommand: Command = {
  name: "support",
  summary: "Writes what support needs of both units into one file (.tar.gz), without secrets.",
  operands: "FILE",
  operandsMin: 1,
  operandsMax: 1,
  options: [STATE_OPTION],
  async run(args, io) {
    const [file = ""] = args.operands;
    const answer = await callConsole(args, { name: "support.bundle" });
    if (!answer.ok) {
      io.err(`futago: support: ${answer.error}`);
      return EXIT.failed;
    }
    const written = await writeFile(file, answer.value, { mode: 0o600 }).catch((error: Error) => error);
    if (written instanceof Error) {
      io.err(`futago: support: ${written.message}`);
      return EXIT.failed;
    }
    const [missing] = MISSING.exec(gunzipSync(answer.value).toString("latin1")) ?? [];
    io.out(`${file}: ${answer.value.length} bytes`);
    if (missing !== undefined) io.out(missing);
    return EXIT.ok;
  },
};
