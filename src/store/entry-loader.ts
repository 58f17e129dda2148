/** Reads an entry that the index knows, and checks it: damage is a miss, is counted, and takes the entry out. */
import type { CacheKey } from "#caching/cache-store.ts";
import { blockChecksum } from "./body-blocks.ts";
import { CHANGE } from "./change-ring.ts";
import { type Entry, entryOfRecord } from "./entry.ts";
import type { PendingChanges } from "./pending-changes.ts";
import { bodyOf, decodeRecord, isIntact, type StoredRecord, slabPlaceOf } from "./record.ts";
import type { StoreParts } from "./store-parts.ts";

export class EntryLoader {
  readonly #parts: StoreParts;
  readonly #pending: PendingChanges;

  constructor(parts: StoreParts, pending: PendingChanges) {
    this.#parts = parts;
    this.#pending = pending;
  }

  /** The entry with its body, unless that is in a file; `known`, or its body, where nothing changed. */
  load(key: CacheKey, hash: number, id: number, known: Entry | undefined): Entry | null {
    const bytes = this.#parts.db.record(id);
    if (bytes === undefined) return null;
    if (known !== undefined && bytes.length >= 4 && bytes.readUInt32LE(0) === known.checksum) return known;
    const record = isIntact(bytes) ? decodeRecord(bytes) : null;
    if (record === null) {
      this.#drop(id, hash, "store-entry-damaged", "the record is not what was written");
      return null;
    }
    if (record.key !== key) return null;
    if (record.bodyIn === "record") return entryOfRecord(record, id, bytes, bodyOf(bytes));
    const body = known?.body ?? this.#fromSlab(record, id, bytes);
    return body === null && record.bodyIn === "slab" ? null : entryOfRecord(record, id, bytes, body);
  }

  #fromSlab(record: StoredRecord, id: number, bytes: Buffer): Buffer | null {
    const place = slabPlaceOf(bytes);
    if (place === null) return null;
    const { db, slab } = this.#parts;
    const body = slab.read(place);
    if (body.length === place.bytes && blockChecksum(body, id, 0) === record.bodyChecksum) return body;
    // Evicted between the look-up and the read it is a miss like any other.
    db.refresh();
    if (db.has(id)) this.#drop(id, record.hash, "store-read-failed", "the body is not what was written");
    return null;
  }

  #drop(id: number, hash: number, fault: "store-entry-damaged" | "store-read-failed", why: string): void {
    this.#parts.report(fault, new Error(why));
    this.#pending.push({ kind: CHANGE.remove, id, hash, fileBytes: 0 }, [], () => {});
  }
}
