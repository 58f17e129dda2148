/** An entry as this worker knows it. */
import type { CacheKey, StoredEntry } from "#caching/cache-store.ts";
import type { StoredResponse } from "#caching/stored-response.ts";
import type { StoredRecord } from "./record.ts";

export class Entry implements StoredEntry {
  readonly key: CacheKey;
  readonly id: number;
  readonly hash: number;
  readonly response: StoredResponse;
  readonly bodyBytes: number;
  /** The checksum of its record: tells whether it is still what the index says. */
  readonly checksum: number;
  readonly isBodyInFile: boolean;
  body: Buffer | null;
  prepared: unknown = null;
  /** Served since the hand of this worker's memory last passed. */
  isUsed = false;
  /** Its body is on its way from the file into memory. */
  isLoading = false;

  constructor(facts: {
    readonly key: CacheKey;
    readonly id: number;
    readonly hash: number;
    readonly response: StoredResponse;
    readonly bodyBytes: number;
    readonly checksum: number;
    readonly isBodyInFile: boolean;
    readonly body: Buffer | null;
  }) {
    this.key = facts.key;
    this.id = facts.id;
    this.hash = facts.hash;
    this.response = facts.response;
    this.bodyBytes = facts.bodyBytes;
    this.checksum = facts.checksum;
    this.isBodyInFile = facts.isBodyInFile;
    this.body = facts.body;
  }
}

/** The entry of a checked record; `bytes` are the record's own. A body from a file is kept from before. */
export function entryOfRecord(
  record: StoredRecord,
  id: number,
  bytes: Buffer,
  known: Entry | undefined,
): Entry {
  const { key, hash, response, bodyBytes, isBodyInFile, bodyOffset } = record;
  const body = isBodyInFile ? (known?.body ?? null) : bytes.subarray(bodyOffset);
  const checksum = bytes.readUInt32LE(0);
  return new Entry({ key, id, hash, response, bodyBytes, checksum, isBodyInFile, body });
}
