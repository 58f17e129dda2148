import type { CacheStatus } from "#caching/cache-status.ts";
import type { CacheKey } from "#caching/cache-store.ts";
import type { RequestTraits } from "#caching/request-traits.ts";
import type { Reuse } from "#caching/reuse.ts";
import type { CacheView } from "./cache-view.ts";
import type { PreparedEntry } from "./prepared-entry.ts";

/** What the cache knows of one GET or HEAD, from its look-up on. */
export class CachedRequest {
  readonly key: CacheKey;
  readonly traits: RequestTraits;
  readonly view: CacheView;
  /** The stored response that the request selects; null for none. */
  stored: PreparedEntry | null = null;
  /** Why it goes to the origin. */
  fwd: NonNullable<CacheStatus["fwd"]> = "uri-miss";
  /** The request goes past the store in both directions. */
  isBypassed = false;
  /** It has waited for another request once, in vain or not: it does not wait again. */
  isAlone = false;
  /** The key is claimed for its fetch: see CacheStore. */
  isClaimed = false;
  /** How `stored` answers it; "validate" where it does not. */
  reuse: Reuse = "validate";

  constructor(key: CacheKey, traits: RequestTraits, view: CacheView) {
    this.key = key;
    this.traits = traits;
    this.view = view;
  }

  /** Whether its answer may be another request's too. */
  get isCollapsible(): boolean {
    const { traits } = this;
    return (
      !this.isAlone &&
      traits.range === undefined &&
      !traits.isReload &&
      !traits.directives.noStore &&
      !traits.hasAuthorization &&
      this.view.settings.collapseWaitMs > 0
    );
  }
}
