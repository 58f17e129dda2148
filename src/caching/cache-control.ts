/**
 * Cache-Control of requests and responses (RFC 9111 section 5.2). Names match in any case; what is not
 * known is ignored (section 5.2.3). Strict where leniency would make a response live longer: a lifetime
 * that is no plain number counts as 0 (section 4.2.1). Tolerant where strictness would drop a restriction:
 * `no-store=x` and `no-cache ` still restrict.
 */

/** Numbers are seconds; null where the directive is absent. */
export interface CacheControl {
  readonly noStore: boolean;
  /** `no-cache` without field names: validate before every use (section 5.2.2.4). */
  readonly noCache: boolean;
  /** `no-cache="set-cookie"`: lower-case names of fields that are not reused without validation. */
  readonly noCacheFields: readonly string[];
  readonly private: boolean;
  readonly privateFields: readonly string[];
  readonly public: boolean;
  readonly mustRevalidate: boolean;
  readonly proxyRevalidate: boolean;
  readonly mustUnderstand: boolean;
  readonly immutable: boolean;
  readonly onlyIfCached: boolean;
  readonly maxAge: number | null;
  readonly sMaxAge: number | null;
  readonly minFresh: number | null;
  /** Infinity for `max-stale` without a value (section 5.2.1.2). */
  readonly maxStale: number | null;
  /** RFC 5861. */
  readonly staleWhileRevalidate: number | null;
  readonly staleIfError: number | null;
}

type Mutable = { -readonly [Key in keyof CacheControl]: CacheControl[Key] };

export const NO_DIRECTIVES: CacheControl = {
  noStore: false,
  noCache: false,
  noCacheFields: [],
  private: false,
  privateFields: [],
  public: false,
  mustRevalidate: false,
  proxyRevalidate: false,
  mustUnderstand: false,
  immutable: false,
  onlyIfCached: false,
  maxAge: null,
  sMaxAge: null,
  minFresh: null,
  maxStale: null,
  staleWhileRevalidate: null,
  staleIfError: null,
};

/** Section 1.2.2: the number that stands for every larger one. */
export const DELTA_SECONDS_MAX = 2_147_483_648;

/**
 * `name`, `name=token` or `name="quoted"`, up to the next comma outside quotes. Blanks around "=" are no
 * grammar: they are matched so that they can be judged. A quote that never ends runs to the end.
 */
const DIRECTIVE = /\s*([^\s,="]+)(\s*)(?:=(\s*)(?:"((?:[^"\\]|\\.)*)(?:"|$)|([^,]*)))?[^,]*(?:,|$)/y;

/** Parses the combined value of all Cache-Control lines; undefined is a message without one. */
export function parseCacheControl(value: string | undefined): CacheControl {
  if (value === undefined) return NO_DIRECTIVES;
  const result: Mutable = { ...NO_DIRECTIVES };
  let at = 0;
  while (at < value.length) {
    DIRECTIVE.lastIndex = at;
    const match = DIRECTIVE.exec(value);
    if (match === null) {
      const comma = value.indexOf(",", at);
      at = comma === -1 ? value.length : comma + 1;
      continue;
    }
    at = DIRECTIVE.lastIndex;
    const [, name = "", before = "", after, quoted, token] = match;
    const isSpaced = after !== undefined && before + after !== "";
    apply(result, name.toLowerCase(), { value: quoted ?? token?.trim() ?? null, isSpaced });
  }
  return result;
}

interface Argument {
  /** Without its quotes; null where there is no "=". */
  readonly value: string | null;
  readonly isSpaced: boolean;
}

function apply(result: Mutable, name: string, argument: Argument): void {
  if (applyFlag(result, name)) return;
  switch (name) {
    case "no-cache":
      if (isFieldList(argument)) result.noCacheFields = [...result.noCacheFields, ...fieldNames(argument)];
      else result.noCache = true;
      return;
    case "private":
      if (isFieldList(argument)) result.privateFields = [...result.privateFields, ...fieldNames(argument)];
      else result.private = true;
      return;
    // Section 4.2.1: of several values the first is used.
    case "max-age":
      result.maxAge ??= deltaSeconds(argument);
      return;
    case "s-maxage":
      result.sMaxAge ??= deltaSeconds(argument);
      return;
    case "min-fresh":
      result.minFresh ??= deltaSeconds(argument);
      return;
    case "max-stale":
      result.maxStale ??= argument.value === null ? Number.POSITIVE_INFINITY : deltaSeconds(argument);
      return;
    case "stale-while-revalidate":
      result.staleWhileRevalidate ??= deltaSeconds(argument);
      return;
    case "stale-if-error":
      result.staleIfError ??= deltaSeconds(argument);
  }
}

function applyFlag(result: Mutable, name: string): boolean {
  switch (name) {
    case "no-store":
      result.noStore = true;
      return true;
    case "public":
      result.public = true;
      return true;
    case "must-revalidate":
      result.mustRevalidate = true;
      return true;
    case "proxy-revalidate":
      result.proxyRevalidate = true;
      return true;
    case "must-understand":
      result.mustUnderstand = true;
      return true;
    case "immutable":
      result.immutable = true;
      return true;
    case "only-if-cached":
      result.onlyIfCached = true;
      return true;
    default:
      return false;
  }
}

/** Digits, perhaps quoted; anything else is 0, so that the response is stale (section 4.2.1). */
function deltaSeconds({ value, isSpaced }: Argument): number {
  if (value === null || isSpaced || !/^[0-9]+$/.test(value)) return 0;
  return Math.min(Number(value), DELTA_SECONDS_MAX);
}

/** An empty or malformed list restricts as if it were not there: the whole response. */
const isFieldList = ({ value }: Argument): boolean =>
  value !== null &&
  /^[\s,]*[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:[\s,]+[!#$%&'*+.^_`|~0-9A-Za-z-]+)*[\s,]*$/.test(value);

const fieldNames = ({ value }: Argument): readonly string[] =>
  (value ?? "")
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((name) => name !== "");
