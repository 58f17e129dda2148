import { cacheStatusText } from "#caching/cache-status.ts";
import type { StoredEntry } from "#caching/cache-store.ts";
import { EvaluatedResponse } from "#caching/evaluated-response.ts";
import type { StoredResponse } from "#caching/stored-response.ts";
import { FieldList } from "#http/field-list.ts";
import { reasonPhrase } from "#http/status.ts";
import { viaElement } from "#http/via.ts";
import { fieldLinesText } from "#http1/serialize.ts";
import type { CacheView } from "./cache-view.ts";
import { ReadyMessage } from "./ready-messages.ts";

const SECOND_MS = 1_000;
/** RFC 9111 section 1.2.2: what stands for every greater number. */
const AGE_MAX = 2_147_483_648;

/** What a 304 says (RFC 9110 section 15.4.5); Last-Modified helps clients that keep no entity tag. */
const NOT_MODIFIED_FIELDS = new Set([
  ...["cache-control", "content-location", "date", "etag", "expires", "vary", "last-modified"],
]);

/** The wanted fields as text, checked for bytes that must not be written; never Age. */
function linesOf(fields: FieldList, isWanted: (name: string) => boolean): string {
  const wanted = new FieldList();
  for (let index = 0; index < fields.length; index += 1) {
    const name = fields.nameAt(index);
    if (name !== "age" && isWanted(name))
      wanted.addLower(name, fields.rawNameAt(index), fields.valueAt(index));
  }
  return fieldLinesText(wanted);
}

/**
 * What is made once for a stored response: the judgement of the rules, and the texts of its heads, to which
 * only Age, Cache-Status and Connection are added. The text of the latest second is kept, because a popular
 * response is sent many times within it.
 */
export class PreparedEntry {
  readonly view: CacheView;
  readonly evaluated: EvaluatedResponse;
  readonly entry: StoredEntry;
  /** That of the entry, or a newer one with the same body. */
  readonly response: StoredResponse;
  /** For the log. */
  readonly contentType: string;
  readonly #via: string;
  /** All fields but Age, which is new for each answer. */
  readonly #lines: string;
  #freshAge = -1;
  #freshHead = "";
  readonly #message = new ReadyMessage();

  constructor(entry: StoredEntry, view: CacheView, response: StoredResponse) {
    this.entry = entry;
    this.view = view;
    this.response = response;
    this.evaluated = new EvaluatedResponse(entry.key, response, view.rules);
    this.contentType = response.fields.get("content-type") ?? "-";
    this.#via = `Via: ${viaElement(1, view.pseudonym)}\r\n`;
    this.#lines = linesOf(response.fields, () => true) + this.#via;
  }

  /** Age in whole seconds (RFC 9111 section 5.1). */
  ageSeconds(wallMs: number): number {
    return Math.min(Math.floor(this.evaluated.ageMs(wallMs) / SECOND_MS), AGE_MAX);
  }

  ttlSeconds(wallMs: number): number {
    return Math.floor(this.evaluated.freshnessLeftMs(wallMs) / SECOND_MS);
  }

  /** The head of a fresh hit with the whole body, on a connection that stays open. */
  freshHead(wallMs: number): string {
    const age = this.ageSeconds(wallMs);
    if (age !== this.#freshAge) {
      const status = cacheStatusText(this.view.unit, { hit: true, ttl: this.ttlSeconds(wallMs) });
      this.#freshHead = this.wholeHead(age, status, false);
      this.#freshAge = age;
    }
    return this.#freshHead;
  }

  /** The whole of a fresh hit with this head, where it is ready; null where head and body are sent apart. */
  readyMessage(head: string, body: Buffer): Buffer | null {
    return this.#message.get(head, body);
  }

  wholeHead(age: number, cacheStatus: string, closes: boolean): string {
    const { status } = this.response;
    const length = status === 204 ? "" : `Content-Length: ${this.entry.bodyBytes}\r\n`;
    return this.#head(status, this.#lines, length + own(age, cacheStatus, closes));
  }

  /** 304: the client's copy is good. */
  notModifiedHead(age: number, cacheStatus: string, closes: boolean): string {
    const lines = linesOf(this.response.fields, (name) => NOT_MODIFIED_FIELDS.has(name));
    return this.#head(304, lines + this.#via, own(age, cacheStatus, closes));
  }

  /** 206 with `extra` for Content-Range, or for the type of a multipart body. */
  partHead(extra: PartFields, age: number, cacheStatus: string, closes: boolean): string {
    const lines = linesOf(
      this.response.fields,
      (name) => name !== "content-range" && (name !== "content-type" || extra.contentType === null),
    );
    const part =
      (extra.contentType === null ? "" : `Content-Type: ${extra.contentType}\r\n`) +
      (extra.contentRange === null ? "" : `Content-Range: ${extra.contentRange}\r\n`) +
      `Content-Length: ${extra.bytes}\r\n`;
    return this.#head(206, lines + this.#via, part + own(age, cacheStatus, closes));
  }

  /** 416: none of the ranges is within the representation (RFC 9110 section 15.5.17). */
  unsatisfiableHead(completeBytes: number, cacheStatus: string, closes: boolean): string {
    const date = linesOf(this.response.fields, (name) => name === "date");
    const range = `Content-Range: bytes */${completeBytes}\r\nContent-Length: 0\r\n`;
    return this.#head(416, date + this.#via, range + own(null, cacheStatus, closes));
  }

  #head(status: number, lines: string, more: string): string {
    return `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n${lines}${more}\r\n`;
  }
}

export interface PartFields {
  readonly bytes: number;
  readonly contentRange: string | null;
  readonly contentType: string | null;
}

/** The fields that are new for each answer: numbers and words of ours, nothing to check. */
const own = (age: number | null, cacheStatus: string, closes: boolean): string =>
  `${age === null ? "" : `Age: ${age}\r\n`}Cache-Status: ${cacheStatus}\r\n${closes ? "Connection: close\r\n" : ""}`;
