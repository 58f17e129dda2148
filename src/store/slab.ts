/**
 * One file with the bodies that are too large for the index and too small for files of their own. A body takes
 * a run of units; which ones, its record in the index says. The file has no structure besides: what no record
 * names is free. A body is written before its record is committed, and its units are free again after the
 * commit that removes the record. So a reader may find other bytes than it looks for, and nothing but the
 * checksum in the record tells it so.
 */
import { closeSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { SLAB_CUT_BYTES, SLAB_PROBES_MAX, SLAB_UNIT_BYTES } from "./limits.ts";

const FREE = 0;
const TAKEN = 1;
const FIRST_UNITS = 4_096;

export interface SlabPlace {
  /** Byte of the file. */
  readonly offset: number;
  readonly bytes: number;
}

const unitsOf = (bytes: number): number => Math.ceil(bytes / SLAB_UNIT_BYTES);

/** What a body of that length takes. */
export const slabBytesOf = (bytes: number): number => unitsOf(bytes) * SLAB_UNIT_BYTES;

const pathIn = (folder: string): string => `${folder}/slab`;

/** Which units are taken: for the one thread that writes. */
export class SlabMap {
  readonly #unitsMax: number;
  /** A byte a unit: looking for a run is looking for a byte. As long as the part of the file in use. */
  #units: Buffer;
  #next = 0;
  /** Behind all that was ever taken, or is still. */
  #end = 0;

  constructor(bytesMax: number) {
    this.#unitsMax = Math.floor(bytesMax / SLAB_UNIT_BYTES);
    this.#units = Buffer.alloc(Math.min(FIRST_UNITS, this.#unitsMax), FREE);
  }

  /** The offset of a run that is taken now, or null where none is found. */
  take(bytes: number): number | null {
    const count = unitsOf(bytes);
    const at = this.#find(count, this.#next) ?? this.#find(count, 0) ?? this.#grow(count);
    if (at === null) return null;
    this.#units.fill(TAKEN, at, at + count);
    this.#next = at + count;
    this.#end = Math.max(this.#end, this.#next);
    return at * SLAB_UNIT_BYTES;
  }

  /** A place that a record names. One that cannot be is damage, which its reader finds. */
  mark({ offset, bytes }: SlabPlace): void {
    const from = Math.floor(offset / SLAB_UNIT_BYTES);
    const to = from + unitsOf(bytes);
    if (!(from >= 0 && from <= to && to <= this.#unitsMax)) return;
    while (this.#units.length < to) this.#double();
    this.#units.fill(TAKEN, from, to);
    this.#end = Math.max(this.#end, to);
  }

  free({ offset, bytes }: SlabPlace): void {
    const from = Math.floor(offset / SLAB_UNIT_BYTES);
    const to = from + unitsOf(bytes);
    if (from >= 0 && from <= to && to <= this.#units.length) this.#units.fill(FREE, from, to);
  }

  /** Where what is taken ends, when much behind it was freed since the last time; else null. */
  freeEnd(): number | null {
    const end = this.#end === 0 ? 0 : this.#units.lastIndexOf(TAKEN, this.#end - 1) + 1;
    if ((this.#end - end) * SLAB_UNIT_BYTES < SLAB_CUT_BYTES) return null;
    this.#end = end;
    this.#next = Math.min(this.#next, end);
    return end * SLAB_UNIT_BYTES;
  }

  /** The first long enough run of a few behind `from`. */
  #find(count: number, from: number): number | null {
    let at = this.#units.indexOf(FREE, from);
    for (let probes = 0; at >= 0 && probes < SLAB_PROBES_MAX; probes += 1) {
      const end = this.#units.indexOf(TAKEN, at);
      if ((end < 0 ? this.#units.length : end) - at >= count) return at;
      at = end < 0 ? -1 : this.#units.indexOf(FREE, end);
    }
    return null;
  }

  #grow(count: number): number | null {
    const before = this.#units.length;
    if (before >= this.#unitsMax) return null;
    this.#double();
    return this.#find(count, before);
  }

  #double(): void {
    const before = this.#units;
    this.#units = Buffer.alloc(Math.min(before.length * 2, Math.max(this.#unitsMax, before.length)), FREE);
    before.copy(this.#units);
  }
}

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
