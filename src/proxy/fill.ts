import type { EntryWriter } from "#caching/cache-store.ts";
import { freshened } from "#caching/freshening.ts";
import { mayServeStaleOnFailure, type OriginFailure } from "#caching/reuse.ts";
import { isServerError } from "#caching/status-rules.ts";
import type { CloseReason } from "#http/close-reason.ts";
import type { FieldList } from "#http/field-list.ts";
import type { RequestHead, ResponseHead } from "#http/message-head.ts";
import type { Exchange, ExchangeHandler, UpstreamRequest } from "#transport/exchange.ts";
import type { Wire } from "#transport/wire.ts";
import type { CachedRequest } from "./cached-request.ts";
import { LeaderSeat } from "./exchange-seat.ts";
import { FillBody } from "./fill-body.ts";
import type { FillPlan } from "./fill-plan.ts";
import { FillWaiters } from "./fill-waiters.ts";
import type { GenerationUse } from "./generation.ts";
import { completeBytesOf206, forwardedStatus, type NewEntry, newEntry, openEntry } from "./new-entry.ts";
import { PreparedEntry } from "./prepared-entry.ts";
import type { ProxyCache } from "./proxy-cache.ts";
import { hasWanted, type StoredAnswerKind, serveStored } from "./stored-answer.ts";
import type { Transaction } from "./transaction.ts";

/** Failures that mean "no answer from the origin", not "an answer that is refused". */
const UNREACHABLE: ReadonlySet<CloseReason> = new Set<CloseReason>([
  ...(["dns-failed", "dns-timeout", "connect-refused", "connect-failed", "connect-timeout"] as const),
  ...(["tls-failed", "parent-failed", "origin-closed", "origin-timeout"] as const),
]);

/** What a fill is for. */
export interface FillRequest {
  readonly request: UpstreamRequest;
  /** The client's head: what Vary selects by. */
  readonly head: RequestHead;
  readonly caching: CachedRequest;
  readonly plan: FillPlan;
  readonly use: GenerationUse;
  readonly clientAddress: string;
  /** Null in the background. */
  readonly leader: Transaction | null;
  /** Others may join. */
  readonly isShared: boolean;
}

/**
 * One fetch from the origin on its way into the store, and to whoever waits for it.
 *
 *   asking ──head──▶ flowing ──last byte──▶ over
 *      │  └─304, stale instead of an error─▶ over (answered from the store)
 *      └──error───────▶ over        flowing ──error, nobody left──▶ over (nothing is stored)
 *
 * leader:    the transaction that began it; it gets what the origin sends as it comes. Null when it has
 *            left, or when there never was one (background).
 * waiters:   transactions that want the same; they wait for the head.
 * followers: those that read along from the writer.
 */
export class Fill implements ExchangeHandler {
  readonly #cache: ProxyCache;
  #of: FillRequest;
  readonly #waiters: FillWaiters;
  readonly #requestWallMs: number;
  #leader: Transaction | null;
  #exchange: Exchange | null = null;
  #body: FillBody | null = null;
  #writer: EntryWriter | null = null;
  #entry: NewEntry | null = null;
  #expectedBytes: number | null = null;
  #receivedBytes = 0;
  #at: "asking" | "flowing" | "over" = "asking";
  #isOutdated = false;
  #trailers: FieldList | null = null;

  constructor(cache: ProxyCache, of: FillRequest) {
    this.#cache = cache;
    this.#of = of;
    this.#leader = of.leader;
    this.#waiters = new FillWaiters(cache, () => this.#stopIfUnwanted());
    this.#requestWallMs = cache.clock.wallMs();
    of.use.enter();
  }

  get key(): string {
    return this.#of.caching.key;
  }

  get leader(): Transaction | null {
    return this.#leader;
  }

  get isBackground(): boolean {
    return this.#of.leader === null;
  }

  /** Sends the request. What the leader gets is its exchange. */
  start(): Exchange {
    this.#exchange = this.#of.use.generation.fetch(this.#of.request, this);
    if (this.#leader === null) this.#exchange.end(null);
    return new LeaderSeat(this);
  }

  /** The leader's side of the exchange. */
  get upstream(): Exchange | null {
    return this.#exchange;
  }

  // ── who wants it ──────────────────────────────────────────────────────────────────────────────

  /** Whether a request for the same key may wait for this, or read along. */
  accepts(transaction: Transaction): boolean {
    if (this.#at === "over" || this.#isOutdated) return false;
    if (this.#at === "asking") return true;
    const evaluated = this.#entry?.evaluated ?? null;
    return this.#writer !== null && evaluated !== null && this.#waiters.canFollow(transaction, evaluated);
  }

  /** A transaction that `accepts` let in. */
  join(transaction: Transaction): void {
    const evaluated = this.#entry?.evaluated ?? null;
    if (this.#writer !== null && evaluated !== null)
      this.#waiters.follow(transaction, evaluated, this.#writer);
    else this.#waiters.wait(transaction);
  }

  leaderResumed(): void {
    this.#body?.clientReady();
  }

  /** The leader's client is gone, or its transaction was cut. */
  leaderGone(): void {
    this.#leader = null;
    this.#body?.dropClient();
    this.#stopIfUnwanted();
  }

  /** Waiters whose time is over fetch for themselves. */
  sweep(nowMs: number): void {
    this.#waiters.sweep(nowMs, this.#of.caching.view.settings.collapseWaitMs);
  }

  /**
   * The key was invalidated while the answer is under way: what comes may be older than that. Those who read
   * along asked before; for others it is of use only after a validation.
   */
  outdate(): void {
    this.#isOutdated = true;
  }

  /** Ends it now, for the worker's end. */
  cancel(): void {
    this.#close();
  }

  // ── what the origin says (ExchangeHandler) ────────────────────────────────────────────────────

  onConnection(remote: string, parent: string | null): void {
    this.#leader?.onConnection(remote, parent);
  }

  onInformational(status: number, fields: FieldList): void {
    this.#leader?.onInformational(status, fields);
  }

  onHead(head: ResponseHead): void {
    const { plan, caching } = this.#of;
    if (plan.kind === "validate" && head.status === 304) {
      this.#validated(plan.stored, head);
      return;
    }
    if (isServerError(head.status) && this.#serveStale("server-error", head.status)) return;
    this.#entry = newEntry(this.#of, head, {
      requestWallMs: this.#requestWallMs,
      responseWallMs: this.#cache.clock.wallMs(),
    });
    if (this.#entry === null) {
      this.#askForWhole();
      return;
    }
    this.#at = "flowing";
    const { framing } = head;
    this.#expectedBytes = framing.kind === "length" ? framing.bytes : null;
    this.#writer = this.#isOutdated ? null : openEntry(this.#cache, this.#of, this.#entry);
    if (this.#writer === null) {
      // Nothing to wait for: others fetch for themselves, now and the next time.
      if (this.#of.isShared && !isServerError(head.status)) this.#cache.rememberSolo(caching.key);
      this.#cache.left(this);
    }
    this.#flow(this.#entry);
    this.#waiters.settle(this.#entry.evaluated, this.#writer);
  }

  onBody(bytes: Buffer): boolean {
    this.#receivedBytes += bytes.length;
    if (this.#receivedBytes > this.#of.caching.view.settings.objectBytesMax) this.#dropWriter();
    return this.#body?.push(bytes) ?? true;
  }

  onEnd(trailers: FieldList | null): void {
    this.#exchange = null;
    if (this.#at !== "flowing") return;
    this.#trailers = trailers;
    this.#body?.end();
  }

  onUpgrade(head: ResponseHead, wire: Wire, first: Buffer): void {
    // No request of ours asks for it; the transaction knows what to do with an origin that does it.
    this.#exchange = null;
    const leader = this.#leader;
    this.#close();
    if (leader === null) wire.destroy();
    else leader.onUpgrade(head, wire, first);
  }

  onRequestDrain(): void {
    this.#leader?.onRequestDrain();
  }

  onError(reason: CloseReason, detail: string): void {
    this.#exchange = null;
    if (this.#at === "over") return;
    if (this.#at === "asking" && UNREACHABLE.has(reason) && this.#serveStale("unreachable", null)) return;
    this.#fail(reason, detail);
  }

  // ── inside ────────────────────────────────────────────────────────────────────────────────────

  #flow(entry: NewEntry): void {
    const leader = this.#leader;
    const writer = this.#writer;
    const held = writer === null && entry.held?.areForClient !== true ? null : entry.held;
    this.#body = new FillBody(this.#cache.store, { writer, client: leader }, held, {
      onReady: () => this.#exchange?.resume(),
      onComplete: () => this.#complete(),
      onFailed: (why) => this.#heldFailed(why),
    });
    if (leader === null) {
      if (writer === null) this.#stopIfUnwanted();
      return;
    }
    leader.cacheStatus = forwardedStatus(this.#of, entry, writer !== null);
    if (this.#of.head.method === "GET") leader.cacheResult = entry.result;
    leader.onHead(entry.clientHead);
  }

  #complete(): void {
    const leader = this.#leader;
    this.#leader = null;
    const writer = this.#writer;
    this.#writer = null;
    if (writer !== null) {
      writer.commit();
      this.#cache.counters.add("cache_stores");
      if (this.#isOutdated) this.#cache.invalidateStored(this.key);
    }
    const isFillWanted = leader !== null && this.#isFillWanted();
    this.#close();
    leader?.onEnd(this.#trailers);
    if (isFillWanted) this.#cache.fillWhole(this.#of);
  }

  /** 304: what is stored is good, with new fields (RFC 9111 section 4.3.4). */
  #validated(stored: PreparedEntry, head: ResponseHead): void {
    const updated = freshened(stored.evaluated, head.fields, {
      requestWallMs: this.#requestWallMs,
      responseWallMs: this.#cache.clock.wallMs(),
    });
    if (!this.#isOutdated) this.#cache.store.update(stored.entry, updated);
    const fresh = new PreparedEntry(stored.entry, stored.view, updated);
    const { fwd } = this.#of.caching;
    this.#answerAll(fresh, { status: { fwd, fwdStatus: 304 }, result: "TCP_REFRESH_UNMODIFIED" });
  }

  /** A stale response instead of a failure, where that is allowed. False: it is not. */
  #serveStale(failure: OriginFailure, fwdStatus: number | null): boolean {
    const { caching, head } = this.#of;
    const stored = caching.stored;
    if (stored === null || !hasWanted(stored, caching.traits, head.method)) return false;
    const wallMs = this.#cache.clock.wallMs();
    if (!mayServeStaleOnFailure(stored.evaluated, caching.traits, failure, wallMs)) return false;
    const detail = failure === "unreachable" ? "origin-unreachable" : "stale-if-error";
    this.#answerAll(stored, {
      status: { fwd: caching.fwd, ...(fwdStatus === null ? {} : { fwdStatus }), detail },
      result: "TCP_REFRESH_FAIL_OLD",
    });
    return true;
  }

  #answerAll(stored: PreparedEntry, kind: StoredAnswerKind): void {
    const leader = this.#leader;
    this.#leader = null;
    const waiters = this.#waiters.takeAll();
    // After a 304 the exchange ends by itself; anything else is given up.
    if (kind.status.fwdStatus === 304) this.#exchange = null;
    this.#close();
    if (leader !== null) {
      leader.exchange = null;
      serveStored(leader, this.#cache, stored, kind);
    }
    for (const waiter of waiters) this.#waiters.serveOrRelease(waiter, stored, kind);
  }

  /** The origin's part does not fit ours: the whole is asked for after all. */
  #askForWhole(): void {
    this.#exchange?.abort();
    const { request, use } = this.#of;
    for (const name of ["range", "if-range"]) request.fields.remove(name);
    this.#of.caching.stored = null;
    this.#of = { ...this.#of, plan: { kind: "fetch" } };
    this.#exchange = use.generation.fetch(request, this);
    this.#exchange.end(null);
  }

  /** Held bytes cannot be read. Without them the client has nothing whole; with them only the store loses. */
  #heldFailed(why: string): void {
    if (this.#entry?.held?.areForClient === true) this.#fail("store-failed", why);
    else this.#dropWriter();
  }

  #fail(reason: CloseReason, detail: string): void {
    const leader = this.#leader;
    this.#leader = null;
    const waiters = this.#at === "asking" ? this.#waiters.takeAll() : [];
    this.#close();
    leader?.onError(reason, detail);
    // They would meet the same: one after the other they would only wait longer.
    for (const waiter of waiters) waiter.onError(reason, detail);
  }

  #dropWriter(): void {
    const writer = this.#writer;
    if (writer === null) return;
    this.#writer = null;
    this.#body?.dropWriter();
    writer.abort();
  }

  /** Nobody waits: it goes on only when little is missing. */
  #stopIfUnwanted(): void {
    if (this.#at === "over" || this.#leader !== null || this.#waiters.size > 0) return;
    if ((this.isBackground && this.#writer !== null) || this.#isNearlyDone()) return;
    this.#close();
  }

  #isNearlyDone(): boolean {
    const { finishBytesMax } = this.#of.caching.view.settings;
    if (this.#at !== "flowing" || this.#writer === null || this.#expectedBytes === null) return false;
    return this.#expectedBytes - this.#receivedBytes <= finishBytesMax;
  }

  #close(): void {
    if (this.#at === "over") return;
    this.#at = "over";
    this.#body?.stop();
    const exchange = this.#exchange;
    this.#exchange = null;
    exchange?.abort();
    const writer = this.#writer;
    this.#writer = null;
    writer?.abort();
    this.#cache.ended(this);
    this.#of.use.leave();
    for (const waiter of this.#waiters.takeAll()) this.#waiters.release(waiter);
  }

  /** A range was asked for, and the whole is small enough to be fetched for the next who asks. */
  #isFillWanted(): boolean {
    const { rangeFillBytesMax } = this.#of.caching.view.settings;
    const entry = this.#entry;
    if (rangeFillBytesMax === 0 || entry === null || entry.evaluated?.response.parts == null) return false;
    const completeBytes = completeBytesOf206(entry.clientHead);
    return completeBytes !== null && completeBytes <= rangeFillBytesMax;
  }
}
