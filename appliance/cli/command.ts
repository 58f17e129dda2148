/** What a command is: a row in the table of commands, in a file of its own. */

/** Where a command writes; each call is one or more whole lines. */
export interface CommandIo {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

export interface CommandOption {
  readonly name: string;
  /** What stands for the value in the help text, such as FILE; null for a switch. */
  readonly value: string | null;
  readonly summary: string;
  /** May be given more than once: its values are a list. */
  readonly isRepeatable?: true;
}

/** The words after the command's name, checked against its options. */
export interface CommandArgs {
  readonly values: ReadonlyMap<string, string>;
  /** Those of repeatable options. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
  readonly switches: ReadonlySet<string>;
  readonly operands: readonly string[];
}

export interface Command {
  /** One word, or two: those of a group share the first. */
  readonly name: string;
  readonly summary: string;
  /** What follows the name and the options, such as FILE; empty for nothing. */
  readonly operands: string;
  readonly operandsMin: number;
  readonly operandsMax: number;
  readonly options: readonly CommandOption[];
  /** Does it, and returns the exit code. */
  readonly run: (args: CommandArgs, io: CommandIo) => Promise<number>;
}

export const EXIT = {
  ok: 0,
  /** It could not be done: the unit does not answer, or refused. */
  failed: 1,
  /** The settings have faults. */
  badSettings: 2,
  /** The command line is wrong (EX_USAGE of sysexits.h). */
  usage: 64,
} as const;
