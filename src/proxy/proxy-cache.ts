import type { Clock } from "#base/clock.ts";
import type { CacheKey, CacheStore, StoredEntry } from "#caching/cache-store.ts";
import { freshened, isSameAsHead } from "#caching/freshening.ts";
import { invalidatedKeys } from "#caching/invalidation.ts";
import type { LastRequest } from "#caching/last-request.ts";
import { RecentRequests } from "#caching/recent-requests.ts";
import { requestTraits } from "#caching/request-traits.ts";
import type { StoredResponse } from "#caching/stored-response.ts";
import { removeClientConditions } from "#caching/validation.ts";
import { isSelected } from "#caching/vary.ts";
import type { Counters } from "#http/counters.ts";
import { FieldList } from "#http/field-list.ts";
import { copyRequestFields } from "#http/hop-by-hop.ts";
import type { RequestHead, ResponseHead } from "#http/message-head.ts";
import type { TransactionRecord } from "#http/transaction-record.ts";
import type { Exchange, UpstreamRequest } from "#transport/exchange.ts";
import { type CacheView, cacheViewOf } from "./cache-view.ts";
import { CachedRequest } from "./cached-request.ts";
import { Seat } from "./exchange-seat.ts";
import { Fill, type FillRequest } from "./fill.ts";
import { planFill } from "./fill-plan.ts";
import { forwardRequest } from "./forward-request.ts";
import type { Generation, GenerationUse } from "./generation.ts";
import { PreparedEntry } from "./prepared-entry.ts";
import { SoloKeys } from "./solo-keys.ts";
import { STEP } from "./step.ts";
import type { Transaction } from "./transaction.ts";

/** Fetches without a client at one time; more are not begun: the next request will. */
const BACKGROUND_FETCHES_MAX = 64;

/** The cache of one worker: the store, and what is on its way into it. */
export class ProxyCache {
  readonly store: CacheStore;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly #solo = new SoloKeys();
  /** Those that others may join. */
  readonly #shared = new Map<CacheKey, Fill>();
  readonly #all = new Set<Fill>();
  /** What became of the last request of each key. */
  readonly #recent = new RecentRequests();
  #background = 0;
  #view: CacheView | null = null;
  #viewOf: Generation | null = null;

  constructor(store: CacheStore, clock: Clock, counters: Counters) {
    this.store = store;
    this.clock = clock;
    this.counters = counters;
  }

  /** The rules of a generation, made once for each. */
  viewOf(generation: Generation): CacheView {
    if (this.#view === null || this.#viewOf !== generation) {
      this.#view = cacheViewOf(generation);
      this.#viewOf = generation;
    }
    return this.#view;
  }

  /** A request has ended. */
  remember(caching: CachedRequest, record: TransactionRecord): void {
    // The store's own text, where there is one: the same object is found sooner than an equal one.
    const noted = this.#recent.noteAt(caching.stored?.entry.key ?? caching.key);
    if (noted === null) return;
    noted.wallMs = record.startedWallMs + record.durationMs;
    noted.method = record.method;
    noted.status = record.status;
    noted.result = record.cacheResult;
    noted.fwd = caching.fwd;
    noted.isBypassed = caching.isBypassed;
    noted.notStored = caching.notStored;
  }

  /** What became of the last request for a key in this worker; null where it is not remembered. */
  lastRequest(key: CacheKey): LastRequest | null {
    return this.#recent.find(key);
  }

  /** What was made ready for an entry, or is made now. */
  prepare(entry: StoredEntry, view: CacheView): PreparedEntry {
    const { prepared } = entry;
    if (prepared instanceof PreparedEntry && prepared.view === view) return prepared;
    const made = new PreparedEntry(entry, view, entry.response);
    entry.prepared = made;
    return made;
  }

  /** The newest stored response that a request selects; null for none. */
  select(entries: readonly StoredEntry[], request: FieldList): StoredEntry | null {
    for (let index = 0; index < entries.length; index += 1) {
      const entry = entries[index] as StoredEntry;
      if (isSelected(entry.response, request)) return entry;
    }
    return null;
  }

  // ── fetching ──────────────────────────────────────────────────────────────────────────────────

  /** The fetch that a request may join; null for none. */
  shared(transaction: Transaction, key: CacheKey): Fill | null {
    const fill = this.#shared.get(key);
    return fill?.accepts(transaction) ? fill : null;
  }

  /**
   * Before a fetch that others may join: claims the key for it. False: another worker fetches it already. A
   * key that nobody waits for is fetched without a claim.
   */
  mayFetch(caching: CachedRequest): boolean {
    const { key } = caching;
    if (this.#shared.has(key) || this.#solo.has(key, this.clock.nowMs())) return true;
    caching.isClaimed = this.store.claim(key);
    return caching.isClaimed;
  }

  /** The next requests for that key do not wait for each other. */
  rememberSolo(key: CacheKey): void {
    this.#solo.add(key, this.clock.nowMs());
  }

  /** Waits until no other worker fetches the key, at most for the time that is set, then looks again. */
  waitForOthers(transaction: Transaction, caching: CachedRequest): void {
    caching.isAlone = true;
    const cancel = this.store.whenReleased(caching.key, caching.view.settings.collapseWaitMs, () => {
      transaction.exchange = null;
      transaction.run(STEP.lookup);
    });
    transaction.exchange = new Seat(cancel);
  }

  /** Fetches for a transaction, and for the store. */
  fetch(transaction: Transaction, caching: CachedRequest, request: UpstreamRequest): Exchange {
    return this.#start({
      request,
      head: transaction.head as RequestHead,
      caching,
      plan: planFill(caching, request, this.clock.wallMs()),
      use: transaction.use,
      clientAddress: transaction.clientAddress,
      leader: transaction,
      isShared: caching.isClaimed,
    });
  }

  #start(of: FillRequest): Exchange {
    const fill = new Fill(this, of);
    this.#all.add(fill);
    if (of.isShared) this.#shared.set(of.caching.key, fill);
    return fill.start();
  }

  /** A fill needs nobody to wait for it any more. */
  left(fill: Fill): void {
    if (this.#shared.get(fill.key) !== fill) return;
    this.#shared.delete(fill.key);
    this.store.release(fill.key);
  }

  /** A fill is over. */
  ended(fill: Fill): void {
    this.left(fill);
    this.#all.delete(fill);
    if (fill.isBackground) this.#background -= 1;
  }

  /** Validates a stored response that was just served stale (RFC 5861 section 3). */
  revalidate(transaction: Transaction, caching: CachedRequest): void {
    const again = new CachedRequest(caching.key, requestTraits(NO_FIELDS), caching.view);
    again.stored = caching.stored;
    again.fwd = "stale";
    const { head, use } = transaction;
    if (head !== null) this.#fetchInBackground(head, again, use, transaction);
  }

  /** Fetches the whole of what a range was asked for, up to a size that is set. */
  fillWhole(of: FillRequest): void {
    const { caching, head, use, clientAddress } = of;
    const again = new CachedRequest(caching.key, requestTraits(NO_FIELDS), caching.view);
    const stored = this.select(this.store.find(caching.key), head.fields);
    again.stored = stored === null ? null : this.prepare(stored, caching.view);
    this.#fetchInBackground(head, again, use, { clientAddress });
  }

  /** A GET with the fields of a client's that select the variant, and none of those that were only its own. */
  #fetchInBackground(
    of: RequestHead,
    caching: CachedRequest,
    use: GenerationUse,
    { clientAddress }: { readonly clientAddress: string },
  ): void {
    const { key } = caching;
    if (of.target.form !== "absolute" || this.#background >= BACKGROUND_FETCHES_MAX) return;
    if (this.#shared.has(key) || !this.store.claim(key)) return;
    const fields = new FieldList();
    copyRequestFields(of.fields, fields);
    removeClientConditions(fields);
    for (const name of ["cache-control", "pragma"]) fields.remove(name);
    const head: RequestHead = { ...of, method: "GET", fields };
    const { settings, pseudonym } = use.generation;
    const request = forwardRequest(head, of.target, { settings, pseudonym, clientAddress });
    const plan = planFill(caching, request, this.clock.wallMs());
    this.#background += 1;
    this.counters.add("cache_background_fetches");
    this.#start({ request, head, caching, plan, use, clientAddress, leader: null, isShared: true });
  }

  // ── what responses change ─────────────────────────────────────────────────────────────────────

  /** A response is on its way to a client: what it says about stored ones (RFC 9111 sections 4.3.5 and 4.4). */
  observe(transaction: Transaction, response: ResponseHead): void {
    const head = transaction.head as RequestHead;
    if (head.target.form !== "absolute") return;
    for (const key of invalidatedKeys(head.target, head.method, response)) this.#invalidate(key, transaction);
    if (head.method === "HEAD" && response.status === 200) this.#observeHead(transaction, response);
  }

  /** `cause` is the request that changed something: its own response is no older than that. */
  #invalidate(key: CacheKey, cause: Transaction): void {
    for (const fill of this.#all) if (fill.key === key && fill.leader !== cause) fill.outdate();
    this.invalidateStored(key);
  }

  /** What is stored for a key is used only after a validation (RFC 9111 section 4.4). */
  invalidateStored(key: CacheKey): void {
    for (const entry of this.store.find(key)) {
      if (entry.response.invalidated) continue;
      this.store.update(entry, { ...entry.response, invalidated: true });
      this.counters.add("cache_invalidations");
    }
  }

  #observeHead(transaction: Transaction, response: ResponseHead): void {
    const stored = transaction.caching?.stored ?? null;
    if (stored === null || stored.response.status !== 200) return;
    // Something else may have become of it since the request went out.
    const isUnchanged = this.store
      .find(stored.entry.key)
      .some(({ id, response: now }) => id === stored.entry.id && isSameState(now, stored.response));
    if (!isUnchanged) return;
    if (!isSameAsHead(stored.evaluated, response.fields, stored.entry.bodyBytes)) {
      this.store.update(stored.entry, { ...stored.response, invalidated: true });
      return;
    }
    const responseWallMs = this.clock.wallMs();
    const times = { requestWallMs: transaction.startedWallMs, responseWallMs };
    this.store.update(stored.entry, freshened(stored.evaluated, response.fields, times));
  }

  // ── time and end ──────────────────────────────────────────────────────────────────────────────

  /** Those who have waited long enough fetch for themselves. */
  sweep(nowMs: number): void {
    for (const fill of this.#shared.values()) fill.sweep(nowMs);
  }

  /** Gives up what no client waits for any more. */
  stop(): void {
    for (const fill of this.#all) fill.cancel();
  }
}

const isSameState = (one: StoredResponse, other: StoredResponse): boolean =>
  one.responseWallMs === other.responseWallMs && one.invalidated === other.invalidated;

const NO_FIELDS = new FieldList();
