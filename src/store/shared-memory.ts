/**
 * What all threads of the store share. The supervisor makes it, before the workers; plain data, so that it
 * can be handed to a worker. It holds no responses: those are in the index, the files and each worker's memory.
 */
import { ringMemory } from "./change-ring.ts";
import { RING_BYTES } from "./limits.ts";

/** Counters of keys: a key's counter changes when anything of that key changed. */
const GENERATIONS = 1 << 20;
/** Visited marks of entries, by the low bits of their ids. */
const MARKS = 1 << 22;
/** Claims on keys that are being fetched. */
const CLAIMS = 1 << 14;
const ERROR_TEXT_BYTES = 512;

export interface StoreMemory {
  /** Worker threads; the supervisor has index `workers`. */
  readonly workers: number;
  readonly generations: SharedArrayBuffer;
  readonly marks: SharedArrayBuffer;
  readonly claims: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
  readonly amounts: SharedArrayBuffer;
  readonly lastError: SharedArrayBuffer;
  /** One for each worker and one for the supervisor. */
  readonly rings: readonly SharedArrayBuffer[];
}

/** Places in `counters` (32 bits). */
export const COUNTER = {
  /** Rung by who has work for the index. */
  doorbell: 0,
  evictions: 1,
  errors: 2,
  entries: 3,
  errorTextBytes: 4,
  /** 1 once the index is open for the others. */
  isReady: 5,
  seed: 6,
  /** Moves with each commit, before the counters of the keys do. */
  commits: 7,
} as const;

/** Places in `amounts` (doubles, each with one writer). Those of the workers follow. */
const AMOUNT = { indexBytes: 0, fileBytes: 1, perWorker: 2 } as const;
const WORKER_AMOUNTS = 2;

/** Makes the shared part of a store for that many workers. */
export function createStoreMemory(workers: number): StoreMemory {
  return {
    workers,
    generations: new SharedArrayBuffer(GENERATIONS * 4),
    marks: new SharedArrayBuffer(MARKS),
    claims: new SharedArrayBuffer(CLAIMS * 4),
    counters: new SharedArrayBuffer(16 * 4),
    amounts: new SharedArrayBuffer((AMOUNT.perWorker + WORKER_AMOUNTS * (workers + 1)) * 8),
    lastError: new SharedArrayBuffer(ERROR_TEXT_BYTES),
    rings: Array.from({ length: workers + 1 }, () => ringMemory(RING_BYTES)),
  };
}

/** Typed views of the shared memory, one object a thread. */
export class SharedState {
  readonly workers: number;
  readonly generations: Int32Array;
  readonly marks: Uint8Array;
  readonly claims: Int32Array;
  readonly counters: Int32Array;
  readonly #amounts: Float64Array;
  readonly #lastError: Uint8Array;
  /** The next id; one lane of 64 bits behind the 32-bit counters. */
  readonly #nextId: BigInt64Array;

  constructor(memory: StoreMemory) {
    this.workers = memory.workers;
    this.generations = new Int32Array(memory.generations);
    this.marks = new Uint8Array(memory.marks);
    this.claims = new Int32Array(memory.claims);
    this.counters = new Int32Array(memory.counters, 0, 8);
    this.#nextId = new BigInt64Array(memory.counters, 32, 1);
    this.#amounts = new Float64Array(memory.amounts);
    this.#lastError = new Uint8Array(memory.lastError);
  }

  add(counter: (typeof COUNTER)[keyof typeof COUNTER], by = 1): void {
    Atomics.add(this.counters, counter, by);
  }

  get(counter: (typeof COUNTER)[keyof typeof COUNTER]): number {
    return Atomics.load(this.counters, counter);
  }

  /** Wakes the thread that writes the index. */
  ringDoorbell(): void {
    this.add(COUNTER.doorbell);
    Atomics.notify(this.counters, COUNTER.doorbell);
  }

  startIds(from: number): void {
    Atomics.store(this.#nextId, 0, BigInt(from));
  }

  takeId(): number {
    return Number(Atomics.add(this.#nextId, 0, 1n));
  }

  /** The place of a key's counter. */
  generationSlot(hash: number): number {
    return hash % GENERATIONS;
  }

  bumpGeneration(hash: number): void {
    Atomics.add(this.generations, hash % GENERATIONS, 1);
  }

  mark(id: number): void {
    const at = id % MARKS;
    // Looked at first: a line that all workers only read stays in all their caches.
    if (this.marks[at] === 0) this.marks[at] = 1;
  }

  isMarked(id: number): boolean {
    return this.marks[id % MARKS] === 1;
  }

  unmark(id: number): void {
    this.marks[id % MARKS] = 0;
  }

  setIndexBytes(bytes: number): void {
    this.#amounts[AMOUNT.indexBytes] = bytes;
  }

  setFileBytes(bytes: number): void {
    this.#amounts[AMOUNT.fileBytes] = bytes;
  }

  /** Bytes of files that this worker is writing and the index does not know yet. */
  setInFlightBytes(worker: number, bytes: number): void {
    this.#amounts[AMOUNT.perWorker + WORKER_AMOUNTS * worker] = bytes;
  }

  setMemoryBytes(worker: number, bytes: number): void {
    this.#amounts[AMOUNT.perWorker + WORKER_AMOUNTS * worker + 1] = bytes;
  }

  memoryBytesOf(worker: number): number {
    return worker < this.workers ? this.#amount(AMOUNT.perWorker + WORKER_AMOUNTS * worker + 1) : 0;
  }

  memoryBytes(): number {
    return this.#sum(1);
  }

  /** Index, files, and files that are being written. */
  diskBytes(): number {
    return this.#amount(AMOUNT.indexBytes) + this.#amount(AMOUNT.fileBytes) + this.#sum(0);
  }

  inFlightBytes(): number {
    return this.#sum(0);
  }

  get errors(): number {
    return this.get(COUNTER.errors);
  }

  recordError(text: string): void {
    const bytes = Buffer.from(text).subarray(0, ERROR_TEXT_BYTES);
    this.#lastError.set(bytes);
    Atomics.store(this.counters, COUNTER.errorTextBytes, bytes.length);
    this.add(COUNTER.errors);
  }

  lastError(): string | null {
    const length = this.get(COUNTER.errorTextBytes);
    return length === 0 ? null : Buffer.from(this.#lastError.slice(0, length)).toString();
  }

  #amount(at: number): number {
    return this.#amounts[at] ?? 0;
  }

  #sum(which: number): number {
    let sum = 0;
    for (let worker = 0; worker <= this.workers; worker += 1) {
      sum += this.#amount(AMOUNT.perWorker + WORKER_AMOUNTS * worker + which);
    }
    return sum;
  }
}
