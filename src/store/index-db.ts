/**
 * The index on disk, over LMDB. One thread of the process writes (see index-writer.ts); any thread reads,
 * without locks, from the page cache. The writer uses plain transactions in its own thread: the package's
 * asynchronous ones hang for ever once any other thread of the process that had the index open has ended.
 *
 *   entries  id → record              ids ascend for ever: their order is the order of insertion
 *   keys     hash of key → ids        the newest first, 8 bytes each
 *   bodies   id → bytes[, offset]     of the bodies elsewhere, in files and in the slab (with their places
 *                                     there): known at start without reading records
 *   meta     "run", "seed"
 */
import { type Database, open, type RootDatabase } from "lmdb";

const BINARY = { encoding: "binary", cache: false } as const;
/** Commit without a sync: `sync` follows. The package's own name for it is missing in its types. */
const COMMIT_WITHOUT_SYNC = 0x10002;
const ID_BYTES = 8;

interface Pages {
  readonly pageSize: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
  readonly entryCount: number;
}

interface Syncable {
  sync(done: (error: unknown) => void): void;
}

const pagesBytes = (stats: Pages): number =>
  stats.pageSize * (stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages);

/** A body that is not in its record. */
export interface BodyOutside {
  readonly bytes: number;
  /** In the slab; null for a file. */
  readonly offset: number | null;
}

const bodyOutsideOf = (value: Buffer, length: number): BodyOutside => ({
  bytes: value.readDoubleLE(0),
  offset: length < 2 * ID_BYTES ? null : value.readDoubleLE(ID_BYTES),
});

export interface IndexDbOptions {
  readonly folder: string;
  readonly isWriter: boolean;
  /** The most that the index may ever take, free pages included. */
  readonly mapBytes: number;
}

export class IndexDb {
  readonly #root: RootDatabase<Buffer, string>;
  readonly #entries: Database<Buffer, number>;
  readonly #keys: Database<Buffer, number>;
  readonly #bodies: Database<Buffer, number>;
  readonly #meta: Database<Buffer, string>;
  #lastPutId: number;

  constructor(options: IndexDbOptions) {
    const readOnly = !options.isWriter;
    this.#root = open({
      path: `${options.folder}/index`,
      mapSize: options.mapBytes,
      maxDbs: 8,
      maxReaders: 512,
      readOnly,
      ...BINARY,
    });
    this.#entries = this.#root.openDB({ name: "entries", ...BINARY });
    this.#keys = this.#root.openDB({ name: "keys", ...BINARY });
    this.#bodies = this.#root.openDB({ name: "bodies", ...BINARY });
    this.#meta = this.#root.openDB({ name: "meta", ...BINARY });
    this.#lastPutId = this.lastId();
  }

  /** The ids of a key's hash, the newest first. */
  ids(hash: number): readonly number[] {
    const bytes = this.#keys.getBinary(hash);
    const ids: number[] = [];
    if (bytes === undefined) return ids;
    for (let at = 0; at + ID_BYTES <= bytes.length; at += ID_BYTES) ids.push(bytes.readDoubleLE(at));
    return ids;
  }

  /** Lets the following reads of this turn see what was committed until now. */
  refresh(): void {
    this.#root.resetReadTxn();
  }

  /** A copy of the record, unchecked. */
  record(id: number): Buffer | undefined {
    return this.#entries.getBinary(id);
  }

  /** The record in a buffer that the next call overwrites, unchecked. Its methods know its length. */
  peek(id: number): Buffer | undefined {
    const bytes = this.#entries.getBinaryFast(id);
    return bytes?.subarray(0, bytes.length);
  }

  /** Up to `limit` ids above `id`, ascending. */
  idsAfter(id: number, limit: number): readonly number[] {
    return [...this.#entries.getKeys({ start: id, exclusiveStart: true, limit })];
  }

  has(id: number): boolean {
    return this.#entries.doesExist(id);
  }

  /** Runs `work` in one transaction. Throws, with nothing changed, where it cannot be committed. */
  transaction(work: () => void): void {
    this.#root.transactionSync(work, COMMIT_WITHOUT_SYNC as never);
  }

  /** Within a transaction. `body`: the place of one that is not in the record. */
  put(id: number, record: Buffer, body: BodyOutside | null): void {
    // Said to be the last, a record fills the page before it; else that page would be split, half empty for ever.
    const isLast = id > this.#lastPutId;
    this.#entries.putSync(id, record, { append: isLast });
    if (isLast) this.#lastPutId = id;
    if (body === null) return;
    const bytes = Buffer.allocUnsafe(body.offset === null ? ID_BYTES : 2 * ID_BYTES);
    bytes.writeDoubleLE(body.bytes, 0);
    if (body.offset !== null) bytes.writeDoubleLE(body.offset, ID_BYTES);
    this.#bodies.putSync(id, bytes);
  }

  /** Within a transaction. */
  remove(id: number, hasBodyOutside: boolean): void {
    this.#entries.removeSync(id);
    if (hasBodyOutside) this.#bodies.removeSync(id);
  }

  /** Within a transaction. */
  setIds(hash: number, ids: readonly number[]): void {
    if (ids.length === 0) {
      this.#keys.removeSync(hash);
      return;
    }
    const bytes = Buffer.allocUnsafeSlow(ids.length * ID_BYTES);
    for (let index = 0; index < ids.length; index += 1) bytes.writeDoubleLE(ids[index] as number, index * 8);
    this.#keys.putSync(hash, bytes);
  }

  number(name: "run" | "seed"): number {
    const bytes = this.#meta.getBinary(name);
    return bytes === undefined || bytes.length !== 8 ? 0 : bytes.readDoubleLE(0);
  }

  setNumber(name: "run" | "seed", value: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    this.#meta.putSync(name, bytes);
  }

  /** Where the entry's body is; null where it is in its record. */
  bodyOutside(id: number): BodyOutside | null {
    const value = this.#bodies.getBinaryFast(id);
    return value === undefined ? null : bodyOutsideOf(value, value.length);
  }

  /** All bodies that are not in their records. */
  *bodiesOutside(): Iterable<BodyOutside> {
    for (const { value } of this.#bodies.getRange()) {
      yield bodyOutsideOf(value, value.length);
    }
  }

  lastId(): number {
    for (const id of this.#entries.getKeys({ reverse: true, limit: 1 })) return id;
    return 0;
  }

  entryCount(): number {
    return (this.#entries.getStats() as Pages).entryCount;
  }

  /** Pages in use, without the free ones. */
  usedBytes(): number {
    let bytes = 0;
    for (const db of [this.#entries, this.#keys, this.#bodies]) bytes += pagesBytes(db.getStats() as Pages);
    return bytes;
  }

  /** Makes what was committed survive a loss of power. Runs beside this thread. */
  sync(done: (error: unknown) => void): void {
    (this.#root as unknown as Syncable).sync(done);
  }

  async close(): Promise<void> {
    await this.#root.close();
  }
}
