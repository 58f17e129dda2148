/** The help of the whole and of each command, from the same rows that parse the words. */
import type { Command } from "./command.ts";
import { optionsOf } from "./parse-arguments.ts";

const INDENT = "  ";

/** Two columns, the first as wide as its widest entry. */
function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${INDENT}${left.padEnd(width)}${INDENT}${right}`);
}

/** One line such as `futago status [--json] [--state DIR]`. */
function usageLine(command: Command): string {
  const options = command.options.map(({ name, value }) =>
    value === null ? `[--${name}]` : `[--${name} ${value}]`,
  );
  return ["futago", command.name, ...options, command.operands].filter((word) => word !== "").join(" ");
}

/** The help of one command. */
export function commandHelp(command: Command): string {
  const options = optionsOf(command).map(
    ({ name, value, summary }) => [`--${name}${value === null ? "" : ` ${value}`}`, summary] as const,
  );
  return [`Usage: ${usageLine(command)}`, "", command.summary, "", ...columns(options)].join("\n");
}

/** The help of the whole. */
export function generalHelp(commands: readonly Command[]): string {
  return [
    "Usage: futago COMMAND [OPTIONS]",
    "",
    ...columns(
      commands.map(({ name, operands, summary }) => [`${name} ${operands}`.trim(), summary] as const),
    ),
    "",
    '"futago COMMAND --help" tells the options of a command.',
    "Exit codes: 0 done, 1 it could not be done, 2 the settings have faults, 64 wrong command line.",
  ].join("\n");
}
