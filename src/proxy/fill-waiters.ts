import { cacheStatusText } from "#caching/cache-status.ts";
import type { BodyReader, BodySink, EntryWriter } from "#caching/cache-store.ts";
import type { EvaluatedResponse } from "#caching/evaluated-response.ts";
import { reuseOf } from "#caching/reuse.ts";
import { isSelected } from "#caching/vary.ts";
import { FieldList } from "#http/field-list.ts";
import type { ResponseHead } from "#http/message-head.ts";
import { reasonPhrase } from "#http/status.ts";
import type { Exchange } from "#transport/exchange.ts";
import type { CachedRequest } from "./cached-request.ts";
import { Seat } from "./exchange-seat.ts";
import type { PreparedEntry } from "./prepared-entry.ts";
import type { ProxyCache } from "./proxy-cache.ts";
import { STEP } from "./step.ts";
import { type StoredAnswerKind, serveStored } from "./stored-answer.ts";
import type { Transaction } from "./transaction.ts";

const cachingOf = (transaction: Transaction): CachedRequest => transaction.caching as CachedRequest;

/** The transactions that wait for another one's fetch, or read along with it (collapsed forwarding). */
export class FillWaiters {
  readonly #cache: ProxyCache;
  readonly #onLeft: () => void;
  /** Since when each waits. */
  readonly #waiting = new Map<Transaction, number>();
  #followers = 0;

  constructor(cache: ProxyCache, onLeft: () => void) {
    this.#cache = cache;
    this.#onLeft = onLeft;
  }

  get size(): number {
    return this.#waiting.size + this.#followers;
  }

  wait(transaction: Transaction): void {
    this.#waiting.set(transaction, this.#cache.clock.nowMs());
    transaction.exchange = new Seat(() => {
      if (this.#waiting.delete(transaction)) this.#onLeft();
    });
  }

  /** Whether the response that is arriving answers this request. */
  canFollow(transaction: Transaction, evaluated: EvaluatedResponse): boolean {
    const { traits } = cachingOf(transaction);
    if (traits.ifNoneMatch !== undefined || traits.ifModifiedSince !== undefined) return false;
    if (evaluated.response.parts !== null) return false;
    const fields = transaction.head?.fields;
    if (fields === undefined || !isSelected(evaluated.response, fields)) return false;
    return reuseOf(evaluated, traits, this.#cache.clock.wallMs()) === "fresh";
  }

  follow(transaction: Transaction, evaluated: EvaluatedResponse, writer: EntryWriter): void {
    const { fwd, view } = cachingOf(transaction);
    this.#followers += 1;
    const follower = new Follower(transaction, () => {
      this.#followers -= 1;
      this.#onLeft();
    });
    transaction.exchange = follower;
    transaction.cacheResult = "TCP_CF_HIT";
    transaction.cacheStatus = cacheStatusText(view.unit, { fwd, collapsed: true });
    transaction.onHead(headOf(evaluated, this.#cache.clock.wallMs()));
    follower.start(writer);
  }

  /** The head is there: those whom it answers read along, the others ask for themselves. */
  settle(evaluated: EvaluatedResponse | null, writer: EntryWriter | null): void {
    for (const transaction of this.takeAll()) {
      if (writer !== null && evaluated !== null && this.canFollow(transaction, evaluated))
        this.follow(transaction, evaluated, writer);
      else this.release(transaction);
    }
  }

  /** All who wait; they are nobody's then. */
  takeAll(): readonly Transaction[] {
    const all = [...this.#waiting.keys()];
    this.#waiting.clear();
    return all;
  }

  serveOrRelease(transaction: Transaction, stored: PreparedEntry, kind: StoredAnswerKind): void {
    const fields = transaction.head?.fields;
    if (fields === undefined || !isSelected(stored.response, fields)) {
      this.release(transaction);
      return;
    }
    transaction.exchange = null;
    serveStored(transaction, this.#cache, stored, { ...kind, status: { ...kind.status, collapsed: true } });
  }

  /** It looks again, and does not wait a second time. */
  release(transaction: Transaction): void {
    transaction.exchange = null;
    cachingOf(transaction).isAlone = true;
    transaction.run(STEP.lookup);
  }

  sweep(nowMs: number, limitMs: number): void {
    for (const [transaction, sinceMs] of this.#waiting) {
      if (nowMs - sinceMs < limitMs) continue;
      this.#waiting.delete(transaction);
      this.release(transaction);
    }
  }
}

function headOf({ response }: EvaluatedResponse, wallMs: number): ResponseHead {
  const fields = new FieldList();
  for (let index = 0; index < response.fields.length; index += 1) {
    const name = response.fields.nameAt(index);
    if (name !== "age")
      fields.addLower(name, response.fields.rawNameAt(index), response.fields.valueAt(index));
  }
  const age = Math.max(0, Math.floor((wallMs - response.responseWallMs) / 1_000));
  const received = Number(response.fields.get("age") ?? 0);
  fields.addLower("age", "Age", String(age + (Number.isSafeInteger(received) ? received : 0)));
  const { status, completeBytes } = response;
  return {
    status,
    reasonPhrase: reasonPhrase(status),
    minorVersion: 1,
    fields,
    framing:
      status === 204
        ? { kind: "none" }
        : completeBytes === null
          ? { kind: "chunked" }
          : { kind: "length", bytes: completeBytes },
    keepAlive: true,
  };
}

/** The exchange of a transaction that reads along. */
class Follower implements Exchange, BodySink {
  readonly #transaction: Transaction;
  readonly #onLeft: () => void;
  #reader: BodyReader | null = null;
  #over = false;

  constructor(transaction: Transaction, onLeft: () => void) {
    this.#transaction = transaction;
    this.#onLeft = onLeft;
  }

  start(writer: EntryWriter): void {
    if (!this.#over) this.#reader = writer.read(0, this);
  }

  onBody(bytes: Buffer): boolean {
    return this.#transaction.onBody(bytes);
  }

  onEnd(): void {
    this.#leave();
    this.#transaction.onEnd(null);
  }

  onError(why: string): void {
    this.#leave();
    this.#transaction.onError("origin-truncated", why);
  }

  write(): boolean {
    return true;
  }

  end(): void {}

  resume(): void {
    this.#reader?.resume();
  }

  abort(): void {
    this.#reader?.abort();
    this.#leave();
  }

  #leave(): void {
    if (this.#over) return;
    this.#over = true;
    this.#reader = null;
    this.#onLeft();
  }
}
