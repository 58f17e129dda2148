/**
 * This worker's changes that the index does not have yet. They go through the ring in order; until one is
 * committed its effect is laid over what the index says, so that a worker always sees its own changes.
 */
import type { CacheKey } from "#caching/cache-store.ts";
import { type Change, ChangeRing } from "./change-ring.ts";
import type { Entry } from "./entry.ts";
import { WAKE_FALLBACK_MS } from "./limits.ts";

/** The pending changes of one key. */
interface Overlay {
  readonly removed: Set<number>;
  /** New entries, and entries with a new response. */
  readonly entries: Map<number, Entry>;
}

export class PendingChanges {
  readonly #ring: ChangeRing;
  readonly #ringDoorbell: () => void;
  readonly #overlays = new Map<CacheKey, Overlay>();
  /** In the ring's order. */
  readonly #waiting: { readonly position: number; readonly done: () => void }[] = [];
  readonly #onIdle: (() => void)[] = [];
  #isWaiting = false;

  constructor(ring: SharedArrayBuffer, ringDoorbell: () => void) {
    this.#ring = new ChangeRing(ring);
    this.#ringDoorbell = ringDoorbell;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** Sends a change; `done` follows when it is committed or given up. False where the ring has no room. */
  push(change: Omit<Change, "payload">, pieces: readonly Buffer[], done: () => void): boolean {
    const position = this.#ring.push(change, pieces);
    if (position === null) return false;
    this.#waiting.push({ position, done });
    this.#ringDoorbell();
    this.#wait();
    return true;
  }

  /** Lays an entry over the index until `uncover`. */
  cover(entry: Entry): void {
    this.#overlayOf(entry.key).entries.set(entry.id, entry);
  }

  uncover(entry: Entry): void {
    const overlay = this.#overlays.get(entry.key);
    if (overlay?.entries.get(entry.id) !== entry) return;
    overlay.entries.delete(entry.id);
    this.#tidy(entry.key, overlay);
  }

  /** Hides an entry of the index until `unhide`. */
  hide(entry: Entry): void {
    const overlay = this.#overlayOf(entry.key);
    overlay.removed.add(entry.id);
    overlay.entries.delete(entry.id);
  }

  unhide(entry: Entry): void {
    const overlay = this.#overlays.get(entry.key);
    if (overlay === undefined) return;
    overlay.removed.delete(entry.id);
    this.#tidy(entry.key, overlay);
  }

  /** Whether anything of the key waits. */
  has(key: CacheKey): boolean {
    return this.#overlays.has(key);
  }

  /** The entries of a key as they will be, the newest first. */
  apply(key: CacheKey, indexed: readonly Entry[]): readonly Entry[] {
    const overlay = this.#overlays.get(key);
    if (overlay === undefined) return indexed;
    const entries = indexed
      .filter(({ id }) => !overlay.removed.has(id) && !overlay.entries.has(id))
      .concat([...overlay.entries.values()]);
    return entries.sort((a, b) => b.id - a.id);
  }

  /** Resolves when all changes sent until now are committed, or after `timeoutMs`. */
  whenIdle(timeoutMs: number): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#onIdle.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #overlayOf(key: CacheKey): Overlay {
    let overlay = this.#overlays.get(key);
    if (overlay === undefined) {
      overlay = { removed: new Set(), entries: new Map() };
      this.#overlays.set(key, overlay);
    }
    return overlay;
  }

  #tidy(key: CacheKey, overlay: Overlay): void {
    if (overlay.removed.size === 0 && overlay.entries.size === 0) this.#overlays.delete(key);
  }

  /** Waits for the tail to move. The timer also keeps the process until its changes are committed. */
  #wait(): void {
    if (this.#isWaiting || this.#waiting.length === 0) return;
    this.#isWaiting = true;
    const { words } = this.#ring;
    const tail = Atomics.load(words, ChangeRing.tailWord);
    const timer = setTimeout(() => look(), WAKE_FALLBACK_MS);
    const look = (): void => {
      clearTimeout(timer);
      if (!this.#isWaiting) return;
      this.#isWaiting = false;
      this.#settle();
      this.#wait();
    };
    const wait = Atomics.waitAsync(words, ChangeRing.tailWord, tail, WAKE_FALLBACK_MS);
    if (wait.async) void wait.value.then(look);
    else setImmediate(look);
  }

  #settle(): void {
    let settled = 0;
    for (const { position } of this.#waiting) {
      if (!this.#ring.isDone(position)) break;
      settled += 1;
    }
    for (const { done } of this.#waiting.splice(0, settled)) done();
    if (this.#waiting.length === 0) for (const idle of this.#onIdle.splice(0)) idle();
  }
}
