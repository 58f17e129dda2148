/** Where bodies lie: 256 folders, by the low byte of the id, so that none grows without end. */
import { mkdirSync } from "node:fs";

export const BODY_FOLDERS = 256;

export const bodyFolder = (folder: string, index: number): string =>
  `${folder}/bodies/${index.toString(16).padStart(2, "0")}`;

/** A name says the id, so that an orphan can be told from what the index knows. */
export const bodyPath = (folder: string, id: number): string =>
  `${bodyFolder(folder, id % BODY_FOLDERS)}/${id.toString(36)}`;

/** The id that a file's name says, or null where it is none of ours. */
export function idOfName(name: string): number | null {
  if (!/^[0-9a-z]{1,11}$/.test(name)) return null;
  const id = Number.parseInt(name, 36);
  return Number.isSafeInteger(id) && id.toString(36) === name ? id : null;
}

export function makeBodyFolders(folder: string): void {
  for (let index = 0; index < BODY_FOLDERS; index += 1) {
    mkdirSync(bodyFolder(folder, index), { recursive: true, mode: 0o700 });
  }
}
