/**
 * Files that the index does not know: their process died between the file and the commit, or between the
 * commit and the removal. Nothing depends on their being gone, so they are looked for in the background,
 * a few names at a time.
 */
import { opendir, unlink } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { BODY_FOLDERS, bodyFolder, idOfName } from "./body-path.ts";
import { SWEEP_STEP_FILES } from "./limits.ts";

export interface SweepOptions {
  readonly folder: string;
  /** Ids from here on belong to this run: their files may still be written. */
  readonly firstId: number;
  readonly isKnown: (id: number) => boolean;
  readonly signal: AbortSignal;
}

async function sweepFolder(path: string, options: SweepOptions): Promise<number> {
  let removed = 0;
  let seen = 0;
  for await (const { name } of await opendir(path)) {
    if (options.signal.aborted) break;
    seen += 1;
    if (seen % SWEEP_STEP_FILES === 0) await nextTurn();
    const id = idOfName(name);
    if (id !== null && (id >= options.firstId || options.isKnown(id))) continue;
    await unlink(`${path}/${name}`);
    removed += 1;
  }
  return removed;
}

/** Removes orphans of earlier runs; returns how many. Rejects where a folder cannot be read. */
export async function sweepOrphans(options: SweepOptions): Promise<number> {
  let removed = 0;
  for (let index = 0; index < BODY_FOLDERS && !options.signal.aborted; index += 1) {
    removed += await sweepFolder(bodyFolder(options.folder, index), options);
  }
  return removed;
}
