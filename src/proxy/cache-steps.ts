import { cacheKeyOfRequest } from "#caching/cache-key.ts";
import { cacheStatusText } from "#caching/cache-status.ts";
import { requestTraits } from "#caching/request-traits.ts";
import { reuseOf } from "#caching/reuse.ts";
import type { RequestHead } from "#http/message-head.ts";
import { CachedRequest } from "./cached-request.ts";
import type { ProxyCache } from "./proxy-cache.ts";
import { STEP, type Step, type Wait } from "./step.ts";
import { hasWanted, servePlain, serveStored } from "./stored-answer.ts";
import type { Transaction } from "./transaction.ts";

/** Whether the store can answer; a miss or a validation goes on to `fetch`. */
export function lookup(transaction: Transaction): Step {
  const { cache } = transaction.connection.context;
  const head = transaction.head as RequestHead;
  if (cache === null || !transaction.generation.settings.cache.enabled || head.target.form !== "absolute")
    return STEP.fetch;
  const view = cache.viewOf(transaction.generation);
  let { caching } = transaction;
  if (caching === null) {
    caching = new CachedRequest(
      cacheKeyOfRequest(head.target, head.rawTarget),
      requestTraits(head.fields),
      view,
    );
    transaction.caching = caching;
  }
  const isCacheable = (head.method === "GET" || head.method === "HEAD") && head.framing.kind === "none";
  if (!isCacheable || caching.traits.wantsUpgrade || caching.traits.hasOriginConditions) {
    // A POST may be stored, but it is never answered from the store.
    caching.isBypassed = head.method !== "POST" || caching.traits.wantsUpgrade;
    caching.fwd = "method";
    transaction.cacheStatus = cacheStatusText(view.unit, { fwd: isCacheable ? "bypass" : "method" });
    return STEP.fetch;
  }
  return decide(transaction, cache, caching);
}

function decide(transaction: Transaction, cache: ProxyCache, caching: CachedRequest): Step {
  const { traits, view, key } = caching;
  const head = transaction.head as RequestHead;
  const entries = cache.store.find(key);
  const entry = cache.select(entries, head.fields);
  const stored = entry === null ? null : cache.prepare(entry, view);
  caching.stored = stored;
  const override = stored === null ? view.rules.overrideFor(key) : stored.evaluated.override;
  if (override?.never === true) {
    caching.isBypassed = true;
    caching.stored = null;
    transaction.cacheStatus = cacheStatusText(view.unit, { fwd: "bypass", detail: "override" });
    return STEP.fetch;
  }
  if (stored === null) caching.fwd = entries.length > 0 ? "vary-miss" : "uri-miss";
  else if (!hasWanted(stored, traits, head.method)) caching.fwd = "partial";
  else {
    const wallMs = cache.clock.wallMs();
    const reuse = reuseOf(stored.evaluated, traits, wallMs);
    if (reuse !== "validate") {
      caching.reuse = reuse;
      return STEP.hit;
    }
    const { evaluated } = stored;
    const isFresh = !evaluated.needsValidation && evaluated.freshnessLeftMs(wallMs) > 0;
    caching.fwd = isFresh ? "request" : "stale";
  }
  return afterMiss(transaction, cache, caching);
}

function afterMiss(transaction: Transaction, cache: ProxyCache, caching: CachedRequest): Step {
  transaction.cacheStatus = cacheStatusText(caching.view.unit, { fwd: caching.fwd });
  if (caching.traits.directives.onlyIfCached) {
    // RFC 9111 section 5.2.1.7.
    transaction.reason = "not-cached";
    return STEP.refuse;
  }
  if (transaction.head?.method !== "GET" || !caching.isCollapsible) return STEP.fetch;
  return cache.shared(transaction, caching.key) !== null || !cache.mayFetch(caching) ? STEP.join : STEP.fetch;
}

/** The store answers. */
export function hit(transaction: Transaction): Wait {
  const { cache } = transaction.connection.context;
  const { caching } = transaction;
  if (cache === null || caching === null || caching.stored === null)
    throw new Error("invariant broken: a hit without a stored response");
  const { stored, reuse, traits } = caching;
  if (
    reuse === "fresh" &&
    traits.isPlain &&
    transaction.head?.method === "GET" &&
    !transaction.closesForStored()
  ) {
    servePlain(transaction, cache, stored, cache.clock.wallMs());
    return STEP.wait;
  }
  const isStale = reuse !== "fresh";
  serveStored(transaction, cache, stored, {
    status: { hit: true },
    result: isStale ? "TCP_STALE_HIT" : null,
  });
  if (reuse === "stale-while-revalidate") cache.revalidate(transaction, caching);
  return STEP.wait;
}

/** Another request fetches the same: it is waited for, or read along with. */
export function join(transaction: Transaction): Wait {
  const { cache } = transaction.connection.context;
  const { caching } = transaction;
  if (cache === null || caching === null) throw new Error("invariant broken: join without a cache");
  const fill = cache.shared(transaction, caching.key);
  if (fill === null) cache.waitForOthers(transaction, caching);
  else fill.join(transaction);
  return STEP.wait;
}
