/** Words → options and operands, or one sentence that says what is wrong and what was probably meant. */
import { parseArgs } from "node:util";
import { failure, type Outcome, success } from "#base/outcome.ts";
import { nearestName } from "#settings/nearest-name.ts";
import type { Command, CommandArgs, CommandOption } from "./command.ts";

const HELP: CommandOption = { name: "help", value: null, summary: "Shows this help." };

/** The command's options and the one that every command has. */
export const optionsOf = (command: Command): readonly CommandOption[] => [...command.options, HELP];

/** The words after the command's name. The operands are not counted when help is asked for. */
export function parseArguments(command: Command, words: readonly string[]): Outcome<CommandArgs, string> {
  const options = optionsOf(command);
  const { tokens } = parseArgs({
    args: [...words],
    strict: false,
    tokens: true,
    options: {
      ...Object.fromEntries(
        options.map(({ name, value }) => [name, { type: value === null ? "boolean" : "string" }] as const),
      ),
      help: { type: "boolean", short: "h" },
    },
  });
  const values = new Map<string, string>();
  const lists = new Map<string, readonly string[]>();
  const switches = new Set<string>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const option = options.find(({ name }) => name === token.name);
    if (option === undefined) return failure(unknownOption(token.rawName, options));
    if (option.value === null) {
      if (token.value !== undefined) return failure(`--${option.name} takes no value`);
      switches.add(option.name);
    } else {
      const isAnotherOption = token.value?.startsWith("-") === true && !token.inlineValue;
      if (token.value === undefined || token.value === "" || isAnotherOption)
        return failure(`--${option.name} needs a value: --${option.name} ${option.value}`);
      if (option.isRepeatable === true) {
        lists.set(option.name, [...(lists.get(option.name) ?? []), token.value]);
        continue;
      }
      if (values.has(option.name)) return failure(`--${option.name} is given twice`);
      values.set(option.name, token.value);
    }
  }
  const wrongCount = switches.has("help") ? null : operandsFault(command, operands);
  return wrongCount === null ? success({ values, lists, switches, operands }) : failure(wrongCount);
}

function unknownOption(rawName: string, options: readonly CommandOption[]): string {
  const nearest = nearestName(
    rawName.replace(/^-+/, ""),
    options.map(({ name }) => name),
  );
  return `unknown option ${rawName}${nearest === null ? "" : `; did you mean --${nearest}?`}`;
}

function operandsFault(command: Command, operands: readonly string[]): string | null {
  if (operands.length < command.operandsMin) return `${command.operands} is missing`;
  const extra = operands[command.operandsMax];
  return extra === undefined ? null : `unexpected word "${extra}"`;
}
