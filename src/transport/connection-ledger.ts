/**
 * How many client connections there are, in all and from one address, over all workers: what the limits
 * on connections are judged by. Workers share no objects, so the counts live in shared memory: one
 * region a worker, which only that worker writes, so that the main thread can clear the region of a
 * worker that died. A check sums the regions.
 *
 * Counts by address are a count-min sketch: memory that does not grow with the number of clients, an
 * estimate that is never too low and, at 16 Ki slots in 4 rows under a secret seed, nearly never too high.
 * Two workers that check in the same instant may both accept: a limit can be passed by as many
 * connections as there are workers, less one.
 */
import { assert } from "#base/assert.ts";

const ROWS = 4;
const SLOT_BITS = 14;
const SLOTS = 2 ** SLOT_BITS;

/** Header: the seed, and how many regions are in use. */
const HEADER_WORDS = 2;
const SEED_AT = 0;
const REGIONS_USED_AT = 1;

/** A region: the total, then the rows of the sketch. */
const REGION_WORDS = 1 + ROWS * SLOTS;

export interface ConnectionLimits {
  readonly connectionsMax: number;
  readonly connectionsPerClientMax: number;
}

export type ConnectionVerdict = "ok" | "too-many-connections" | "too-many-client-connections";

/**
 * The memory for up to `workers` workers, 256 KiB each; pages that no worker touches cost nothing.
 * `seed` is a random 32-bit number, so that no client can choose addresses that collide.
 */
export function createLedgerMemory(workers: number, seed: number): SharedArrayBuffer {
  assert(workers >= 1, "a ledger has at least one region");
  const words = HEADER_WORDS + workers * REGION_WORDS;
  const memory = new SharedArrayBuffer(words * Int32Array.BYTES_PER_ELEMENT);
  new Int32Array(memory, 0, HEADER_WORDS)[SEED_AT] = seed | 0;
  return memory;
}

/** One worker's view of the ledger. */
export class ConnectionLedger {
  readonly #words: Int32Array;
  readonly #region: number;
  readonly #seed: number;
  /** Where the address of the last call has its slots, from the start of a region. */
  readonly #slots = new Int32Array(ROWS);

  /** `worker` is the number of the region that this view writes. */
  constructor(memory: SharedArrayBuffer, worker: number) {
    this.#words = new Int32Array(memory);
    this.#region = HEADER_WORDS + worker * REGION_WORDS;
    assert(this.#region + REGION_WORDS <= this.#words.length, "the ledger has a region for the worker");
    this.#seed = this.#words[SEED_AT] as number;
    let used = Atomics.load(this.#words, REGIONS_USED_AT);
    while (used < worker + 1) used = Atomics.compareExchange(this.#words, REGIONS_USED_AT, used, worker + 1);
  }

  /** Counts a new connection from `address`, unless that would pass a limit. */
  tryAdd(address: string, limits: ConnectionLimits): ConnectionVerdict {
    if (this.total() >= limits.connectionsMax) return "too-many-connections";
    this.#locate(address);
    if (this.#estimate() >= limits.connectionsPerClientMax) return "too-many-client-connections";
    this.#change(1);
    return "ok";
  }

  /** Takes back one connection that `tryAdd` accepted in this worker. */
  remove(address: string): void {
    this.#locate(address);
    this.#change(-1);
    assert((this.#words[this.#region] as number) >= 0, "a connection is removed once");
  }

  /** Connections of all workers. */
  total(): number {
    return this.#sum(0);
  }

  /** Connections from that address over all workers; may be too high, never too low. */
  estimate(address: string): number {
    this.#locate(address);
    return this.#estimate();
  }

  /** Forgets the connections of a worker that is dead. The worker must not run any more. */
  clearWorker(worker: number): void {
    const from = HEADER_WORDS + worker * REGION_WORDS;
    this.#words.fill(0, from, from + REGION_WORDS);
  }

  #estimate(): number {
    let least = this.#sum(this.#slots[0] as number);
    for (let row = 1; row < ROWS; row += 1) least = Math.min(least, this.#sum(this.#slots[row] as number));
    return least;
  }

  /** The sum over all regions of the word at `offset`. */
  #sum(offset: number): number {
    const used = Atomics.load(this.#words, REGIONS_USED_AT);
    let sum = 0;
    for (let region = 0; region < used; region += 1) {
      sum += Atomics.load(this.#words, HEADER_WORDS + region * REGION_WORDS + offset);
    }
    return sum;
  }

  #change(amount: number): void {
    Atomics.add(this.#words, this.#region, amount);
    for (const slot of this.#slots) Atomics.add(this.#words, this.#region + slot, amount);
  }

  /** Hashes the address once for each row: FNV-1a under the seed, then a mix (murmur3's) for each row. */
  #locate(address: string): void {
    let hash = this.#seed ^ 0x811c9dc5;
    for (let at = 0; at < address.length; at += 1) {
      hash = Math.imul(hash ^ address.charCodeAt(at), 0x01000193);
      hash ^= hash >>> 15;
    }
    for (let row = 0; row < ROWS; row += 1) {
      let mixed = Math.imul(hash ^ Math.imul(row + 1, 0x9e3779b9) ^ this.#seed, 0x85ebca6b);
      mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
      mixed ^= mixed >>> 16;
      this.#slots[row] = 1 + row * SLOTS + (mixed >>> (32 - SLOT_BITS));
    }
  }
}
