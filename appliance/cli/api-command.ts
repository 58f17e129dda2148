import { readFile, writeFile } from "node:fs/promises";
import { ENDPOINTS, type EndpointName } from "#console/contract/endpoints.ts";
import { nearestName } from "#settings/nearest-name.ts";
import { type Command, type CommandArgs, type CommandIo, EXIT } from "./command.ts";
import { callConsole, endpointNamed } from "./console-call.ts";
import { STATE_OPTION } from "./state-folder.ts";

const NAMES = Object.keys(ENDPOINTS) as readonly EndpointName[];

/** Each endpoint with its path and what it does. */
function table(): string {
  const width = Math.max(...NAMES.map((name) => name.length));
  return NAMES.map((name) => {
    const { method, path, summary } = ENDPOINTS[name];
    return `${name.padEnd(width)}  ${method} ${path}: ${summary}`;
  }).join("\n");
}

/** NAME=VALUE words as an object, or the word that is none. */
function pairsOf(words: readonly string[]): Readonly<Record<string, string>> | string {
  const wrong = words.find((word) => !/^[A-Za-z]\w*=/.test(word));
  if (wrong !== undefined) return wrong;
  return Object.fromEntries(
    words.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]),
  );
}

async function bodyOf(text: string | undefined): Promise<string | undefined> {
  return text?.startsWith("@") === true ? await readFile(text.slice(1), "utf8") : text;
}

function usage(io: CommandIo, why: string): number {
  io.err(`futago: api: ${why}`);
  return EXIT.usage;
}

async function ask(name: EndpointName, args: CommandArgs, io: CommandIo): Promise<number> {
  const given = pairsOf(args.operands.slice(1));
  if (typeof given === "string") return usage(io, `"${given}" is not NAME=VALUE`);
  const { path, method } = ENDPOINTS[name];
  const inPath = new Set([...path.matchAll(/:([A-Za-z]+)/g)].map(([, key = ""]) => key));
  const missing = [...inPath].find((key) => given[key] === undefined);
  if (missing !== undefined) return usage(io, `${name} needs ${missing}=VALUE (${method} ${path})`);
  const some = (isWanted: (key: string) => boolean): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(given).filter(([key]) => isWanted(key)));
  const body = await bodyOf(args.values.get("body")).catch((error: Error) => error);
  if (body instanceof Error) return usage(io, body.message);
  const generation = args.values.get("generation");
  const answer = await callConsole(args, {
    name,
    params: some((key) => inPath.has(key)),
    query: some((key) => !inPath.has(key)),
    ...(body === undefined ? {} : { body }),
    ...(generation === undefined ? {} : { generation }),
  });
  if (!answer.ok) {
    io.err(`futago: api: ${answer.error}`);
    return EXIT.failed;
  }
  const file = args.values.get("out");
  if (file === undefined) io.out(answer.value.toString("utf8").trimEnd());
  else await writeFile(file, answer.value, { mode: 0o600 });
  return EXIT.ok;
}

/** Everything that a page of the console can do, on the command line. */
export const apiCommand: Command = {
  name: "api",
  summary: "Asks the console's API as an administrator; without a name it tells all there are.",
  operands: "[NAME [KEY=VALUE …]]",
  operandsMin: 0,
  operandsMax: 32,
  options: [
    {
      name: "body",
      value: "JSON",
      summary: "What is sent, where something is; @FILE reads it from a file.",
    },
    { name: "generation", value: "N", summary: "The generation of the settings that a change is based on." },
    { name: "out", value: "FILE", summary: "Writes the answer there." },
    STATE_OPTION,
  ],
  async run(args, io) {
    const [word] = args.operands;
    if (word === undefined) {
      io.out(table());
      return EXIT.ok;
    }
    const name = endpointNamed(word);
    if (name !== null) return ask(name, args, io);
    const nearest = nearestName(word, NAMES);
    return usage(
      io,
      `there is no endpoint ${word}${nearest === null ? "" : `; did you mean "${nearest}"?`} (see "futago api")`,
    );
  },
};
