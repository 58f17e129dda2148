/** Lines of a log from its end to its beginning, over the file and its rotated predecessors. */
import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { namesToRemove } from "./rotated-name.ts";

const CHUNK_BYTES = 256 * 1024;
/** A longer line is cut: its beginning is what is shown. */
const LINE_BYTES_MAX = 64 * 1024;
const LINE_FEED = 0x0a;

export interface LogPart {
  readonly path: string;
  readonly bytes: number;
  /** Bytes of the log before this part. */
  readonly from: number;
}

/** The parts of a log, the oldest first; empty where there is none. */
export async function logParts(path: string): Promise<readonly LogPart[]> {
  const names = await readdir(dirname(path)).catch(() => []);
  const paths = [...namesToRemove(basename(path), names, 0).map((name) => join(dirname(path), name)), path];
  const parts: LogPart[] = [];
  let from = 0;
  for (const each of paths) {
    const facts = await stat(each).catch(() => null);
    if (facts === null || !facts.isFile()) continue;
    parts.push({ path: each, bytes: facts.size, from });
    from += facts.size;
  }
  return parts;
}

export interface LineAt {
  /** Where it begins, from the beginning of the oldest part. */
  readonly at: number;
  /** Without its line feed; valid until the next line is asked for. */
  readonly bytes: Buffer;
}

/** Whole lines before the place `before`, the last first. What is appended meanwhile is not seen. */
export async function* backwardLines(
  parts: readonly LogPart[],
  before = Number.POSITIVE_INFINITY,
): AsyncGenerator<readonly LineAt[]> {
  for (const part of [...parts].reverse()) {
    const end = Math.min(part.bytes, before - part.from);
    if (end <= 0) continue;
    await using file = await open(part.path, "r");
    yield* partLines(file, part, end);
  }
}

/** The lines of one part, a chunk's worth at a time. */
async function* partLines(file: FileHandle, part: LogPart, end: number): AsyncGenerator<readonly LineAt[]> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  /** The beginning of the line whose end is in the chunk after. */
  let tail: Buffer = Buffer.alloc(0);
  let position = end;
  while (position > 0) {
    const size = Math.min(CHUNK_BYTES, position);
    position -= size;
    const { bytesRead } = await file.read(chunk, 0, size, position);
    const text = chunk.subarray(0, bytesRead);
    const lines: LineAt[] = [];
    let to = text.length;
    for (
      let feed = text.lastIndexOf(LINE_FEED);
      feed >= 0;
      feed = feed === 0 ? -1 : text.lastIndexOf(LINE_FEED, feed - 1)
    ) {
      const piece = text.subarray(feed + 1, to);
      const line = tail.length === 0 ? piece : Buffer.concat([piece, tail]);
      tail = Buffer.alloc(0);
      if (line.length > 0) lines.push({ at: part.from + position + feed + 1, bytes: line });
      to = feed;
    }
    // Copied: the chunk is read into again.
    tail = Buffer.concat([text.subarray(0, to), tail]).subarray(0, LINE_BYTES_MAX);
    if (position === 0 && tail.length > 0) lines.push({ at: part.from, bytes: tail });
    if (lines.length > 0) yield lines;
  }
}
