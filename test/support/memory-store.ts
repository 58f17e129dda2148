/**
 * A complete store in memory, for one worker: what the cache tests run on. Bounded: the oldest entries go.
 * Bodies come from it either at once (`body`) or, with `bodiesInMemory: false`, through `read` in pieces,
 * as from a disk.
 */
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
import { shellPattern } from "#caching/caching-rules.ts";
import type { StoredResponse } from "#caching/stored-response.ts";

export interface MemoryStoreOptions {
  readonly bytesMax?: number;
  readonly bodiesInMemory?: boolean;
  readonly pieceBytes?: number;
  readonly wallMs?: () => number;
}

class Entry implements StoredEntry {
  readonly key: CacheKey;
  readonly id: number;
  readonly response: StoredResponse;
  readonly bytes: Buffer;
  readonly body: Buffer | null;
  prepared: unknown = null;

  constructor(of: { key: CacheKey; id: number; response: StoredResponse; bytes: Buffer; isHot: boolean }) {
    this.key = of.key;
    this.id = of.id;
    this.response = of.response;
    this.bytes = of.bytes;
    this.body = of.isHot ? of.bytes : null;
  }

  get bodyBytes(): number {
    return this.bytes.length;
  }
}

export class MemoryStore implements CacheStore {
  readonly #options: Required<MemoryStoreOptions>;
  readonly #entries = new Map<CacheKey, Entry[]>();
  readonly #claims = new Map<CacheKey, Set<() => void>>();
  #nextId = 1;
  #bytes = 0;
  #evictions = 0;
  /** Writers take no more until `drain`. */
  busy = false;
  #drains: (() => void)[] = [];
  #isDamaged = false;

  constructor(options: MemoryStoreOptions = {}) {
    this.#options = {
      bytesMax: 64 * 1024 * 1024,
      bodiesInMemory: true,
      pieceBytes: 64 * 1024,
      wallMs: () => Date.now(),
      ...options,
    };
  }

  find(key: CacheKey): readonly StoredEntry[] {
    return this.#entries.get(key) ?? [];
  }

  touch(entry: StoredEntry): void {
    // The last in the map is the last to be evicted.
    const all = this.#entries.get(entry.key);
    if (all === undefined) return;
    this.#entries.delete(entry.key);
    this.#entries.set(entry.key, all);
  }

  read(entry: StoredEntry, from: number, to: number, sink: BodySink): BodyReader {
    const bytes = (entry as Entry).bytes.subarray(0, to);
    const state = this.#isDamaged ? "aborted" : "complete";
    return new Pieces(sink, this.#options.pieceBytes, () => ({ bytes, state }), from);
  }

  write(
    key: CacheKey,
    response: StoredResponse,
    options: { readonly bodyBytes: number | null; readonly replaces: readonly StoredEntry[] },
  ): EntryWriter | null {
    if ((options.bodyBytes ?? 0) > this.#options.bytesMax) return null;
    return new Writer(this, this.#options, (bytes) => {
      if (options.bodyBytes !== null && bytes.length !== options.bodyBytes) return;
      for (const entry of options.replaces) this.remove(entry);
      this.#add(key, response, bytes);
    });
  }

  /** Every further reading of a body fails. */
  damage(): void {
    this.#isDamaged = true;
  }

  /** Writers that were busy may go on. */
  drain(): void {
    this.busy = false;
    for (const drained of this.#drains.splice(0)) drained();
  }

  /** For a writer: whether it must wait for `onDrain`. */
  isBusy(writer: EntryWriter): boolean {
    if (this.busy) this.#drains.push(() => writer.onDrain());
    return this.busy;
  }

  update(entry: StoredEntry, response: StoredResponse): void {
    const all = this.#entries.get(entry.key) ?? [];
    const index = all.findIndex(({ id }) => id === entry.id);
    if (index === -1) return;
    const { key, id, bytes } = all[index] as Entry;
    all[index] = new Entry({ key, id, response, bytes, isHot: this.#options.bodiesInMemory });
  }

  remove(entry: StoredEntry): void {
    const all = this.#entries.get(entry.key) ?? [];
    const left = all.filter(({ id }) => id !== entry.id);
    for (const gone of all) if (!left.includes(gone)) this.#bytes -= gone.bodyBytes;
    if (left.length === 0) this.#entries.delete(entry.key);
    else this.#entries.set(entry.key, left);
  }

  claim(key: CacheKey): boolean {
    if (this.#claims.has(key)) return false;
    this.#claims.set(key, new Set());
    return true;
  }

  release(key: CacheKey): void {
    const waiting = this.#claims.get(key);
    this.#claims.delete(key);
    for (const done of waiting ?? []) done();
  }

  whenReleased(key: CacheKey, timeoutMs: number, done: () => void): () => void {
    const waiting = this.#claims.get(key);
    const timer = setTimeout(() => end(), waiting === undefined ? 0 : timeoutMs);
    const cancel = (): void => {
      clearTimeout(timer);
      waiting?.delete(end);
    };
    const end = (): void => {
      cancel();
      done();
    };
    waiting?.add(end);
    return cancel;
  }

  async purge(selector: PurgeSelector, mode: PurgeMode): Promise<PurgeResult> {
    const selected = [...this.#entries.values()].flat().filter((entry) => this.#isSelected(entry, selector));
    for (const entry of selected) {
      if (mode === "remove") this.remove(entry);
      if (mode === "stale") this.update(entry, { ...entry.response, invalidated: true });
    }
    return { entries: selected.length, bytes: selected.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0) };
  }

  stats(): StoreStats {
    return {
      entries: [...this.#entries.values()].reduce((sum, all) => sum + all.length, 0),
      memoryBytes: this.#bytes,
      memoryBytesMax: this.#options.bytesMax,
      diskBytes: 0,
      diskBytesMax: 0,
      evictions: this.#evictions,
      errors: 0,
      lastError: null,
    };
  }

  async close(): Promise<void> {
    for (const key of [...this.#claims.keys()]) this.release(key);
    this.#entries.clear();
  }

  #entry(key: CacheKey, response: StoredResponse, bytes: Buffer): Entry {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Entry({ key, id, response, bytes, isHot: this.#options.bodiesInMemory });
  }

  #add(key: CacheKey, response: StoredResponse, bytes: Buffer): void {
    this.#entries.set(key, [this.#entry(key, response, bytes), ...(this.#entries.get(key) ?? [])]);
    this.#bytes += bytes.length;
    for (const all of this.#entries.values()) {
      if (this.#bytes <= this.#options.bytesMax) break;
      this.#evictions += all.length;
      for (const entry of all) this.remove(entry);
    }
  }

  #isSelected({ key, response }: Entry, selector: PurgeSelector): boolean {
    switch (selector.by) {
      case "url":
        return key === selector.url;
      case "prefix":
        return key.startsWith(selector.prefix);
      case "host":
        return new URL(key).hostname === selector.host.toLowerCase();
      case "pattern":
        return shellPattern(selector.pattern)(key);
      case "tag":
        return response.tags.includes(selector.tag);
      case "content-type":
        return shellPattern(selector.contentType.toLowerCase())(
          (response.fields.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "",
        );
      case "age":
        return this.#options.wallMs() - response.responseWallMs > selector.olderThanMs;
      case "all":
        return true;
    }
  }
}

interface SourceState {
  readonly bytes: Buffer;
  readonly state: "arriving" | "complete" | "aborted";
}

/** A reader of bytes that may still be arriving. */
class Pieces implements BodyReader {
  readonly #sink: BodySink;
  readonly #pieceBytes: number;
  readonly #source: () => SourceState;
  #at: number;
  #held = false;
  #over = false;
  #scheduled = false;

  constructor(sink: BodySink, pieceBytes: number, source: () => SourceState, from: number) {
    this.#sink = sink;
    this.#pieceBytes = pieceBytes;
    this.#source = source;
    this.#at = from;
    this.wake();
  }

  /** There may be something new. Never within the call that starts the reading. */
  wake(): void {
    if (this.#scheduled || this.#over) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#flow();
    });
  }

  resume(): void {
    this.#held = false;
    this.wake();
  }

  abort(): void {
    this.#over = true;
  }

  #flow(): void {
    while (!this.#over && !this.#held) {
      const { bytes, state } = this.#source();
      if (state === "aborted") {
        this.#over = true;
        this.#sink.onError("the writer gave up");
        return;
      }
      const piece = bytes.subarray(this.#at, this.#at + this.#pieceBytes);
      if (piece.length === 0) {
        if (state !== "complete") return;
        this.#over = true;
        this.#sink.onEnd();
        return;
      }
      this.#at += piece.length;
      this.#held = !this.#sink.onBody(piece);
    }
  }
}

class Writer implements EntryWriter {
  onDrain: () => void = () => {};
  readonly #store: MemoryStore;
  readonly #options: Required<MemoryStoreOptions>;
  readonly #commit: (bytes: Buffer) => void;
  readonly #readers = new Set<Pieces>();
  #bytes = Buffer.alloc(0);
  #state: SourceState["state"] = "arriving";

  constructor(store: MemoryStore, options: Required<MemoryStoreOptions>, commit: (bytes: Buffer) => void) {
    this.#store = store;
    this.#options = options;
    this.#commit = commit;
  }

  append(bytes: Buffer): boolean {
    if (this.#state !== "arriving") throw new Error("append after the end");
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    for (const reader of this.#readers) reader.wake();
    return !this.#store.isBusy(this);
  }

  commit(): void {
    if (this.#state !== "arriving") throw new Error("a second end");
    this.#state = "complete";
    if (this.#bytes.length <= this.#options.bytesMax) this.#commit(this.#bytes);
    for (const reader of this.#readers) reader.wake();
  }

  abort(): void {
    if (this.#state !== "arriving") throw new Error("a second end");
    this.#state = "aborted";
    for (const reader of this.#readers) reader.wake();
  }

  read(from: number, sink: BodySink): BodyReader {
    const reader = new Pieces(
      sink,
      this.#options.pieceBytes,
      () => ({ bytes: this.#bytes, state: this.#state }),
      from,
    );
    this.#readers.add(reader);
    return reader;
  }
}
