/** The words of a command line → the command that they mean, done; the result is the exit code. */
import { nearestName } from "#settings/nearest-name.ts";
import { apiCommand } from "./api-command.ts";
import { cacheInspectCommand } from "./cache-inspect-command.ts";
import { cachePurgeCommand } from "./cache-purge-command.ts";
import { cacheStatsCommand } from "./cache-stats-command.ts";
import { checkSettingsCommand } from "./check-settings-command.ts";
import { type Command, type CommandIo, EXIT } from "./command.ts";
import { consolePasswordCommand } from "./console-password-command.ts";
import { drainCommand } from "./drain-command.ts";
import { haCommand } from "./ha-command.ts";
import { commandHelp, generalHelp } from "./help-text.ts";
import { pacLintCommand } from "./pac-lint-command.ts";
import { pacPublishCommand } from "./pac-publish-command.ts";
import { pacShowCommand } from "./pac-show-command.ts";
import { pacTestCommand } from "./pac-test-command.ts";
import { parseArguments } from "./parse-arguments.ts";
import { reloadCommand } from "./reload-command.ts";
import { runCommand } from "./run-command.ts";
import { settingsCommand } from "./settings-command.ts";
import { statusCommand } from "./status-command.ts";
import { supportCommand } from "./support-command.ts";
import { versionCommand } from "./version-command.ts";

const helpCommand: Command = {
  name: "help",
  summary: "Tells what the commands are, or how one is used.",
  operands: "[COMMAND]",
  operandsMin: 0,
  operandsMax: 2,
  options: [],
  async run({ operands }, io) {
    const name = operands.join(" ");
    const command = commandNamed(name);
    const group = operands.length < 2 ? groupNamed(name) : [];
    if (command !== undefined) io.out(commandHelp(command));
    else if (name === "") io.out(generalHelp(COMMANDS));
    else if (group.length > 0) io.out(generalHelp(group));
    else return refuse(unknownCommand(name), io);
    return EXIT.ok;
  },
};

const COMMANDS: readonly Command[] = [
  runCommand,
  checkSettingsCommand,
  settingsCommand,
  statusCommand,
  haCommand,
  reloadCommand,
  drainCommand,
  consolePasswordCommand,
  apiCommand,
  supportCommand,
  cachePurgeCommand,
  cacheStatsCommand,
  cacheInspectCommand,
  pacShowCommand,
  pacTestCommand,
  pacLintCommand,
  pacPublishCommand,
  versionCommand,
  helpCommand,
];

/** What people try first. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["--help", "help"],
  ["-h", "help"],
  ["--version", "version"],
]);

const HELP_WORDS: ReadonlySet<string> = new Set(["--help", "-h"]);

/** Does what the words (without the program's name) say. */
export async function runCommandLine(words: readonly string[], io: CommandIo): Promise<number> {
  const [first, second] = words;
  if (first === undefined) {
    io.err(generalHelp(COMMANDS));
    return EXIT.usage;
  }
  const group = groupNamed(first);
  if (group.length > 0 && (second === undefined || HELP_WORDS.has(second))) {
    (second === undefined ? io.err : io.out)(generalHelp(group));
    return second === undefined ? EXIT.usage : EXIT.ok;
  }
  const name = group.length > 0 ? `${first} ${second}` : (ALIASES.get(first) ?? first);
  const command = commandNamed(name);
  if (command === undefined) return refuse(unknownCommand(name), io);
  const args = parseArguments(command, words.slice(group.length > 0 ? 2 : 1));
  if (!args.ok) return refuse(`${command.name}: ${args.error} (see "futago ${command.name} --help")`, io);
  if (args.value.switches.has("help")) {
    io.out(commandHelp(command));
    return EXIT.ok;
  }
  return command.run(args.value, io);
}

/** The commands whose first word it is, where they have two. */
const groupNamed = (word: string): readonly Command[] =>
  COMMANDS.filter((command) => command.name.startsWith(`${word} `));

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
