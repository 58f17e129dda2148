/**
 * The one thread that changes the index: it takes the changes of all workers out of their rings, a bounded
 * lot at a time, and commits each lot as one transaction. It keeps the byte budget: before something is put
 * in, as much goes as is needed. After a commit the generation counters of the keys are bumped, so that every
 * worker's next look-up sees the change; only then are the bodies' files removed.
 */
import { unlink } from "node:fs";
import { bodyPath } from "./body-path.ts";
import { CHANGE, type Change, ChangeRing } from "./change-ring.ts";
import { DiskReserve } from "./disk-reserve.ts";
import type { ReportFault } from "./faults.ts";
import type { IndexDb } from "./index-db.ts";
import {
  COMMIT_DELAY_MS,
  ENTRIES_PER_KEY_MAX,
  EVICTION_STEPS_MAX,
  EVICTIONS_MAX,
  HEAD_BYTES_MAX,
  RELIEF_MS,
  RELIEF_SHARE,
  RESERVE_BYTES,
  SLAB_BYTES_MAX,
  SYNC_INTERVAL_MS,
  TRANSACTION_BYTES_MAX,
  TRANSACTION_CHANGES_MAX,
} from "./limits.ts";
import { Lot } from "./lot.ts";
import {
  bodyOf,
  FIXED_BYTES,
  fileBodyBytesOf,
  hashOf,
  headOf,
  invalidate,
  isIntact,
  keepInRecord,
  placeInSlab,
  slabPlaceOf,
  withBodyOf,
} from "./record.ts";
import { COUNTER, type SharedState } from "./shared-memory.ts";
import { type SieveOrder, sieveVictim } from "./sieve.ts";
import type { SlabFile } from "./slab.ts";
import { SlabMap, type SlabPlace, slabCostOf } from "./slab-map.ts";

/** Ids that the hand reads from the index at once. */
const HAND_IDS = 256;
/** A page holds whole records: what one costs beside its own bytes, and from where on it has pages of its own. */
const RECORD_OVERHEAD_BYTES = 96;
const PAGE_BYTES = 4096;
const OVERFLOW_FROM_BYTES = 2000;

/** What a record takes in the index, about; the true figure is read after each commit. */
const costOf = (bytes: number): number =>
  bytes < OVERFLOW_FROM_BYTES
    ? bytes + RECORD_OVERHEAD_BYTES
    : Math.ceil((bytes + 16) / PAGE_BYTES) * PAGE_BYTES + RECORD_OVERHEAD_BYTES;

export interface IndexWriterOptions {
  readonly folder: string;
  readonly diskBytesMax: number;
  readonly db: IndexDb;
  readonly slab: SlabFile;
  readonly shared: SharedState;
  readonly rings: readonly SharedArrayBuffer[];
  readonly report: ReportFault;
}

/** At start: the places in the slab that records name; tells what those and the files count. */
function* placesInSlab(db: IndexDb, count: (bytes: number) => void): Generator<SlabPlace> {
  for (const { bytes, offset } of db.bodiesOutside()) {
    count(offset === null ? bytes : slabCostOf(bytes));
    if (offset !== null) yield { offset, bytes };
  }
}

export class IndexWriter {
  readonly #options: IndexWriterOptions;
  readonly #rings: readonly ChangeRing[];
  readonly #slabMap: SlabMap;
  readonly #reserve: DiskReserve;
  /** Where the records of one lot stand until they are committed. */
  readonly #stage = Buffer.allocUnsafeSlow(TRANSACTION_BYTES_MAX + SLAB_BYTES_MAX + HEAD_BYTES_MAX);
  /** The budget, or less while the disk is full. */
  #bytesMax: number;
  #reliefTimer: NodeJS.Timeout | null = null;
  #outsideBytes: number;
  #indexBytes: number;
  #isClosed = false;
  #isAwake = false;
  /** What the doorbell said before the rings were last looked at. */
  #seenDoorbell = 0;
  #firstRing = 0;
  #handIds: readonly number[] = [];
  #handAt = 0;
  #isSyncing = false;
  #isDirty = false;
  #syncTimer: NodeJS.Timeout | null = null;

  constructor(options: IndexWriterOptions) {
    this.#options = options;
    this.#rings = options.rings.map((memory) => new ChangeRing(memory));
    this.#bytesMax = options.diskBytesMax;
    this.#reserve = new DiskReserve(options.folder);
    this.#reserve.fill();
    let outsideBytes = 0;
    const places = placesInSlab(options.db, (bytes) => {
      outsideBytes += bytes;
    });
    this.#slabMap = new SlabMap(options.diskBytesMax, places);
    this.#outsideBytes = outsideBytes;
    this.#indexBytes = options.db.usedBytes();
    this.#publish();
    this.#wakeSoon();
  }

  /** Looks at the rings soon. */
  #wakeSoon(): void {
    if (this.#isAwake || this.#isClosed) return;
    this.#isAwake = true;
    setTimeout(() => this.#run(), COMMIT_DELAY_MS);
  }

  /** Commits what is in the rings, durably. */
  async close(): Promise<void> {
    while (this.#commitLot());
    this.#isClosed = true;
    if (this.#syncTimer !== null) clearTimeout(this.#syncTimer);
    if (this.#reliefTimer !== null) clearTimeout(this.#reliefTimer);
    this.#options.shared.ringDoorbell();
    await new Promise<void>((resolve) => this.#options.db.sync(() => resolve()));
  }

  /**
   * Waits for the doorbell without holding the process. Not while work is under way: a waiter that is woken for
   * each change costs its ringer more than the change.
   */
  #wait(): void {
    const { counters } = this.#options.shared;
    const wait = Atomics.waitAsync(counters, COUNTER.doorbell, this.#seenDoorbell);
    if (!wait.async) this.#wakeSoon();
    else void wait.value.then(() => this.#wakeSoon());
  }

  #run(): void {
    if (this.#isClosed) return;
    this.#seenDoorbell = Atomics.load(this.#options.shared.counters, COUNTER.doorbell);
    // More than one lot: the next without delay, but others in this thread come first.
    if (this.#commitLot()) {
      setImmediate(() => this.#run());
      return;
    }
    this.#isAwake = false;
    this.#wait();
  }

  /** Commits one lot; false when there was nothing to do. */
  #commitLot(): boolean {
    const lot = new Lot();
    const drained: { readonly ring: ChangeRing; readonly position: number }[] = [];
    const changes: Change[] = [];
    const hasRoom = (): boolean => lot.changes < TRANSACTION_CHANGES_MAX && lot.bytes < TRANSACTION_BYTES_MAX;
    for (let turn = 0; turn < this.#rings.length && hasRoom(); turn += 1) {
      const ring = this.#rings[(this.#firstRing + turn) % this.#rings.length] as ChangeRing;
      const position = ring.drain((change) => {
        changes.push(change);
        lot.changes += 1;
        lot.bytes += change.payload.length;
        return hasRoom();
      });
      drained.push({ ring, position });
    }
    this.#firstRing = (this.#firstRing + 1) % this.#rings.length;
    if (changes.length === 0 && !this.#isOverBudget(lot, 0)) return false;
    const isCommitted = this.#commit(lot, changes);
    for (const { ring, position } of drained) ring.release(position);
    return changes.length > 0 || (isCommitted && lot.evictions > 0);
  }

  #commit(lot: Lot, changes: readonly Change[]): boolean {
    const { db, report, shared } = this.#options;
    try {
      db.transaction(() => {
        for (const change of changes) this.#apply(lot, change);
        this.#makeRoom(lot, 0);
      });
    } catch (error) {
      report("store-commit-failed", error);
      for (const place of lot.taken) this.#slabMap.free(place);
      this.#giveUp(changes);
      this.#relieve();
      return false;
    }
    shared.add(COUNTER.commits);
    this.#outsideBytes += lot.outsideBytes;
    this.#indexBytes = db.usedBytes();
    this.#publish();
    shared.add(COUNTER.evictions, lot.evictions);
    for (const hash of lot.hashes) shared.bumpGeneration(hash);
    for (const id of lot.removedFiles) this.#unlink(id);
    this.#freeSlab(lot.freed);
    if (lot.changes === 0 || lot.evictions === 0) this.#reserve.fill();
    this.#syncSoon();
    return true;
  }

  /**
   * The disk has less than the budget: holds less for a while, but what the reserve gives at least. The index writes
   * before it frees, so that it needs room to make room: the reserve gives it.
   */
  #relieve(): void {
    const held = this.#indexBytes + this.#outsideBytes;
    this.#bytesMax = Math.min(this.#bytesMax, Math.max(held * RELIEF_SHARE, RESERVE_BYTES));
    this.#reserve.release();
    if (this.#reliefTimer !== null) return;
    this.#reliefTimer = setTimeout(() => {
      this.#reliefTimer = null;
      this.#bytesMax = this.#options.diskBytesMax;
    }, RELIEF_MS);
    this.#reliefTimer.unref();
  }

  /** Nothing of these was committed: the files of new bodies belong to nobody now. */
  #giveUp(changes: readonly Change[]): void {
    for (const { kind, id, hash, fileBytes } of changes) {
      if (kind === CHANGE.put && fileBytes > 0) this.#unlink(id);
      this.#options.shared.bumpGeneration(hash);
    }
    // The hand may have passed entries that are still there: it meets them in the next round.
  }

  #apply(lot: Lot, change: Change): void {
    lot.hashes.add(change.hash);
    if (change.kind === CHANGE.put) this.#put(lot, change);
    else if (change.kind === CHANGE.remove) this.#remove(lot, change.id);
    else this.#change(lot, change);
  }

  #put(lot: Lot, { id, hash, fileBytes, payload }: Change): void {
    const { db } = this.#options;
    const isForSlab = slabPlaceOf(payload) !== null;
    const bodyBytes = isForSlab ? bodyOf(payload).length : fileBytes;
    const recordBytes = isForSlab ? headOf(payload).length : payload.length;
    this.#makeRoom(lot, costOf(recordBytes) + (isForSlab ? slabCostOf(bodyBytes) : fileBytes));
    // By age, not by arrival: a large body may come in after a later small one.
    const ids = [id, ...db.ids(hash)].sort((a, b) => b - a);
    for (const oldest of ids.slice(ENTRIES_PER_KEY_MAX)) this.#remove(lot, oldest);
    const place = isForSlab ? this.#takeSlab(lot, bodyOf(payload)) : null;
    const record = this.#outOfRing(lot, place === null ? payload : headOf(payload));
    if (place !== null) placeInSlab(record, place.offset);
    else if (isForSlab) keepInRecord(headOf(record), bodyOf(record));
    db.put(id, record, place ?? (fileBytes > 0 ? { bytes: fileBytes, offset: null } : null));
    db.setIds(hash, ids.slice(0, ENTRIES_PER_KEY_MAX));
    lot.indexBytes += costOf(record.length);
    lot.outsideBytes += place === null ? fileBytes : slabCostOf(bodyBytes);
  }

  #freeSlab(places: readonly SlabPlace[]): void {
    for (const place of places) this.#slabMap.free(place);
    const end = places.length === 0 ? null : this.#slabMap.freeEnd();
    if (end !== null) this.#options.slab.cut(end);
  }

  /** Writes a body into the slab; null where no gap fits it. Throws where the disk does not take it. */
  #takeSlab(lot: Lot, body: Buffer): SlabPlace | null {
    const offset = this.#slabMap.take(body.length);
    if (offset === null) return null;
    const place = { offset, bytes: body.length };
    lot.taken.push(place);
    this.#options.slab.write(body, offset);
    return place;
  }

  /** The index keeps a pointer to what it writes until the commit, and cannot have one into shared memory. */
  #outOfRing(lot: Lot, payload: Buffer): Buffer {
    const from = lot.stagedBytes;
    if (from + payload.length > this.#stage.length) return Buffer.from(payload);
    lot.stagedBytes += payload.length;
    this.#stage.set(payload, from);
    return this.#stage.subarray(from, lot.stagedBytes);
  }

  /** Another head before the same body, or a mark in the head. */
  #change(lot: Lot, { kind, id, payload }: Change): void {
    const { db } = this.#options;
    const record = db.record(id);
    if (record === undefined) return;
    if (!isIntact(record)) {
      this.#remove(lot, id);
      return;
    }
    const place = slabPlaceOf(record);
    const fileBytes = fileBodyBytesOf(record);
    const outside = place ?? (fileBytes > 0 ? { bytes: fileBytes, offset: null } : null);
    if (kind === CHANGE.invalidate) {
      invalidate(record);
      db.put(id, record, outside);
      return;
    }
    const changed = withBodyOf(record, payload);
    this.#makeRoom(lot, Math.max(0, costOf(changed.length) - costOf(record.length)));
    if (db.has(id)) db.put(id, changed, outside);
  }

  /** Removes an entry, its place under its key and, after the commit, its file; false where it is gone already. */
  #remove(lot: Lot, id: number): boolean {
    const { db } = this.#options;
    const record = db.peek(id);
    if (record === undefined) return false;
    const recordBytes = record.length;
    // A damaged record may lie about it: then `find` drops the id.
    const isWhole = record.length >= FIXED_BYTES;
    const hash = isWhole ? hashOf(record) : 0;
    const outside = db.bodyOutside(id);
    db.remove(id, outside !== null);
    const ids = db.ids(hash);
    if (ids.includes(id))
      db.setIds(
        hash,
        ids.filter((other) => other !== id),
      );
    lot.hashes.add(hash);
    lot.indexBytes -= costOf(recordBytes);
    if (outside === null) return true;
    if (outside.offset === null) lot.removedFiles.push(id);
    else lot.freed.push({ bytes: outside.bytes, offset: outside.offset });
    lot.outsideBytes -= outside.offset === null ? outside.bytes : slabCostOf(outside.bytes);
    return true;
  }

  #isOverBudget(lot: Lot, more: number): boolean {
    const held = this.#indexBytes + lot.indexBytes + this.#outsideBytes + lot.outsideBytes;
    return held + this.#options.shared.inFlightBytes() + more > this.#bytesMax;
  }

  #makeRoom(lot: Lot, bytes: number): void {
    const { shared } = this.#options;
    const order: SieveOrder<number> = {
      next: () => this.#nextOfHand(),
      isMarked: (id) => shared.isMarked(id),
      unmark: (id) => shared.unmark(id),
    };
    let steps = 0;
    while (this.#isOverBudget(lot, bytes) && steps < EVICTIONS_MAX) {
      const victim = sieveVictim(order, EVICTION_STEPS_MAX);
      if (victim === null) return;
      steps += 1;
      if (this.#remove(lot, victim)) lot.evictions += 1;
    }
  }

  /**
   * The next id, read in lots: one that has gone since is met as an entry that is not there. Past the newest
   * the hand turns back at once, and does not wait there for what comes next.
   */
  #nextOfHand(): number | null {
    const { db } = this.#options;
    if (this.#handIds.length === 0) this.#handIds = db.idsAfter(0, HAND_IDS);
    const id = this.#handIds[this.#handAt];
    if (id === undefined) return null;
    this.#handAt += 1;
    if (this.#handAt === this.#handIds.length) {
      this.#handIds = db.idsAfter(id, HAND_IDS);
      this.#handAt = 0;
    }
    return id;
  }

  #publish(): void {
    const { shared, db } = this.#options;
    shared.setFileBytes(this.#outsideBytes);
    shared.setIndexBytes(this.#indexBytes);
    Atomics.store(shared.counters, COUNTER.entries, db.entryCount());
  }

  #unlink(id: number): void {
    unlink(bodyPath(this.#options.folder, id), (error) => {
      if (error !== null && error.code !== "ENOENT") this.#options.report("store-write-failed", error);
    });
  }

  /** At most one sync at a time, and not more often than the interval. */
  #syncSoon(): void {
    this.#isDirty = true;
    if (this.#syncTimer !== null || this.#isSyncing) return;
    this.#syncTimer = setTimeout(() => {
      this.#syncTimer = null;
      if (this.#isClosed) return;
      this.#isSyncing = true;
      this.#isDirty = false;
      this.#options.db.sync((error) => {
        this.#isSyncing = false;
        if (this.#isDirty && !this.#isClosed) this.#syncSoon();
        if (error !== undefined && error !== null) this.#options.report("store-commit-failed", error);
      });
    }, SYNC_INTERVAL_MS);
    this.#syncTimer.unref();
  }
}
