import { parseContentRange } from "#caching/byte-ranges.ts";
import type { CacheControl } from "#caching/cache-control.ts";
import { cacheStatusText } from "#caching/cache-status.ts";
import type { EntryWriter, StoredEntry } from "#caching/cache-store.ts";
import { EvaluatedResponse } from "#caching/evaluated-response.ts";
import { type ExchangeTimes, freshened } from "#caching/freshening.ts";
import { keyOfReference } from "#caching/invalidation.ts";
import { type CombinedParts, combineParts, receivedPart } from "#caching/parts.ts";
import { responseDirectives } from "#caching/response-directives.ts";
import { whyNotStorable } from "#caching/storable.ts";
import { storedFields } from "#caching/stored-fields.ts";
import type { ByteRange, StoredResponse } from "#caching/stored-response.ts";
import { tagsOf } from "#caching/tags.ts";
import { isSelected, varyKey, varyNames } from "#caching/vary.ts";
import type { ResponseHead } from "#http/message-head.ts";
import { reasonPhrase } from "#http/status.ts";
import type { CacheResult } from "#http/transaction-record.ts";
import type { FillRequest } from "./fill.ts";
import type { HeldBytes } from "./fill-body.ts";
import { COMBINE_BYTES_MAX } from "./limits.ts";
import type { ProxyCache } from "./proxy-cache.ts";

/** What the origin's head makes of a fill: what is stored, and what the client is answered. */
export interface NewEntry {
  /** Null: nothing is stored. */
  readonly evaluated: EvaluatedResponse | null;
  readonly bodyBytes: number | null;
  readonly clientHead: ResponseHead;
  readonly held: HeldBytes | null;
  readonly result: CacheResult;
}

/** Null: the part that came does not fit the stored ones, and the client wants the whole. */
export function newEntry(of: FillRequest, head: ResponseHead, times: ExchangeTimes): NewEntry | null {
  const isPart = head.status === 206;
  if (of.plan.kind === "complete" && head.status === 416) return null;
  const question = new Question(of, head, times);
  return isPart ? question.part() : question.whole();
}

/** Begins to store it; null when it is not to be stored, or the store does not take it. */
export function openEntry(cache: ProxyCache, of: FillRequest, entry: NewEntry): EntryWriter | null {
  const { evaluated, bodyBytes } = entry;
  if (evaluated === null) {
    // The origin was asked about a stored response, and what it has now is not for us to keep.
    if (of.plan.kind === "validate" && entry.clientHead.status < 500)
      cache.store.remove(of.plan.stored.entry);
    return null;
  }
  const { key, view } = of.caching;
  const { settings } = view;
  if (bodyBytes !== null && bodyBytes > settings.objectBytesMax) return null;
  const all = cache.store.find(key);
  const replaces: StoredEntry[] = all.filter(({ response }) => isSelected(response, of.head.fields));
  const others = all.filter((one) => !replaces.includes(one));
  replaces.push(...others.slice(settings.variantsMax - 1));
  const writer = cache.store.write(key, evaluated.response, { bodyBytes, replaces });
  if (writer === null) cache.counters.add("cache_stores_refused");
  return writer;
}

/** Cache-Status of an answer that comes from the origin. */
export function forwardedStatus(of: FillRequest, entry: NewEntry, stored: boolean): string {
  const { fwd, view } = of.caching;
  const isOther = entry.held?.areForClient === true;
  return cacheStatusText(view.unit, {
    fwd: isOther ? "partial" : fwd,
    ...(isOther ? { fwdStatus: 206 } : {}),
    stored,
  });
}

class Question {
  readonly #of: FillRequest;
  readonly #head: ResponseHead;
  readonly #times: ExchangeTimes;
  readonly #directives: CacheControl;

  constructor(of: FillRequest, head: ResponseHead, times: ExchangeTimes) {
    this.#of = of;
    this.#head = head;
    this.#times = times;
    this.#directives = responseDirectives(head.fields, of.caching.view.rules.targetedFields).directives;
  }

  whole(): NewEntry {
    const head = this.#head;
    const bytes =
      head.framing.kind === "length" ? head.framing.bytes : head.framing.kind === "none" ? 0 : null;
    // Most responses of the web are not for a store: nothing is made for them.
    if (!this.#mayStore(head.status)) return this.#entry(null, bytes, null, head);
    const response = this.#response(head.status, { completeBytes: bytes, parts: null });
    return this.#entry(this.#evaluated(response), bytes, null, head);
  }

  part(): NewEntry | null {
    const head = this.#head;
    const { plan } = this.#of;
    const length = head.framing.kind === "length" ? head.framing.bytes : null;
    const received = receivedPart(head.fields.get("content-range"), length);
    const held = plan.kind === "complete" || plan.kind === "add-part" ? plan.stored : null;
    const { strongEtag } = held?.evaluated ?? {};
    const isSame =
      received !== null &&
      strongEtag !== undefined &&
      head.fields.get("etag") === strongEtag &&
      received.completeBytes === held?.response.completeBytes;
    if (plan.kind === "complete" && !isSame) return null;
    // Nor is one stored that contradicts itself, or that nobody asked for.
    const isAsked = this.#of.request.fields.get("range") !== undefined;
    if (received === null || !isAsked) return this.#entry(null, null, null, head);
    const { range, completeBytes } = received;
    const heldParts = isSame && held !== null ? (held.response.parts ?? []) : [];
    const combined = combineParts(heldParts, range, completeBytes);
    const shape = { completeBytes, parts: combined.parts };
    if (plan.kind === "complete") return this.#completed(combined, shape);
    // Small parts are copied together; a large one would be copied again with each further part.
    const isTooLarge = isSame && held !== null && held.entry.bodyBytes > COMBINE_BYTES_MAX;
    if (isTooLarge || !this.#mayStore(200)) return this.#entry(null, null, null, head);
    const evaluated = this.#evaluated(this.#response(200, shape));
    const bytes = bytesOf(combined, range);
    const heldBytes =
      isSame && held !== null ? { entry: held.entry, ...combined, areForClient: false } : null;
    return this.#entry(evaluated, bytes, heldBytes, head);
  }

  /** The client gets the whole: held bytes, and those that were missing. */
  #completed(combined: CombinedParts, shape: Shape): NewEntry | null {
    const { plan } = this.#of;
    if (plan.kind !== "complete" || combined.parts !== null || shape.completeBytes === null) return null;
    const bytes = shape.completeBytes;
    const response: StoredResponse = {
      ...freshened(plan.stored.evaluated, this.#head.fields, this.#times),
      ...shape,
    };
    response.fields.remove("content-range");
    const clientHead: ResponseHead = {
      status: 200,
      reasonPhrase: reasonPhrase(200),
      minorVersion: this.#head.minorVersion,
      fields: response.fields,
      framing: { kind: "length", bytes },
      keepAlive: this.#head.keepAlive,
    };
    const held = { entry: plan.stored.entry, ...combined, areForClient: true };
    const evaluated = this.#mayStore(200) ? this.#evaluated(response) : null;
    return this.#entry(evaluated, bytes, held, clientHead);
  }

  #entry(
    evaluated: EvaluatedResponse | null,
    bodyBytes: number | null,
    held: HeldBytes | null,
    clientHead: ResponseHead,
  ): NewEntry {
    const { plan, caching } = this.#of;
    const result =
      plan.kind === "validate"
        ? "TCP_REFRESH_MODIFIED"
        : caching.traits.isReload
          ? "TCP_CLIENT_REFRESH_MISS"
          : "TCP_MISS";
    return { evaluated, bodyBytes, held, clientHead, result };
  }

  #response(status: number, shape: Shape): StoredResponse {
    const fields = storedFields(this.#head.fields, this.#directives, this.#times.responseWallMs);
    if (this.#head.status === 206) fields.remove("content-range");
    const names = varyNames(fields);
    const varyOn = names === "*" ? [] : varyKey(names, this.#of.head.fields);
    return { status, fields, ...this.#times, varyOn, invalidated: false, ...shape, tags: tagsOf(fields) };
  }

  /** Whether the rules allow to store it, as a response of that status. */
  #mayStore(status: number): boolean {
    const { caching, head } = this.#of;
    const { target } = head;
    const { fields } = this.#head;
    const override = caching.view.rules.overrideFor(caching.key);
    const reason = whyNotStorable({
      method: head.method,
      status,
      fields,
      directives: this.#directives,
      requestNoStore: caching.traits.directives.noStore,
      requestHasAuthorization: caching.traits.hasAuthorization,
      isAboutTarget:
        head.method === "POST" &&
        target.form === "absolute" &&
        keyOfReference(target, fields.get("content-location")) === caching.key,
      clientFields: caching.view.clientFields,
      overrideNever: override?.never === true,
      overrideLifetime: (override?.lifetimeMinMs ?? 0) > 0,
    });
    return reason === null;
  }

  /** The response with what the rules say about it; null where it would never be of use. */
  #evaluated(response: StoredResponse): EvaluatedResponse | null {
    const { caching } = this.#of;
    const evaluated = new EvaluatedResponse(caching.key, response, caching.view.rules);
    return evaluated.isWorthStoring(this.#times.responseWallMs) ? evaluated : null;
  }
}

type Shape = Pick<StoredResponse, "completeBytes" | "parts">;

const bytesOf = ({ before, after }: CombinedParts, range: ByteRange): number =>
  [...before, ...after].reduce((sum, { from, to }) => sum + to - from, range.last - range.first + 1);

/** The complete length that a 206 tells; null where it does not. */
export const completeBytesOf206 = (head: ResponseHead): number | null =>
  head.status === 206 ? (parseContentRange(head.fields.get("content-range"))?.completeBytes ?? null) : null;
