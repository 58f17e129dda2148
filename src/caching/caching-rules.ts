/** What an administrator decides about caching, made ready for the decisions of this folder. */

/** One override of the settings: for URLs that match a shell pattern. */
export interface CacheOverride {
  /** Over the whole URL: "*" any run, "?" any one character. */
  readonly pattern: string;
  readonly never?: boolean | undefined;
  readonly lifetimeMinMs?: number | undefined;
  readonly lifetimeMaxMs?: number | undefined;
  readonly ignoreClientReload?: boolean | undefined;
}

/** As much of the `cache` section of the settings as decisions need. */
export interface CachingSettings {
  readonly heuristicPercent: number;
  readonly heuristicMaxMs: number;
  readonly negativeMaxMs: number;
  readonly staleIfDownMs: number;
  readonly targetedFields: readonly string[];
  readonly overrides: readonly CacheOverride[];
}

export interface CachingRules {
  /** The share of the time since Last-Modified that a response stays fresh without saying so. */
  readonly heuristicFraction: number;
  readonly heuristicMaxMs: number;
  /** Errors (400 and above) are fresh at most this long. */
  readonly negativeMaxMs: number;
  /** How long after its freshness ended a response may serve while the origin cannot be reached. */
  readonly staleIfDownMs: number;
  /** Fields to look at before Cache-Control (RFC 9213), in lower case, the first first. */
  readonly targetedFields: readonly string[];
  /** The first override whose pattern matches the URL; null for none. */
  readonly overrideFor: (url: string) => CacheOverride | null;
}

export function compileCachingRules(settings: CachingSettings): CachingRules {
  const overrides = settings.overrides.map((override) => ({
    override,
    matches: shellPattern(override.pattern),
  }));
  return {
    heuristicFraction: settings.heuristicPercent / 100,
    heuristicMaxMs: settings.heuristicMaxMs,
    negativeMaxMs: settings.negativeMaxMs,
    staleIfDownMs: settings.staleIfDownMs,
    targetedFields: settings.targetedFields.map((name) => name.toLowerCase()),
    overrideFor:
      overrides.length === 0
        ? () => null
        : (url) => overrides.find(({ matches }) => matches(url))?.override ?? null,
  };
}

/**
 * A matcher for a shell pattern. By hand and not as a regular expression: the time is bounded by the product
 * of both lengths whatever the pattern.
 */
export function shellPattern(pattern: string): (text: string) => boolean {
  return (text) => {
    let at = 0;
    let inPattern = 0;
    let starAt = -1;
    let resumeAt = 0;
    while (at < text.length) {
      const char = pattern[inPattern];
      if (char === "*") {
        starAt = inPattern;
        resumeAt = at;
        inPattern += 1;
      } else if (char !== undefined && (char === "?" || char === text[at])) {
        at += 1;
        inPattern += 1;
      } else if (starAt !== -1) {
        inPattern = starAt + 1;
        resumeAt += 1;
        at = resumeAt;
      } else return false;
    }
    while (pattern[inPattern] === "*") inPattern += 1;
    return inPattern === pattern.length;
  };
}
