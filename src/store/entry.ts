/** An entry as this worker knows it. */
import type { CacheKey, StoredEntry } from "#caching/cache-store.ts";
import type { StoredResponse } from "#caching/stored-response.ts";
import type { BodyPlace, StoredRecord } from "./record.ts";

export class Entry implements StoredEntry {
  readonly key: CacheKey;
  readonly id: number;
  readonly hash: number;
  readonly response: StoredResponse;
  readonly bodyBytes: number;
  /** The checksum of its record: tells whether it is still what the index says. */
  readonly checksum: number;
  readonly bodyIn: BodyPlace;
  readonly bodyChecksum: number;
  body: Buffer | null;
  prepared: unknown = null;
  /** Served since the hand of this worker's memory last passed. */
  isUsed = false;
  /** Somebody got it before it was committed, and its body with it. */
  wasFound = false;
  /** Its body is on its way from the file into memory. */
  isLoading = false;

  constructor(facts: {
    readonly key: CacheKey;
    readonly id: number;
    readonly hash: number;
    readonly response: StoredResponse;
    readonly bodyBytes: number;
    readonly checksum: number;
    readonly bodyIn: BodyPlace;
    readonly bodyChecksum: number;
    readonly body: Buffer | null;
  }) {
    this.key = facts.key;
    this.id = facts.id;
    this.hash = facts.hash;
    this.response = facts.response;
    this.bodyBytes = facts.bodyBytes;
    this.checksum = facts.checksum;
    this.bodyIn = facts.bodyIn;
    this.bodyChecksum = facts.bodyChecksum;
    this.body = facts.body;
  }
}

/** The entry of a checked record with these bytes. */
export function entryOfRecord(record: StoredRecord, id: number, bytes: Buffer, body: Buffer | null): Entry {
  return new Entry({ ...record, id, checksum: bytes.readUInt32LE(0), body });
}
