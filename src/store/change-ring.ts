/**
 * A worker's changes on their way to the thread that writes the index: one producer, one consumer, in
 * shared memory, so that nothing is lost or stuck when the worker is terminated at any moment: what is
 * published stays, what is not never was.
 *
 *   word 0: head, published by the producer       word 1: tail, released by the consumer after its commit
 *   from byte 64: changes, each a multiple of 8 bytes: length, kind, id, hash, amount, payload
 *
 * Positions count 8-byte units and wrap at 2^32. A change never wraps around the end: a length of 0 there
 * says "go on at the beginning".
 */
const HEADER_BYTES = 64;

/** Memory for a ring; `bytes` is a power of two, so that positions may wrap. */
export const ringMemory = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(HEADER_BYTES + bytes);
const CHANGE_HEAD_BYTES = 32;
const HEAD = 0;
const TAIL = 1;

export const CHANGE = { put: 1, update: 2, invalidate: 3, remove: 4 } as const;
export type ChangeKind = (typeof CHANGE)[keyof typeof CHANGE];

export interface Change {
  readonly kind: ChangeKind;
  readonly id: number;
  /** Of the key. */
  readonly hash: number;
  /** Bytes of a body's file; 0 where there is none. */
  readonly fileBytes: number;
  /** put: the record; update: the record without its body. */
  readonly payload: Buffer;
}

/** Whether position `a` is at or behind `b`, on a circle of 2^32. */
const isReached = (a: number, b: number): boolean => ((a - b) | 0) >= 0;

export class ChangeRing {
  readonly #words: Int32Array;
  readonly #bytes: Buffer;
  readonly #units: number;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, 2);
    this.#bytes = Buffer.from(memory, HEADER_BYTES);
    this.#units = this.#bytes.length / 8;
  }

  /** The word to wait on for commits. */
  get words(): Int32Array {
    return this.#words;
  }

  /** Behind everything published until now. */
  get head(): number {
    return Atomics.load(this.#words, HEAD);
  }

  static readonly tailWord = TAIL;

  /** Publishes a change; its payload may come in pieces. Returns its position, or null where there is no room. */
  push(change: Omit<Change, "payload">, pieces: readonly Buffer[]): number | null {
    let payloadBytes = 0;
    for (const piece of pieces) payloadBytes += piece.length;
    const units = Math.ceil((CHANGE_HEAD_BYTES + payloadBytes) / 8);
    let head = Atomics.load(this.#words, HEAD) >>> 0;
    const free = this.#units - (((head - Atomics.load(this.#words, TAIL)) | 0) >>> 0);
    const toEnd = this.#units - (head % this.#units);
    const skipped = units > toEnd ? toEnd : 0;
    // One unit stays free, so that full and empty differ and a marker always has its place.
    if (units + skipped + 1 > free) return null;
    const bytes = this.#bytes;
    if (skipped > 0) bytes.writeUInt32LE(0, (head % this.#units) * 8);
    head = (head + skipped) >>> 0;
    const at = (head % this.#units) * 8;
    bytes.writeUInt32LE(CHANGE_HEAD_BYTES + payloadBytes, at);
    bytes.writeUInt32LE(change.kind, at + 4);
    bytes.writeDoubleLE(change.id, at + 8);
    bytes.writeDoubleLE(change.hash, at + 16);
    bytes.writeDoubleLE(change.fileBytes, at + 24);
    let to = at + CHANGE_HEAD_BYTES;
    for (const piece of pieces) {
      bytes.set(piece, to);
      to += piece.length;
    }
    const next = (head + units) | 0;
    Atomics.store(this.#words, HEAD, next);
    return next;
  }

  /** Whether the change that `push` placed at that position is committed (or given up). */
  isDone(position: number): boolean {
    return isReached(Atomics.load(this.#words, TAIL), position);
  }

  /**
   * Takes changes until `take` says no; they stay in place. Returns the position to `release` when they
   * are committed. Payloads are views, valid until then.
   */
  drain(take: (change: Change) => boolean): number {
    const head = Atomics.load(this.#words, HEAD);
    let at = Atomics.load(this.#words, TAIL);
    while (at !== head) {
      const from = ((at >>> 0) % this.#units) * 8;
      const length = this.#bytes.readUInt32LE(from);
      if (length === 0) {
        at = (at + this.#units - ((at >>> 0) % this.#units)) | 0;
        continue;
      }
      const change: Change = {
        kind: this.#bytes.readUInt32LE(from + 4) as ChangeKind,
        id: this.#bytes.readDoubleLE(from + 8),
        hash: this.#bytes.readDoubleLE(from + 16),
        fileBytes: this.#bytes.readDoubleLE(from + 24),
        payload: this.#bytes.subarray(from + CHANGE_HEAD_BYTES, from + length),
      };
      at = (at + Math.ceil(length / 8)) | 0;
      if (!take(change)) break;
    }
    return at;
  }

  /** Gives the room up to that position back and wakes the producer. */
  release(position: number): void {
    if (Atomics.exchange(this.#words, TAIL, position) !== position) Atomics.notify(this.#words, TAIL);
  }
}
