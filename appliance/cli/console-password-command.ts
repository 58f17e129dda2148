import { existsSync } from "node:fs";
import { join } from "node:path";
import { CONSOLE_FOLDER } from "#appliance/service/state-names.ts";
import { type Command, EXIT } from "./command.ts";
import { SETTINGS_OPTION, SOCKET_OPTION, STATE_OPTION, socketPathOf, stateFolderOf } from "./state-folder.ts";

/** Whoever may write the state folder may let an administrator in again: there is no other way back. */
export const consolePasswordCommand: Command = {
  name: "console password",
  summary: "Gives the console's account admin a new one-time password, and takes its one-time codes away.",
  operands: "",
  operandsMin: 0,
  operandsMax: 0,
  options: [STATE_OPTION, SETTINGS_OPTION, SOCKET_OPTION],
  async run(args, io) {
    const folder = join(stateFolderOf(args), CONSOLE_FOLDER);
    if (!existsSync(folder)) {
      io.err(
        `futago: console password: there is no console in ${stateFolderOf(args)} yet: futago run makes it`,
      );
      return EXIT.failed;
    }
    const { Accounts, FIRST_USER } = await import("#console/server/accounts.ts");
    const { callControl } = await import("#control/client.ts");
    const clock = { nowMs: () => performance.now(), wallMs: () => Date.now() };
    const accounts = await Accounts.open(join(folder, "accounts.json"), clock);
    const password = await accounts.resetFirst();
    // A running console has the accounts in memory.
    await callControl(await socketPathOf(args), { command: "service-restart", service: "console" });
    io.out(`Sign in as ${FIRST_USER} with the one-time password ${password}`);
    return EXIT.ok;
  },
};
