/**
 * The index on disk, over LMDB. One thread of the process writes (see index-writer.ts); any thread reads,
 * without locks, from the page cache. The writer uses plain transactions in its own thread: the package's
 * asynchronous ones hang for ever once any other thread of the process that had the index open has ended.
 *
 *   entries  id → record              ids ascend for ever: their order is the order of insertion
 *   keys     hash of key → ids        the newest first, 8 bytes each
 *   files    id → bytes               of the bodies in files: their sum at start, without reading records
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
  readonly #files: Database<Buffer, number>;
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
    this.#files = this.#root.openDB({ name: "files", ...BINARY });
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

  /** Within a transaction. */
  put(id: number, record: Buffer, fileBytes: number): void {
    // Said to be the last, a record fills the page before it; else that page would be split, half empty for ever.
    const isLast = id > this.#lastPutId;
    this.#entries.putSync(id, record, { append: isLast });
    if (isLast) this.#lastPutId = id;
    if (fileBytes === 0) return;
    const bytes = Buffer.alloc(ID_BYTES);
    bytes.writeDoubleLE(fileBytes);
    this.#files.putSync(id, bytes);
  }

  /** Within a transaction. */
  remove(id: number, fileBytes: number): void {
    this.#entries.removeSync(id);
    if (fileBytes > 0) this.#files.removeSync(id);
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

  /** Of all bodies in files. */
  fileBytes(): number {
    let sum = 0;
    for (const { value } of this.#files.getRange()) if (value.length === 8) sum += value.readDoubleLE(0);
    return sum;
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
    for (const db of [this.#entries, this.#keys, this.#files]) bytes += pagesBytes(db.getStats() as Pages);
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
