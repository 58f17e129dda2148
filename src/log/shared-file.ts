/**
 * A log of few lines that several processes append to: each line is one append of its own, which the kernel
 * keeps whole. The file is opened for each, so that any of them may rotate it.
 */
import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { appendFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { rotatedName } from "./rotated-name.ts";

const ROTATE_BYTES = 16 * 1024 * 1024;
/** The size is looked at once in so many lines. */
const LOOK_EVERY = 256;
/** Lines that may wait for the disk. */
const WAITING_MAX = 1_000;
const FILE = { mode: 0o600 } as const;
const FOLDER = { recursive: true, mode: 0o700 } as const;

/** Appends a line with its line feed; what cannot be written is lost, and said nowhere. */
export function sharedLog(path: string): (line: string) => void {
  let lines = 0;
  return (line) => {
    try {
      if (lines % LOOK_EVERY === 0) {
        mkdirSync(dirname(path), FOLDER);
        rotateIfLarge(path);
      }
      lines += 1;
      appendFileSync(path, line, FILE);
    } catch {
      // The line is on the terminal as well: a full disk must not end a daemon.
    }
  };
}

/** As `sharedLog`, for a process that must not wait for a disk: lines queue, and beyond a limit are lost. Rotates nothing. */
export function sharedLogLater(path: string): (line: string) => void {
  const waiting: string[] = [];
  let isWriting = false;
  const writeAll = async (): Promise<void> => {
    isWriting = true;
    await mkdir(dirname(path), FOLDER).catch(() => undefined);
    for (let line = waiting.shift(); line !== undefined; line = waiting.shift())
      await appendFile(path, line, FILE).catch(() => undefined);
    isWriting = false;
  };
  return (line) => {
    if (waiting.length < WAITING_MAX) waiting.push(line);
    if (!isWriting) void writeAll();
  };
}

function rotateIfLarge(path: string): void {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined || facts.size < ROTATE_BYTES) return;
  renameSync(path, rotatedName(path, facts.mtimeMs, []));
}
