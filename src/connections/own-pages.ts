/**
 * The connections of this unit, in pages that are told to the other one. A connection stays in its page, so
 * that little changes when few connections do. What does not fit is counted.
 */
import { PAGE_BYTES_MAX, PAGES_MAX, REFRESHED_AT_ONCE, REPORTS_AT_ONCE_MAX } from "./limits.ts";

interface Page {
  readonly keys: Set<string>;
  bytes: number;
  isChanged: boolean;
}

export class OwnPages {
  readonly #pages: Page[] = [];
  readonly #pageOf = new Map<string, Page>();
  /** Pages below this are full. */
  #roomFrom = 0;
  #nextRefresh = 0;
  #unlisted = 0;

  /** Pages up to the last that has a connection. */
  get pages(): number {
    return this.#pages.length;
  }

  /** Connections that there was no room for when they were last read. */
  get unlisted(): number {
    return this.#unlisted;
  }

  keysOf(page: number): readonly string[] {
    return [...(this.#pages[page]?.keys ?? [])];
  }

  /** Makes the pages hold exactly these connections, as far as there is room. */
  read(connections: ReadonlySet<string>): void {
    for (const [key, page] of this.#pageOf) if (!connections.has(key)) this.#remove(key, page);
    this.#unlisted = 0;
    for (const key of connections) if (!this.#pageOf.has(key)) this.#add(key);
    while (this.#pages.at(-1)?.keys.size === 0) this.#pages.pop();
    this.#roomFrom = Math.min(this.#roomFrom, this.#pages.length);
  }

  /** Whether there is more to tell than was told. */
  get hasChanges(): boolean {
    return this.#pages.some(({ isChanged }) => isChanged);
  }

  /**
   * The pages to tell now: first those that have changed, then some that have not, since they may have been
   * lost, all in turn. What is left over comes with the next call.
   */
  takeDue(): readonly number[] {
    const due: number[] = [];
    for (const [index, page] of this.#pages.entries()) {
      if (!page.isChanged) continue;
      if (due.length >= REPORTS_AT_ONCE_MAX - REFRESHED_AT_ONCE) break;
      page.isChanged = false;
      due.push(index);
    }
    for (let count = 0; count < Math.min(REFRESHED_AT_ONCE, this.#pages.length); count += 1) {
      this.#nextRefresh = (this.#nextRefresh + 1) % this.#pages.length;
      if (!due.includes(this.#nextRefresh)) due.push(this.#nextRefresh);
    }
    return due;
  }

  #remove(key: string, page: Page): void {
    this.#pageOf.delete(key);
    page.keys.delete(key);
    page.bytes -= key.length;
    page.isChanged = true;
    this.#roomFrom = 0;
  }

  #add(key: string): void {
    for (; this.#roomFrom < PAGES_MAX; this.#roomFrom += 1) {
      const page = this.#pages[this.#roomFrom] ?? { keys: new Set(), bytes: 0, isChanged: true };
      this.#pages[this.#roomFrom] = page;
      if (page.bytes + key.length > PAGE_BYTES_MAX) continue;
      page.keys.add(key);
      page.bytes += key.length;
      page.isChanged = true;
      this.#pageOf.set(key, page);
      return;
    }
    this.#unlisted += 1;
  }
}
