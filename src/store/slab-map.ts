/**
 * Which units of the slab are free: for the one thread that writes. A byte a unit. A free run has its length at
 * its first unit and, marked as an end, at its last one; so what is freed joins its neighbours without a search
 * (Knuth's boundary tags), and each length has a list of where its runs begin. A body gets the shortest run
 * that it fits: with bodies of 1 to 64 KiB coming and going, 96 % of the file hold something. Lists may name
 * runs that are gone; the bytes tell.
 */
import { SLAB_CUT_BYTES, SLAB_SPREAD, SLAB_UNIT_BYTES } from "./limits.ts";

const TAKEN = 255;
const INSIDE = 0;
/** Added to the length at a run's last unit, unless that is the first one as well. */
const END = 128;
/** Longer free runs are several, side by side. */
const RUN_UNITS_MAX = 126;
const FIRST_UNITS = 4_096;
/** Lists are made anew when they name so many more runs than there are. */
const STALE_SHARE = 4;
const STALE_MIN = 4_096;

export interface SlabPlace {
  /** Byte of the file. */
  readonly offset: number;
  readonly bytes: number;
}

const unitsOf = (bytes: number): number => Math.ceil(bytes / SLAB_UNIT_BYTES);

/** What a body of that length takes. */
export const slabBytesOf = (bytes: number): number => unitsOf(bytes) * SLAB_UNIT_BYTES;

/** What it counts of the budget: its units and its share of the gaps. */
export const slabCostOf = (bytes: number): number => Math.ceil(slabBytesOf(bytes) * SLAB_SPREAD);

export class SlabMap {
  readonly #unitsMax: number;
  #units: Buffer;
  /** Behind all that is taken. */
  #end = 0;
  /** Where the file may still reach, though nothing is there. */
  #fileEnd = 0;
  #lists: number[][] = emptyLists();
  #runs = 0;
  #listed = 0;

  /** `places`: what records name. One that cannot be is damage, which its reader finds. */
  constructor(bytesMax: number, places: Iterable<SlabPlace> = []) {
    this.#unitsMax = Math.floor(bytesMax / SLAB_UNIT_BYTES);
    this.#units = Buffer.alloc(Math.min(FIRST_UNITS, this.#unitsMax), INSIDE);
    for (const { offset, bytes } of places) {
      const from = Math.floor(offset / SLAB_UNIT_BYTES);
      const to = from + unitsOf(bytes);
      if (!(from >= 0 && from <= to && to <= this.#unitsMax)) continue;
      this.#reach(to);
      this.#units.fill(TAKEN, from, to);
      this.#end = Math.max(this.#end, to);
    }
    this.#fileEnd = this.#end;
    this.#findGaps();
  }

  /** The offset of a run that is taken now, or null where there is none. */
  take(bytes: number): number | null {
    const count = unitsOf(bytes);
    for (let length = count; length <= RUN_UNITS_MAX; length += 1) {
      const at = this.#takeListed(length);
      if (at === null) continue;
      this.#forget(at, length);
      this.#units.fill(TAKEN, at, at + count);
      if (length > count) this.#add(at + count, length - count);
      return at * SLAB_UNIT_BYTES;
    }
    return this.#append(count);
  }

  /** Gives a place back that was taken; anything else is damage, and stays as it is. */
  free({ offset, bytes }: SlabPlace): void {
    const from = Math.floor(offset / SLAB_UNIT_BYTES);
    const to = from + unitsOf(bytes);
    if (!(from >= 0 && from < to && to <= this.#end)) return;
    for (let unit = from; unit < to; unit += 1) if (this.#units[unit] !== TAKEN) return;
    this.#units.fill(INSIDE, from, to);
    for (let at = from; at < to; at += RUN_UNITS_MAX) this.#join(at, Math.min(RUN_UNITS_MAX, to - at));
    this.#cutEnd();
    if (this.#listed > STALE_MIN + STALE_SHARE * this.#runs) this.#findGaps();
  }

  /** Where what is taken ends, when much behind it was freed since the last time; else null. */
  freeEnd(): number | null {
    if ((this.#fileEnd - this.#end) * SLAB_UNIT_BYTES < SLAB_CUT_BYTES) return null;
    this.#fileEnd = this.#end;
    return this.#end * SLAB_UNIT_BYTES;
  }

  /** The start of a run of exactly that length, still listed as free; null where there is none. */
  #takeListed(length: number): number | null {
    const list = this.#lists[length] as number[];
    for (let at = list.pop(); at !== undefined; at = list.pop()) {
      this.#listed -= 1;
      if (at + length <= this.#end && this.#units[at] === length && this.#isEnd(at + length - 1, length))
        return at;
    }
    return null;
  }

  #isEnd(unit: number, length: number): boolean {
    return length === 1 || this.#units[unit] === (END | length);
  }

  #append(count: number): number | null {
    const at = this.#end;
    if (at + count > this.#unitsMax) return null;
    this.#reach(at + count);
    this.#units.fill(TAKEN, at, at + count);
    this.#end = at + count;
    this.#fileEnd = Math.max(this.#fileEnd, this.#end);
    return at * SLAB_UNIT_BYTES;
  }

  /** A run that became free, with the free ones beside it. */
  #join(from: number, count: number): void {
    let [at, length] = [from, count];
    const before = this.#runBefore(at);
    if (before > 0 && before + length <= RUN_UNITS_MAX) {
      this.#forget(at - before, before);
      at -= before;
      length += before;
    }
    const after = this.#runAt(at + length);
    if (after > 0 && after + length <= RUN_UNITS_MAX) {
      this.#forget(at + length, after);
      length += after;
    }
    this.#add(at, length);
  }

  #add(at: number, length: number): void {
    this.#units[at] = length;
    if (length > 1) this.#units[at + length - 1] = END | length;
    (this.#lists[length] as number[]).push(at);
    this.#listed += 1;
    this.#runs += 1;
  }

  /** Takes the marks of a run away; its place in a list stays, and is no longer true. */
  #forget(at: number, length: number): void {
    this.#units[at] = INSIDE;
    this.#units[at + length - 1] = INSIDE;
    this.#runs -= 1;
  }

  /** The length of the free run that begins at a unit; 0 where none does. */
  #runAt(unit: number): number {
    const byte = unit < this.#end ? (this.#units[unit] as number) : TAKEN;
    return byte < END ? byte : 0;
  }

  /** The length of the free run that ends before a unit; 0 where none does. */
  #runBefore(unit: number): number {
    const byte = unit > 0 ? (this.#units[unit - 1] as number) : TAKEN;
    return byte === TAKEN ? 0 : byte > END ? byte - END : byte === 1 ? 1 : 0;
  }

  #cutEnd(): void {
    for (let run = this.#runBefore(this.#end); run > 0; run = this.#runBefore(this.#end)) {
      this.#end -= run;
      this.#forget(this.#end, run);
    }
  }

  /** Makes the lists of what is free before the end. */
  #findGaps(): void {
    this.#lists = emptyLists();
    this.#runs = 0;
    this.#listed = 0;
    for (let at = 0; at < this.#end; ) {
      const taken = this.#units.indexOf(TAKEN, at);
      const end = taken < 0 ? this.#end : Math.min(taken, this.#end);
      this.#units.fill(INSIDE, at, end);
      for (; at < end; at += Math.min(RUN_UNITS_MAX, end - at))
        this.#add(at, Math.min(RUN_UNITS_MAX, end - at));
      while (at < this.#end && this.#units[at] === TAKEN) at += 1;
    }
  }

  /** Has a byte for each unit before `end`. */
  #reach(end: number): void {
    if (this.#units.length >= end) return;
    let length = this.#units.length;
    while (length < end) length *= 2;
    const before = this.#units;
    this.#units = Buffer.alloc(Math.min(length, this.#unitsMax), INSIDE);
    before.copy(this.#units);
  }
}

const emptyLists = (): number[][] => Array.from({ length: RUN_UNITS_MAX + 1 }, () => []);
