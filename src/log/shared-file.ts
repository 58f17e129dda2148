/**
 * A log of few lines that several processes append to: each line is one append of its own, which the kernel
 * keeps whole. The file is opened for each, so that any of them may rotate it.
 */
import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { rotatedName } from "./rotated-name.ts";

const ROTATE_BYTES = 16 * 1024 * 1024;
/** The size is looked at once in so many lines. */
const LOOK_EVERY = 256;

/** Appends a line with its line feed; what cannot be written is lost, and said nowhere. */
export function sharedLog(path: string): (line: string) => void {
  let lines = 0;
  return (line) => {
    try {
      if (lines % LOOK_EVERY === 0) {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        rotateIfLarge(path);
      }
      lines += 1;
      appendFileSync(path, line, { mode: 0o600 });
    } catch {
      // The line is on the terminal as well: a full disk must not end a daemon.
    }
  };
}

function rotateIfLarge(path: string): void {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined || facts.size < ROTATE_BYTES) return;
  renameSync(path, rotatedName(path, facts.mtimeMs, []));
}
