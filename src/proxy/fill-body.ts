import type { BodyReader, BodySink, CacheStore, EntryWriter, StoredEntry } from "#caching/cache-store.ts";
import type { HeldRun } from "#caching/parts.ts";

/** Stored bytes that go before and after those of the origin, where parts are put together. */
export interface HeldBytes {
  readonly entry: StoredEntry;
  readonly before: readonly HeldRun[];
  readonly after: readonly HeldRun[];
  /** Whether the client gets them too: it asked for the whole. */
  readonly areForClient: boolean;
}

/** Who gets the bytes beside the store. */
export interface FillClient {
  onBody(bytes: Buffer): boolean;
}

/**
 * The bytes of one fill: from the origin, or from the origin between stored ones, to the client and into the
 * store. Whoever is slower sets the pace; `onReady` says that the origin may go on.
 *
 *   before (stored) ─▶ origin ─▶ after (stored) ─▶ complete
 */
export class FillBody implements BodySink {
  readonly #store: CacheStore;
  readonly #held: HeldBytes | null;
  readonly #onReady: () => void;
  readonly #onComplete: () => void;
  readonly #onFailed: (why: string) => void;
  #writer: EntryWriter | null;
  #client: FillClient | null;
  #at: "before" | "origin" | "after" | "over" = "origin";
  #nextRun = 0;
  #reader: BodyReader | null = null;
  /** A piece of the origin that came too early, and whether the origin is through. */
  #early: Buffer | null = null;
  #originEnded = false;
  #clientHolds = false;
  #writerBusy = false;

  constructor(
    store: CacheStore,
    ends: { readonly writer: EntryWriter | null; readonly client: FillClient | null },
    held: HeldBytes | null,
    events: {
      readonly onReady: () => void;
      readonly onComplete: () => void;
      readonly onFailed: (why: string) => void;
    },
  ) {
    this.#store = store;
    this.#writer = ends.writer;
    this.#client = ends.client;
    this.#held = held;
    this.#onReady = events.onReady;
    this.#onComplete = events.onComplete;
    this.#onFailed = events.onFailed;
    if (ends.writer !== null) {
      ends.writer.onDrain = () => {
        this.#writerBusy = false;
        this.#goOn();
      };
    }
    if (held !== null && held.before.length > 0) {
      this.#at = "before";
      this.#readRun(held.before);
    }
  }

  /** A piece from the origin. False: held until `onReady`. */
  push(bytes: Buffer): boolean {
    if (this.#at === "before") {
      this.#early = bytes;
      return false;
    }
    return this.#take(bytes, true);
  }

  /** The origin's last byte has come. */
  end(): void {
    this.#originEnded = true;
    if (this.#at !== "origin") return;
    const isHeldWanted = this.#writer !== null || this.#held?.areForClient === true;
    const after = isHeldWanted ? (this.#held?.after ?? []) : [];
    if (after.length === 0) {
      this.#at = "over";
      this.#onComplete();
      return;
    }
    this.#at = "after";
    this.#nextRun = 0;
    this.#readRun(after);
  }

  /** The client has taken what it held. */
  clientReady(): void {
    this.#clientHolds = false;
    this.#goOn();
  }

  /** The client is gone; the store still gets the rest. */
  dropClient(): void {
    this.#client = null;
    this.clientReady();
  }

  /** The store is out; the client still gets the rest. Stored bytes are read on only where they are for it. */
  dropWriter(): void {
    this.#writer = null;
    this.#writerBusy = false;
    if (this.#held?.areForClient === true || this.#at === "origin") this.#goOn();
    else this.#skipHeld();
  }

  /** No more of anything. */
  stop(): void {
    this.#at = "over";
    this.#reader?.abort();
    this.#reader = null;
  }

  // ── from the store (BodySink) ─────────────────────────────────────────────────────────────────

  onBody(bytes: Buffer): boolean {
    return this.#take(bytes, this.#held?.areForClient === true);
  }

  onEnd(): void {
    this.#reader = null;
    const runs = (this.#at === "before" ? this.#held?.before : this.#held?.after) ?? [];
    this.#nextRun += 1;
    if (this.#nextRun < runs.length) {
      this.#readRun(runs);
      return;
    }
    this.#heldOver();
  }

  onError(why: string): void {
    this.#reader = null;
    if (this.#at !== "over") this.#onFailed(why);
  }

  // ── inside ────────────────────────────────────────────────────────────────────────────────────

  #readRun(runs: readonly HeldRun[]): void {
    const run = runs[this.#nextRun];
    if (run === undefined || this.#held === null) return;
    this.#reader = this.#store.read(this.#held.entry, run.from, run.to, this);
  }

  #skipHeld(): void {
    this.#reader?.abort();
    this.#reader = null;
    if (this.#at !== "over") this.#heldOver();
  }

  /** The stored bytes of this side are through. */
  #heldOver(): void {
    if (this.#at === "after") {
      this.#at = "over";
      this.#onComplete();
      return;
    }
    this.#at = "origin";
    this.#releaseEarly();
    if (this.#originEnded) this.end();
  }

  #releaseEarly(): void {
    const early = this.#early;
    this.#early = null;
    if (early === null || this.#take(early, true)) this.#onReady();
  }

  #take(bytes: Buffer, isForClient: boolean): boolean {
    if (this.#writer !== null && !this.#writer.append(bytes)) this.#writerBusy = true;
    if (isForClient && this.#client !== null && !this.#client.onBody(bytes)) this.#clientHolds = true;
    return !this.#clientHolds && !this.#writerBusy;
  }

  #goOn(): void {
    if (this.#clientHolds || this.#writerBusy || this.#at === "over") return;
    if (this.#at === "origin") this.#onReady();
    else this.#reader?.resume();
  }
}
