/**
 * Keys of the pair that were given or made here, each in a file of its own: settings name the file, so that a key
 * comes and goes with a generation of them, and a roll-back has the old one.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { removeFile, writeWholeFile } from "#settings-file/whole-file.ts";

const FOLDER = "pair-keys";
/** 256 bits, as a word that can be copied. */
const KEY_BYTES = 32;
/** The older ones go, but for the one that is in use. */
const KEPT_MAX = 16;

/** A key that nobody could guess. */
export const makePairKey = (): string => randomBytes(KEY_BYTES).toString("base64url");

/** Writes a key; the path of its file. `inUse` is the path that the settings name now. Throws what the system says. */
export async function keepPairKey(stateDir: string, key: string, inUse: string | undefined): Promise<string> {
  const folder = join(stateDir, FOLDER);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${randomBytes(6).toString("hex")}.key`);
  await writeWholeFile(path, `${key}\n`);
  await forgetOldest(folder, [path, inUse ?? ""]);
  return path;
}

async function forgetOldest(folder: string, kept: readonly string[]): Promise<void> {
  const files = (await readdir(folder)).map((name) => join(folder, name));
  const dated = await Promise.all(files.map(async (path) => ({ path, ms: (await stat(path)).mtimeMs })));
  const oldestLast = dated.sort((a, b) => b.ms - a.ms).map(({ path }) => path);
  for (const path of oldestLast.slice(KEPT_MAX)) if (!kept.includes(path)) await removeFile(path);
}
