/** A thread's view of the store: CacheStore over its memory, its pending changes, the index and the files. */
import { setTimeout as pause } from "node:timers/promises";
import type {
  BodyReader,
  BodySink,
  CacheKey,
  CacheStore,
  EntryWriter,
  PurgeMode,
  PurgeResult,
  PurgeSelector,
  StoredEntry,
  StoreStats,
} from "#caching/cache-store.ts";
import type { StoredResponse } from "#caching/stored-response.ts";
import { blockChecksum, FRAME_BYTES } from "./body-blocks.ts";
import { BodyLoads } from "./body-loads.ts";
import { bodyPath } from "./body-path.ts";
import { BodyPump, memorySource } from "./body-source.ts";
import { CHANGE, type ChangeKind } from "./change-ring.ts";
import { Claims } from "./claims.ts";
import { Entry } from "./entry.ts";
import { EntryLoader } from "./entry-loader.ts";
import { SpoolingWriter, type WriterHost } from "./entry-writer.ts";
import { FileSource } from "./file-source.ts";
import { HotKey, HotTier, NO_GENERATION } from "./hot-tier.ts";
import { keyHash } from "./key-hash.ts";
import {
  CLOSE_TIMEOUT_MS,
  HEAD_BYTES_MAX,
  HOT_BODY_BYTES_MAX,
  HOT_SHARE,
  INLINE_BYTES_MAX,
  READ_BLOCKS,
  SPARE_BODIES_MAX,
  SPARE_BODY_BYTES,
  SPARE_READS_MAX,
  WAKE_FALLBACK_MS,
} from "./limits.ts";
import { PendingChanges } from "./pending-changes.ts";
import { purgeEntries } from "./purge.ts";
import { type BodyPlace, encodeHead, sealWithBody } from "./record.ts";
import { COUNTER, type SharedState } from "./shared-memory.ts";
import { SpareBuffers } from "./spare-buffers.ts";
import type { StoreParts } from "./store-parts.ts";

export class Store implements CacheStore {
  readonly #parts: StoreParts;
  readonly #shared: SharedState;
  readonly #generations: Int32Array;
  readonly #seed: number;
  readonly #hot: HotTier;
  readonly #pending: PendingChanges;
  readonly #loader: EntryLoader;
  readonly #claims: Claims;
  readonly #bodyLoads: BodyLoads;
  readonly #writers = new Map<number, SpoolingWriter>();
  /** Large bodies that are complete but not yet in the index: read from their writers. */
  readonly #announced = new Map<SpoolingWriter, Entry>();
  readonly #replaces = new Map<SpoolingWriter, readonly StoredEntry[]>();
  readonly #host: WriterHost;
  readonly #spareReads = new SpareBuffers(READ_BLOCKS * FRAME_BYTES, SPARE_READS_MAX);
  #inFlightBytes = 0;
  #seenCommits = -1;
  #isClosed = false;

  constructor(parts: StoreParts) {
    this.#parts = parts;
    this.#shared = parts.shared;
    this.#generations = parts.shared.generations;
    this.#seed = parts.shared.get(COUNTER.seed);
    this.#hot = new HotTier(parts.memoryBytesMax * HOT_SHARE, (bytes) =>
      parts.shared.setMemoryBytes(parts.index, bytes),
    );
    this.#pending = new PendingChanges(parts.rings[parts.index] as SharedArrayBuffer, () =>
      parts.shared.ringDoorbell(),
    );
    this.#loader = new EntryLoader(parts, this.#pending);
    this.#claims = new Claims(parts.shared.claims, parts.index);
    this.#host = this.#makeHost();
    const hotBodyBytesMax = Math.min(HOT_BODY_BYTES_MAX, parts.memoryBytesMax / 8);
    this.#bodyLoads = new BodyLoads(this.#hot, hotBodyBytesMax, (entry, to, pump) =>
      this.#fileSource(entry, to, pump),
    );
  }

  find(key: CacheKey): readonly StoredEntry[] {
    const hot = this.#hot.get(key);
    if (hot !== undefined && this.#generations[hot.slot] === hot.generation) return hot.entries;
    return this.#findInIndex(key, hot);
  }

  touch(entry: StoredEntry): void {
    this.#shared.mark(entry.id);
    (entry as Entry).isUsed = true;
  }

  read(entry: StoredEntry, from: number, to: number, sink: BodySink): BodyReader {
    const end = Math.min(to, entry.bodyBytes);
    const writer = this.#writers.get(entry.id);
    if (entry.body === null && writer !== undefined) return writer.readRange(from, end, sink);
    const pump = new BodyPump(from, end, sink);
    if (entry.body === null) {
      pump.start(this.#fileSource(entry as Entry, end, pump));
      this.#bodyLoads.start(entry as Entry);
    } else {
      pump.start(memorySource(entry.body));
    }
    return pump;
  }

  write(
    key: CacheKey,
    response: StoredResponse,
    options: { readonly bodyBytes: number | null; readonly replaces: readonly StoredEntry[] },
  ): EntryWriter | null {
    const bodyBytesMax = Math.min(this.#parts.objectBytesMax, this.#parts.diskBytesMax / 2);
    if (this.#isClosed || (options.bodyBytes ?? 0) > bodyBytesMax) return null;
    const id = this.#shared.takeId();
    // The place of its mark may have been another entry's.
    this.#shared.unmark(id);
    const { bodyBytes } = options;
    const hash = keyHash(key, this.#seed);
    const path = bodyPath(this.#parts.folder, id);
    const writer = new SpoolingWriter({ key, id, hash, bodyBytes, bodyBytesMax, path }, response, this.#host);
    this.#writers.set(id, writer);
    this.#replaces.set(writer, options.replaces);
    return writer;
  }

  update(entry: StoredEntry, response: StoredResponse): void {
    const old = entry as Entry;
    const writer = this.#writers.get(old.id);
    if (writer !== undefined) writer.response = response;
    const head = encodeHead(old, response);
    if (old.bodyIn === "record" && old.body !== null) sealWithBody(head, old.body);
    const checksum = head.readUInt32LE(0);
    const { key, id, hash, bodyBytes, bodyIn, bodyChecksum, body } = old;
    const changed = new Entry({ key, id, hash, response, bodyBytes, checksum, bodyIn, bodyChecksum, body });
    if (writer !== undefined) {
      this.#pending.cover(changed);
      this.#announced.set(writer, changed);
    } else if (head.length <= HEAD_BYTES_MAX) {
      this.#send(CHANGE.update, changed, [head], () => this.#pending.uncover(changed));
      this.#pending.cover(changed);
    }
    this.#forgetGeneration(key);
  }

  remove(entry: StoredEntry): void {
    const gone = entry as Entry;
    const writer = this.#writers.get(gone.id);
    if (writer !== undefined) {
      writer.fail(null);
      return;
    }
    if (this.#send(CHANGE.remove, gone, [], () => this.#pending.unhide(gone))) this.#pending.hide(gone);
    this.#forgetGeneration(gone.key);
  }

  claim(key: CacheKey): boolean {
    return this.#claims.claim(keyHash(key, this.#seed));
  }

  release(key: CacheKey): void {
    this.#claims.release(keyHash(key, this.#seed));
  }

  whenReleased(key: CacheKey, timeoutMs: number, done: () => void): () => void {
    return this.#claims.whenReleased(keyHash(key, this.#seed), timeoutMs, done);
  }

  async purge(selector: PurgeSelector, mode: PurgeMode): Promise<PurgeResult> {
    if (this.#isClosed) return { entries: 0, bytes: 0 };
    await this.#whenWritten();
    const { db, rings, wallMs } = this.#parts;
    return purgeEntries({
      db,
      rings,
      pending: this.#pending,
      hashOf: (key) => keyHash(key, this.#seed),
      isClosed: () => this.#isClosed,
      selector,
      mode,
      wallMs: wallMs(),
    });
  }

  stats(): StoreStats {
    const shared = this.#shared;
    return {
      entries: shared.get(COUNTER.entries),
      memoryBytes: shared.memoryBytes(),
      memoryBytesMax: this.#parts.memoryBytesMax * Math.max(1, shared.workers),
      diskBytes: shared.diskBytes(),
      diskBytesMax: this.#parts.diskBytesMax,
      evictions: shared.get(COUNTER.evictions),
      errors: shared.errors,
      lastError: shared.lastError(),
    };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    for (const writer of [...this.#writers.values()]) writer.abort();
    await this.#whenWritten();
    await this.#pending.whenIdle(CLOSE_TIMEOUT_MS);
    this.#isClosed = true;
    for (const writer of [...this.#writers.values()]) writer.fail(null);
    this.#hot.clear();
    await this.#parts.closeOwned();
    this.#parts.slab.close();
    await this.#parts.db.close();
  }

  /** Bodies that are complete may still be on their way to their files, and then to the index. */
  async #whenWritten(): Promise<void> {
    const limitMs = performance.now() + CLOSE_TIMEOUT_MS;
    while (this.#announced.size > 0 && performance.now() < limitMs) await pause(WAKE_FALLBACK_MS);
  }

  /** Looks at the newest commit. To begin a read of the index costs several look-ups: not for each of them. */
  #refresh(): void {
    const commits = this.#shared.get(COUNTER.commits);
    if (commits === this.#seenCommits) return;
    this.#seenCommits = commits;
    this.#parts.db.refresh();
  }

  /** The index, what is pending laid over it, and into memory with it if it is used again. */
  #findInIndex(key: CacheKey, hot: HotKey | undefined): readonly Entry[] {
    if (this.#isClosed) return [];
    const hash = keyHash(key, this.#seed);
    const slot = this.#shared.generationSlot(hash);
    // Before the look-up: a change that comes in between is then seen the next time.
    const generation = Atomics.load(this.#generations, slot);
    this.#refresh();
    const indexed: Entry[] = [];
    for (const id of this.#parts.db.ids(hash)) {
      const known = hot?.entries.find((entry) => entry.id === id);
      const entry = this.#loader.load(key, hash, id, known);
      if (entry !== null) indexed.push(entry);
    }
    if (this.#pending.has(key)) return this.#pending.apply(key, indexed);
    if (indexed.length === 0) this.#hot.delete(key);
    else if (hot !== undefined || indexed.some(({ id }) => this.#shared.isMarked(id))) {
      this.#hot.set(new HotKey(key, indexed, slot, generation));
    }
    return indexed;
  }

  #fileSource(entry: Entry, to: number, pump: BodyPump): FileSource {
    return new FileSource({
      path: bodyPath(this.#parts.folder, entry.id),
      id: entry.id,
      bodyBytes: entry.bodyBytes,
      to,
      spare: this.#spareReads,
      wake: () => pump.wake(),
      onFault: (error) => {
        // Evicted between the look-up and the read: a miss like any other.
        this.#parts.db.refresh();
        if (this.#isClosed || !this.#parts.db.has(entry.id)) return;
        this.#parts.report("store-read-failed", error);
        this.remove(entry);
      },
    });
  }

  /** A pending change of the key: what is in memory must be looked up again, and again after its commit. */
  #forgetGeneration(key: CacheKey): void {
    const hot = this.#hot.get(key);
    if (hot !== undefined) hot.generation = NO_GENERATION;
  }

  #send(kind: ChangeKind, entry: Entry, pieces: readonly Buffer[], done: () => void): boolean {
    const { id, hash } = entry;
    const fileBytes = entry.bodyIn === "file" && kind === CHANGE.put ? entry.bodyBytes : 0;
    const isSent = this.#pending.push({ kind, id, hash, fileBytes }, pieces, done);
    if (!isSent) this.#parts.report("store-change-dropped", new Error("too many changes wait for the index"));
    return isSent;
  }

  #makeHost(): WriterHost {
    return {
      spareBodies: new SpareBuffers(SPARE_BODY_BYTES, SPARE_BODIES_MAX),
      spareReads: this.#spareReads,
      reserve: (bytes) => this.#reserve(bytes),
      unreserve: (bytes) => this.#addInFlight(-bytes),
      storeSmall: (writer, body) => {
        const { entry, head } = this.#entryOf(writer, body);
        if (entry.bodyIn === "record") sealWithBody(head, body);
        this.#put(writer, new Entry({ ...entry, checksum: head.readUInt32LE(0) }), [head, body]);
      },
      announce: (writer) => {
        const entry = new Entry(this.#entryOf(writer, null).entry);
        this.#announced.set(writer, entry);
        this.#pending.cover(entry);
        this.#forgetGeneration(entry.key);
        this.#replace(writer);
      },
      storeFile: (writer) => {
        const { entry, head } = this.#entryOf(writer, null);
        const announced = this.#announced.get(writer);
        if (announced !== undefined) this.#pending.uncover(announced);
        this.#put(writer, new Entry({ ...entry, checksum: head.readUInt32LE(0) }), [head]);
      },
      gaveUp: (writer, error) => this.#gaveUp(writer, error),
    };
  }

  #entryOf(writer: SpoolingWriter, body: Buffer | null) {
    const { key, id, hash } = writer.task;
    const { response, total: bodyBytes } = writer;
    const bodyIn: BodyPlace = body === null ? "file" : bodyBytes > INLINE_BYTES_MAX ? "slab" : "record";
    const bodyChecksum = bodyIn === "slab" && body !== null ? blockChecksum(body, id, 0) : 0;
    const facts = { key, id, hash, bodyBytes, bodyIn, bodyChecksum };
    const head = encodeHead(facts, response);
    return { entry: { ...facts, response, body, checksum: head.readUInt32LE(0) }, head };
  }

  /** Sends a complete entry to the index. From now on it is removed like any other, its file included. */
  #put(writer: SpoolingWriter, entry: Entry, pieces: readonly Buffer[]): void {
    const done = (): void => {
      this.#pending.uncover(entry);
      writer.settle();
      if (!entry.wasFound) writer.recycle();
    };
    const isStorable = (pieces[0] as Buffer).length <= HEAD_BYTES_MAX;
    if (!isStorable || !this.#send(CHANGE.put, entry, pieces, done)) {
      if (entry.bodyIn === "file") writer.fail(null);
      this.#forget(writer);
      return;
    }
    this.#pending.cover(entry);
    this.#replace(writer);
    this.#forget(writer);
    this.#forgetGeneration(entry.key);
  }

  /** What an entry replaces goes as soon as it may be found itself. */
  #replace(writer: SpoolingWriter): void {
    for (const old of this.#replaces.get(writer) ?? []) this.remove(old);
    this.#replaces.delete(writer);
  }

  #gaveUp(writer: SpoolingWriter, error: Error | null): void {
    if (error !== null) this.#parts.report("store-write-failed", error);
    const announced = this.#announced.get(writer);
    if (announced !== undefined) {
      this.#pending.uncover(announced);
      this.#forgetGeneration(announced.key);
    }
    this.#forget(writer);
  }

  #forget(writer: SpoolingWriter): void {
    this.#writers.delete(writer.task.id);
    this.#announced.delete(writer);
    this.#replaces.delete(writer);
  }

  /** Room for a file that grows: the index's thread evicts; a worker may be one object ahead of it. */
  #reserve(bytes: number): boolean {
    const { diskBytesMax, objectBytesMax } = this.#parts;
    const allowance = Math.min(objectBytesMax, diskBytesMax / 2);
    if (this.#shared.diskBytes() + bytes > diskBytesMax + allowance) return false;
    this.#addInFlight(bytes);
    this.#shared.ringDoorbell();
    return true;
  }

  #addInFlight(bytes: number): void {
    this.#inFlightBytes += bytes;
    this.#shared.setInFlightBytes(this.#parts.index, this.#inFlightBytes);
  }
}
