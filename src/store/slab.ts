/**
 * One file with the bodies that are too large for the index and too small for files of their own. A body takes
 * a run of units; which ones, its record in the index says. The file has no structure besides: what no record
 * names is free (slab-map.ts). A body is written before its record is committed, and its units are free again
 * after the commit that removes the record. So a reader may find other bytes than it looks for, and nothing but
 * the checksum in the record tells it so.
 */
import { closeSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import type { SlabPlace } from "./slab-map.ts";

const pathIn = (folder: string): string => `${folder}/slab`;

/** The file. Calls wait for the page cache or the disk, as the index's do. */
export class SlabFile {
  readonly #fd: number;

  constructor(folder: string, isWriter: boolean) {
    // "a" makes it where it is missing, and would write to its end only.
    if (isWriter) closeSync(openSync(pathIn(folder), "a", 0o600));
    this.#fd = openSync(pathIn(folder), isWriter ? "r+" : "r");
  }

  /** Throws where the disk does not take it. */
  write(body: Buffer, offset: number): void {
    for (let done = 0; done < body.length; ) {
      done += writeSync(this.#fd, body, done, body.length - done, offset + done);
    }
  }

  /** Gives back the room from there on. */
  cut(end: number): void {
    ftruncateSync(this.#fd, end);
  }

  /** The bytes of a place, unchecked; fewer where the file is shorter. */
  read({ offset, bytes }: SlabPlace): Buffer {
    const body = Buffer.allocUnsafeSlow(bytes);
    let done = 0;
    while (done < bytes) {
      const count = readSync(this.#fd, body, done, bytes - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return body.subarray(0, done);
  }

  close(): void {
    closeSync(this.#fd);
  }
}
