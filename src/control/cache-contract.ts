/** The cache commands of the control socket: what they are asked with, checked, and what they answer. */
import { failure, type Outcome, success } from "#base/outcome.ts";
import { cacheKeyOf } from "#caching/cache-key.ts";
import type { CacheKey, PurgeMode, PurgeSelector, StoreStats } from "#caching/cache-store.ts";
import type { Explanation } from "#caching/explanation.ts";
import type { LastRequest } from "#caching/last-request.ts";
import { parseAuthority } from "#http/authority.ts";
import { parseRequestTarget } from "#http/request-target.ts";
import { isToken } from "#http/token.ts";

export interface PurgeOrder {
  readonly selector: PurgeSelector;
  readonly mode: PurgeMode;
}

export interface InspectQuestion {
  readonly url: string;
  /** Fields of the GET that is asked about: they select the variant. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** What would happen to a GET now, and what became of the last request. An infinite time arrives as null. */
export interface InspectAnswer extends Explanation {
  /** Null where no worker remembers one. */
  readonly last: (LastRequest & { readonly worker: number; readonly reason: string }) | null;
}

/** The requests of a stretch of time that ends now. */
export interface HitRatioAnswer {
  readonly minutes: number;
  /** Hits, validated ones and misses; what cannot be answered from a store is not among them. */
  readonly requests: number;
  readonly hits: number;
  /** From 0 to 1; null without requests. */
  readonly hitRatio: number | null;
  readonly bytesSaved: number;
}

interface WorkerCacheAnswer {
  readonly worker: number;
  readonly memoryBytes: number;
  /** The cache's counters since the unit started. */
  readonly counters: Readonly<Record<string, number>>;
  readonly ratios: readonly HitRatioAnswer[];
}

export interface CacheStatsAnswer {
  readonly store: StoreStats;
  readonly ratios: readonly HitRatioAnswer[];
  /** Over all workers. */
  readonly counters: Readonly<Record<string, number>>;
  readonly workers: readonly WorkerCacheAnswer[];
}

type Rest = Readonly<Record<string, unknown>>;

const MODES: readonly PurgeMode[] = ["count", "stale", "remove"];
const FIELDS_MAX = 100;
/** Half of a media type (RFC 6838 section 4.2 allows less than a token). */
const MEDIA_TYPE = /^([^/\s]+)\/([^/\s]+)$/;

/** The key of a URL as an administrator writes it. */
function keyOfUrl(url: string): Outcome<CacheKey, string> {
  const target = parseRequestTarget("GET", url);
  if (typeof target === "object" && target.form === "absolute") return success(cacheKeyOf(target));
  const hint = url.includes("#") ? ", without the part from # on" : "";
  return failure(`${JSON.stringify(url)} is no http or https URL, such as http://example.com/page${hint}`);
}

/** A prefix in the normal form of keys: what precedes the path has lower case and no default port. */
function normalPrefix(prefix: string): Outcome<string, string> {
  const [, scheme = "", authority = "", path = ""] = /^(https?):\/\/([^/?#]*)(.*)$/is.exec(prefix) ?? [];
  if (scheme === "")
    return failure("a prefix begins with http:// or https://; for a whole host there is host");
  const defaultPort = scheme.toLowerCase() === "https" ? /:443$/ : /:80$/;
  const host = path === "" ? authority : authority.replace(defaultPort, "");
  return success(`${scheme.toLowerCase()}://${host.toLowerCase()}${path}`);
}

function normalHost(host: string): Outcome<string, string> {
  const bare = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  if (parseAuthority(bare, 80) === null || /[\])a-z0-9]:\d+$/i.test(bare))
    return failure(`${JSON.stringify(host)} is no host, such as example.com: it is named without a port`);
  return success(bare.toLowerCase());
}

function normalMediaType(type: string): Outcome<string, string> {
  const [, main = "", sub = ""] = MEDIA_TYPE.exec(type) ?? [];
  return isToken(main) && isToken(sub) && main !== "*"
    ? success(type.toLowerCase())
    : failure(`${JSON.stringify(type)} is no content type, such as image/png or image/*`);
}

const unchanged = (text: string): Outcome<string, string> => success(text);

/** The selectors with a text: the member that has it, and its normal form. */
const TEXTS = {
  url: { member: "url", normal: keyOfUrl },
  prefix: { member: "prefix", normal: normalPrefix },
  host: { member: "host", normal: normalHost },
  pattern: { member: "pattern", normal: unchanged },
  tag: { member: "tag", normal: unchanged },
  "content-type": { member: "contentType", normal: normalMediaType },
} as const satisfies Partial<Record<PurgeSelector["by"], object>>;

const PURGE_SELECTORS = [...Object.keys(TEXTS), "age", "all"] as readonly PurgeSelector["by"][];

/** A selector in the form that the store compares with its keys; the error is a sentence for people. */
export function parsePurgeSelector(value: unknown): Outcome<PurgeSelector, string> {
  if (typeof value !== "object" || value === null) return failure("what to purge is not said");
  const { by, ...rest } = value as Rest;
  const members = Object.keys(rest);
  if (by === "all" && members.length === 0) return success({ by });
  if (by === "age" && members.length === 1) {
    const { olderThanMs } = rest;
    return typeof olderThanMs === "number" && Number.isFinite(olderThanMs) && olderThanMs >= 0
      ? success({ by, olderThanMs })
      : failure("the age is no number of milliseconds");
  }
  const row = typeof by === "string" && by in TEXTS ? TEXTS[by as keyof typeof TEXTS] : undefined;
  const text = row === undefined ? undefined : rest[row.member];
  if (row === undefined || members.length !== 1 || typeof text !== "string")
    return failure(`a selector is one of ${PURGE_SELECTORS.join(", ")}, with its own value and nothing else`);
  if (text === "") return failure(`the ${row.member} to purge is empty`);
  const normal = row.normal(text);
  return normal.ok ? success({ by, [row.member]: normal.value } as unknown as PurgeSelector) : normal;
}

/** What `cache-purge` is asked with. */
export function parsePurgeOrder({ selector, mode, ...rest }: Rest): Outcome<PurgeOrder, string> {
  const known = MODES.find((one) => one === mode);
  if (known === undefined) return failure(`mode is none of ${MODES.join(", ")}`);
  if (Object.keys(rest).length > 0) return failure("the request has an unknown key beside selector and mode");
  const parsed = parsePurgeSelector(selector);
  return parsed.ok ? success({ selector: parsed.value, mode: known }) : parsed;
}

const isField = (value: unknown): value is readonly [string, string] =>
  Array.isArray(value) &&
  value.length === 2 &&
  typeof value[0] === "string" &&
  isToken(value[0]) &&
  typeof value[1] === "string";

/** What `cache-inspect` is asked with. */
export function parseInspectQuestion({ url, fields, ...rest }: Rest): Outcome<InspectQuestion, string> {
  if (Object.keys(rest).length > 0) return failure("the request has an unknown key beside url and fields");
  if (typeof url !== "string") return failure("url is missing");
  if (!Array.isArray(fields) || fields.length > FIELDS_MAX || !fields.every(isField))
    return failure(`fields is no list of at most ${FIELDS_MAX} pairs of a field name and a value`);
  const key = keyOfUrl(url);
  return key.ok ? success({ url: key.value, fields }) : key;
}
