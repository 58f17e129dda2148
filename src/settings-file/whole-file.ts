/** Files that are there whole or not at all, also after a power cut. */
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

const NEW_SUFFIX = ".new";

/** Writes beside the place, syncs, renames, and syncs the folder. Throws what the system says. */
export async function writeWholeFile(path: string, data: string | Uint8Array, mode = 0o600): Promise<void> {
  const made = path + NEW_SUFFIX;
  {
    await using file = await open(made, "w", mode);
    await file.writeFile(data);
    await file.sync();
  }
  await rename(made, path);
  await syncFolder(dirname(path));
}

/** Removes a file for good; one that is not there is no error. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncFolder(dirname(path));
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, "r");
  await folder.sync();
}
