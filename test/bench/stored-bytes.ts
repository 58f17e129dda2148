/** What a cache really holds in its files: budgets are promises. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const BLOCK_BYTES = 512;

/** Bytes that the files under a folder take of their file system; files that go meanwhile count nothing. */
export function storedBytes(folder: string): number {
  let bytes = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }))
    bytes += (statSync(join(folder, name), { throwIfNoEntry: false })?.blocks ?? 0) * BLOCK_BYTES;
  return bytes;
}
