/** The files that settings name and that hold secrets: the pair key, passwords of parents. */
import { readFile } from "node:fs/promises";
import { isAbsolute } from "node:path";
import type { Settings } from "#settings/schema.ts";
import { writeWholeFile } from "#settings-file/whole-file.ts";
import { Refusal } from "./refusal.ts";

const FILE_CHARS_MAX = 64 * 1024;

export const secretPaths = ({ redundancy, parents }: Settings): readonly string[] => [
  ...(redundancy.keyFile === undefined ? [] : [redundancy.keyFile]),
  ...parents.flatMap(({ passwordFile }) => (passwordFile === undefined ? [] : [passwordFile])),
];

/** By path; what cannot be read is left out. */
export async function readSecretFiles(paths: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const read = await Promise.all(
    paths.map(async (path) => [path, await readFile(path, "latin1").catch(() => null)] as const),
  );
  return Object.fromEntries(
    read.filter((each): each is [string, string] => each[1] !== null && each[1].length <= FILE_CHARS_MAX),
  );
}

/** Throws a `Refusal` for a path that is not absolute, or that cannot be written. */
export async function writeSecretFiles(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    if (!isAbsolute(path) || text.length > FILE_CHARS_MAX)
      throw new Refusal("bad-request", `${path} is not written`);
    await writeWholeFile(path, Buffer.from(text, "latin1")).catch((error: Error) => {
      throw new Refusal("not-permitted-here", `cannot write ${path}: ${error.message}`);
    });
  }
}
