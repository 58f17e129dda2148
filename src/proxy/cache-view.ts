import { type CachingRules, compileCachingRules } from "#caching/caching-rules.ts";
import type { Settings } from "#settings/schema.ts";
import type { Generation } from "./generation.ts";

/** What the cache needs to know of one generation. */
export interface CacheView {
  readonly settings: Settings["cache"];
  readonly rules: CachingRules;
  readonly unit: string;
  readonly pseudonym: string;
  /** Fields that requests get from us, one value for each client: see StoringQuestion. */
  readonly clientFields: readonly string[];
}

export function cacheViewOf({ settings, pseudonym }: Generation): CacheView {
  const { forwarding, cache, unit } = settings;
  const clientFields: string[] = [];
  if (forwarding.xForwardedFor === "append") clientFields.push("x-forwarded-for");
  if (forwarding.forwarded === "append") clientFields.push("forwarded");
  return { settings: cache, rules: compileCachingRules(cache), unit: unit.name, pseudonym, clientFields };
}
