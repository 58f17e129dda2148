/** The options that many commands have: where the unit is found (the state folder and what lies in it), and JSON. */
import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { HEARTBEAT_SOCKET } from "#appliance/service/heartbeat-socket.ts";
import { loadSettings } from "#appliance/service/load-settings.ts";
import { SETTINGS_NAME } from "#appliance/service/state-names.ts";
import { defaultSettings } from "#settings/parse-settings.ts";
import type { CommandArgs, CommandOption } from "./command.ts";

const STATE_FOLDER = "./.state";

export const JSON_OPTION: CommandOption = {
  name: "json",
  value: null,
  summary: "As JSON, for programs.",
};

export const STATE_OPTION: CommandOption = {
  name: "state",
  value: "DIR",
  summary: `The state folder; without it ${STATE_FOLDER}.`,
};

export const SETTINGS_OPTION: CommandOption = {
  name: "settings",
  value: "FILE",
  summary: `The settings; without it DIR/${SETTINGS_NAME} where there is one, else the defaults.`,
};

export const SOCKET_OPTION: CommandOption = {
  name: "socket",
  value: "PATH",
  summary: "The control socket; without it the one that the settings name.",
};

export const stateFolderOf = (args: CommandArgs): string => args.values.get("state") ?? STATE_FOLDER;

/** The settings file that holds for the arguments, or null for the defaults. */
export function settingsPathOf(args: CommandArgs): string | null {
  const named = args.values.get("settings");
  if (named !== undefined) return named;
  const kept = join(stateFolderOf(args), SETTINGS_NAME);
  return existsSync(kept) ? kept : null;
}

/**
 * The control socket of the unit that was started with the same arguments. Where the file has faults now,
 * the unit runs on what it said before, most likely with the default socket.
 */
export async function socketPathOf(args: CommandArgs): Promise<string> {
  const named = args.values.get("socket");
  if (named !== undefined) return named;
  const loaded = await loadSettings(settingsPathOf(args));
  const { socket } = (loaded.ok ? loaded.value : defaultSettings()).control;
  return isAbsolute(socket) ? socket : join(stateFolderOf(args), socket);
}

/** The control socket of the heartbeat process beside the unit. */
export const heartbeatSocketOf = (args: CommandArgs): string =>
  args.values.get("socket") ?? join(stateFolderOf(args), HEARTBEAT_SOCKET);
