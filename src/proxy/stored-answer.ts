/** Answers from the store: whole, 304, one range, several, or 416. */
import { contentRangeText, parseRange, selectedRanges } from "#caching/byte-ranges.ts";
import { type CacheStatus, cacheStatusText } from "#caching/cache-status.ts";
import { isNotModified, isRangeWanted } from "#caching/client-conditions.ts";
import { heldAt } from "#caching/parts.ts";
import type { RequestTraits } from "#caching/request-traits.ts";
import type { ByteRange } from "#caching/stored-response.ts";
import type { CacheResult } from "#http/transaction-record.ts";
import type { CachedRequest } from "./cached-request.ts";
import type { PreparedEntry } from "./prepared-entry.ts";
import type { ProxyCache } from "./proxy-cache.ts";
import { StoredBody, type StoredRun } from "./stored-body.ts";
import type { Transaction } from "./transaction.ts";

/** How the answer is told and logged. `result` null: by where the body is. */
export interface StoredAnswerKind {
  readonly status: CacheStatus;
  readonly result: CacheResult | null;
}

const EMPTY = Buffer.alloc(0);

/** The ranges that a request selects of a stored response; null where Range does not count. */
function wantedRanges(
  stored: PreparedEntry,
  traits: RequestTraits,
  method: string,
): ReturnType<typeof selectedRanges> | null {
  // RFC 9110 section 14.2: only GET, and only the range of a 200.
  if (traits.range === undefined || method !== "GET" || stored.evaluated.response.status !== 200) return null;
  const specs = parseRange(traits.range);
  const completeBytes = completeBytesOf(stored);
  if (specs === null || completeBytes === null) return null;
  return isRangeWanted(stored.evaluated, traits.ifRange) ? selectedRanges(specs, completeBytes) : null;
}

/** Whether a stored response has all the bytes that the request needs. */
export function hasWanted(stored: PreparedEntry, traits: RequestTraits, method: string): boolean {
  const { response } = stored;
  if (response.parts === null || method === "HEAD") return response.parts === null;
  const ranges = wantedRanges(stored, traits, method);
  if (ranges === "unsatisfiable") return true;
  return ranges !== null && ranges !== "whole" && ranges.every((range) => heldAt(response, range) !== null);
}

const completeBytesOf = ({ entry, response }: PreparedEntry): number | null =>
  response.parts === null ? entry.bodyBytes : response.completeBytes;

/** Answers a transaction from the store. The stored response has what is wanted (`hasWanted`). */
export function serveStored(
  transaction: Transaction,
  cache: ProxyCache,
  stored: PreparedEntry,
  kind: StoredAnswerKind,
): void {
  const { entry, response } = stored;
  const { traits } = transaction.caching as CachedRequest;
  const wallMs = cache.clock.wallMs();
  const age = stored.ageSeconds(wallMs);
  const closes = transaction.closesForStored();
  const method = transaction.head?.method ?? "";
  cache.store.touch(entry);
  transaction.contentType = stored.contentType;
  const status = cacheStatusText(stored.view.unit, { ...kind.status, ttl: stored.ttlSeconds(wallMs) });
  if (isNotModified(stored.evaluated, traits)) {
    transaction.cacheResult = kind.result ?? "TCP_IMS_HIT";
    transaction.sendAnswer(304, stored.notModifiedHead(age, status, closes), EMPTY);
    return;
  }
  transaction.cacheResult = kind.result ?? (entry.body === null ? "TCP_HIT" : "TCP_MEM_HIT");
  const ranges = wantedRanges(stored, traits, method);
  if (ranges === "unsatisfiable") {
    const head = stored.unsatisfiableHead(completeBytesOf(stored) ?? 0, status, closes);
    transaction.sendAnswer(416, head, EMPTY);
  } else if (ranges === null || ranges === "whole") {
    const head = stored.wholeHead(age, status, closes);
    if (method === "HEAD") transaction.sendAnswer(response.status, head, EMPTY);
    else sendRun(transaction, cache, stored, { status: response.status, head, runs: wholeRun(stored) });
  } else {
    const body = ranges.length === 1 ? oneRange(stored, ranges[0] as ByteRange) : multipart(stored, ranges);
    const head = stored.partHead(body, age, status, closes);
    sendRun(transaction, cache, stored, { status: 206, head, runs: body.runs });
  }
}

/** The ordinary hit, made short: fresh, whole, nothing asked for. */
export function servePlain(
  transaction: Transaction,
  cache: ProxyCache,
  stored: PreparedEntry,
  wallMs: number,
): void {
  const { entry, response } = stored;
  cache.store.touch(entry);
  transaction.cacheResult = entry.body === null ? "TCP_HIT" : "TCP_MEM_HIT";
  transaction.contentType = stored.contentType;
  const head = stored.freshHead(wallMs);
  if (entry.body !== null) {
    const ready = stored.readyMessage(head, entry.body);
    if (ready === null) transaction.sendAnswer(response.status, head, entry.body);
    else transaction.sendReady(response.status, ready);
  } else sendRun(transaction, cache, stored, { status: response.status, head, runs: wholeRun(stored) });
}

interface RunAnswer {
  readonly status: number;
  readonly head: string;
  readonly runs: readonly StoredRun[];
}

const wholeRun = ({ entry }: PreparedEntry): readonly StoredRun[] => [
  { text: "", from: 0, to: entry.bodyBytes },
];

function sendRun(
  transaction: Transaction,
  cache: ProxyCache,
  { entry }: PreparedEntry,
  answer: RunAnswer,
): void {
  const { body } = entry;
  const [first] = answer.runs;
  if (body !== null && first !== undefined) {
    const isOne = answer.runs.length === 1;
    const bytes = isOne
      ? body.subarray(first.from, first.to)
      : Buffer.concat(
          answer.runs.flatMap(({ text, from, to }) => [Buffer.from(text, "latin1"), body.subarray(from, to)]),
        );
    transaction.sendAnswer(answer.status, answer.head, bytes);
    return;
  }
  const stored = new StoredBody(cache.store, entry, answer.runs, transaction);
  transaction.exchange = stored;
  transaction.sendHead(answer.status, answer.head, false);
  stored.start();
}

interface PartBody {
  readonly bytes: number;
  readonly contentRange: string | null;
  readonly contentType: string | null;
  readonly runs: readonly StoredRun[];
}

function runOf(stored: PreparedEntry, range: ByteRange, text: string): StoredRun {
  const from = heldAt(stored.response, range) ?? 0;
  return { text, from, to: from + range.last - range.first + 1 };
}

function oneRange(stored: PreparedEntry, range: ByteRange): PartBody {
  return {
    bytes: range.last - range.first + 1,
    contentRange: contentRangeText(range, completeBytesOf(stored)),
    contentType: null,
    runs: [runOf(stored, range, "")],
  };
}

/** multipart/byteranges (RFC 9110 section 14.6). */
function multipart(stored: PreparedEntry, ranges: readonly ByteRange[]): PartBody {
  const boundary = crypto.randomUUID();
  const type = stored.response.fields.get("content-type");
  const typeLine = type === undefined ? "" : `Content-Type: ${type}\r\n`;
  const runs = ranges.map((range, index) => {
    const before = `${index === 0 ? "" : "\r\n"}--${boundary}\r\n${typeLine}`;
    return runOf(
      stored,
      range,
      `${before}Content-Range: ${contentRangeText(range, completeBytesOf(stored))}\r\n\r\n`,
    );
  });
  runs.push({ text: `\r\n--${boundary}--\r\n`, from: 0, to: 0 });
  return {
    bytes: runs.reduce((sum, { text, from, to }) => sum + text.length + to - from, 0),
    contentRange: null,
    contentType: `multipart/byteranges; boundary=${boundary}`,
    runs,
  };
}
