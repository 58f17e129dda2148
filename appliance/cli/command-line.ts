/** The words of a command line → the command that they mean, done; the result is the exit code. */
import { nearestName } from "#settings/nearest-name.ts";
import { checkSettingsCommand } from "./check-settings-command.ts";
import { type Command, type CommandIo, EXIT } from "./command.ts";
import { drainCommand } from "./drain-command.ts";
import { haCommand } from "./ha-command.ts";
import { commandHelp, generalHelp } from "./help-text.ts";
import { parseArguments } from "./parse-arguments.ts";
import { reloadCommand } from "./reload-command.ts";
import { runCommand } from "./run-command.ts";
import { statusCommand } from "./status-command.ts";
import { versionCommand } from "./version-command.ts";

const helpCommand: Command = {
  name: "help",
  summary: "Tells what the commands are, or how one is used.",
  operands: "[COMMAND]",
  operandsMin: 0,
  operandsMax: 1,
  options: [],
  async run({ operands: [name] }, io) {
    const command = name === undefined ? undefined : commandNamed(name);
    if (name !== undefined && command === undefined) return refuse(unknownCommand(name), io);
    io.out(command === undefined ? generalHelp(COMMANDS) : commandHelp(command));
    return EXIT.ok;
  },
};

const COMMANDS: readonly Command[] = [
  runCommand,
  checkSettingsCommand,
  statusCommand,
  haCommand,
  reloadCommand,
  drainCommand,
  versionCommand,
  helpCommand,
];

/** What people try first. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["--help", "help"],
  ["-h", "help"],
  ["--version", "version"],
]);

/** Does what the words (without the program's name) say. */
export async function runCommandLine(words: readonly string[], io: CommandIo): Promise<number> {
  const [first, ...rest] = words;
  if (first === undefined) {
    io.err(generalHelp(COMMANDS));
    return EXIT.usage;
  }
  const command = commandNamed(ALIASES.get(first) ?? first);
  if (command === undefined) return refuse(unknownCommand(first), io);
  const args = parseArguments(command, rest);
  if (!args.ok) return refuse(`${command.name}: ${args.error} (see "futago ${command.name} --help")`, io);
  if (args.value.switches.has("help")) {
    io.out(commandHelp(command));
    return EXIT.ok;
  }
  return command.run(args.value, io);
}

const commandNamed = (name: string): Command | undefined => COMMANDS.find((command) => command.name === name);

function unknownCommand(name: string): string {
  const nearest = nearestName(
    name,
    COMMANDS.map((command) => command.name),
  );
  return `unknown command "${name}"${nearest === null ? "" : `; did you mean "${nearest}"?`} (see "futago help")`;
}

function refuse(why: string, io: CommandIo): number {
  io.err(`futago: ${why}`);
  return EXIT.usage;
}
