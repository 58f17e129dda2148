/**
 * What the proxy asks of a store of responses, and what every store keeps (test/store/contract.ts). All
 * workers see the same store; each has an object of its own for it.
 */
import type { StoredResponse } from "./stored-response.ts";

/** The target URI in normal form, such as "http://example.com/a?b": see cache-key.ts. */
export type CacheKey = string;

/** One stored response. The object stays the same while the entry is in this worker's memory. */
export interface StoredEntry {
  readonly key: CacheKey;
  /** Unlike any other entry's, for ever. */
  readonly id: number;
  readonly response: StoredResponse;
  /** Bytes held: of the body, or of all parts one after the other. */
  readonly bodyBytes: number;
  /** The body where it is in this worker's memory, checked; else null, and `read` has it. Never written to. */
  readonly body: Buffer | null;
  /** A place for what the proxy derives from the response once (its ready-made head). */
  prepared: unknown;
}

/** Gets a body. `onEnd` or `onError` is the last call; none comes during the call that starts it all. */
export interface BodySink {
  /** Same rule as WireHandler.onData: false holds the bytes until `resume`. */
  onBody(bytes: Buffer): boolean;
  onEnd(): void;
  /** The bytes are not to be had: damaged, unreadable, or their writer gave up. */
  onError(why: string): void;
}

export interface BodyReader {
  resume(): void;
  /** No callback follows. */
  abort(): void;
}

/** A response on its way into the store; visible to `find` once it is committed. */
export interface EntryWriter {
  /** Body bytes, copied during the call. False: wait for `onDrain` before the next. */
  append(bytes: Buffer): boolean;
  /** Set by the owner of the writer. */
  onDrain: () => void;
  /** The body is complete: makes it visible and replaces what `replaces` named. A store that cannot drops it, and counts. */
  commit(): void;
  /** Forgets all of it: a truncated body never becomes an entry. */
  abort(): void;
  /** Follows the body from byte `from` while it still arrives; ends when it is committed, fails when aborted. */
  read(from: number, sink: BodySink): BodyReader;
}

export interface StoreStats {
  readonly entries: number;
  readonly memoryBytes: number;
  readonly memoryBytesMax: number;
  readonly diskBytes: number;
  readonly diskBytesMax: number;
  readonly evictions: number;
  /** Writes and reads that failed: full disk, EIO, damage. Each was a miss. */
  readonly errors: number;
  /** What went wrong last, for the alert; null when nothing did. */
  readonly lastError: string | null;
}

export type PurgeSelector =
  | { readonly by: "url"; readonly url: string }
  | { readonly by: "prefix"; readonly prefix: string }
  | { readonly by: "host"; readonly host: string }
  /** A shell pattern over the whole URL: "*" any run, "?" any one character. */
  | { readonly by: "pattern"; readonly pattern: string }
  | { readonly by: "tag"; readonly tag: string }
  /** "image/png", or "image/*". */
  | { readonly by: "content-type"; readonly contentType: string }
  | { readonly by: "age"; readonly olderThanMs: number }
  | { readonly by: "all" };

/** `count` only looks, `stale` marks as invalidated, `remove` deletes. */
export type PurgeMode = "count" | "stale" | "remove";

export interface PurgeResult {
  readonly entries: number;
  readonly bytes: number;
}

export interface CacheStore {
  /**
   * The stored responses of a key, the newest first: all variants, and parts. Synchronous: from memory, or
   * from the page cache of the index. Damage is a miss.
   */
  find(key: CacheKey): readonly StoredEntry[];
  /** An entry served somebody: the eviction is told. Costs no more than a store into shared memory. */
  touch(entry: StoredEntry): void;
  /** Reads bytes `from` up to but not including `to` of what is held. */
  read(entry: StoredEntry, from: number, to: number, sink: BodySink): BodyReader;
  /**
   * Begins to store. `bodyBytes` is the length where it is known. `replaces` are entries that go when this
   * one is committed. Null: the store does not take it (too large, no room, broken).
   */
  write(
    key: CacheKey,
    response: StoredResponse,
    options: { readonly bodyBytes: number | null; readonly replaces: readonly StoredEntry[] },
  ): EntryWriter | null;
  /** Replaces the response of an entry; its body stays. Later calls of `find`, in all workers, give the new one. */
  update(entry: StoredEntry, response: StoredResponse): void;
  remove(entry: StoredEntry): void;
  /** Says that this worker fetches `key`, to the other workers. False: one of them already does. */
  claim(key: CacheKey): boolean;
  release(key: CacheKey): void;
  /** Calls `done` once when no worker claims the key any more, or after `timeoutMs`. Returns what cancels it. */
  whenReleased(key: CacheKey, timeoutMs: number, done: () => void): () => void;
  purge(selector: PurgeSelector, mode: PurgeMode): Promise<PurgeResult>;
  stats(): StoreStats;
  close(): Promise<void>;
}
