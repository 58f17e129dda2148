/** The cache: figures, purge, inspection. */
import type { CacheAnswer, CacheState } from "#console/contract/cache.ts";
import type { HandlersOf } from "#console/server/handler.ts";
import { Refusal } from "#console/server/refusal.ts";
import type { Services } from "#console/server/services.ts";
import { parsePurgeOrder } from "#control/cache-contract.ts";

type Names = "cache.read" | "cache.purge" | "cache.inspect";

export function cacheRoutes({ link }: Services): HandlersOf<Names> {
  return {
    "cache.read": async (): Promise<CacheState> => {
      const stats = await link.cacheStats();
      if (!stats.ok) return { store: null, fault: stats.error, ratios: [], counters: {} };
      const { store, ratios, counters } = stats.value;
      return { store, fault: null, ratios: [...ratios], counters };
    },
    "cache.purge": async ({ body, note }) => {
      note(`${body.mode} ${JSON.stringify(body.selector)}`);
      const order = parsePurgeOrder({ ...body });
      if (!order.ok) throw new Refusal("bad-request", order.error);
      const { entries, bytes } = await link.order({ command: "cache-purge", ...order.value });
      note(`${entries} entries`);
      return { entries, bytes };
    },
    "cache.inspect": async ({ body }): Promise<CacheAnswer> => {
      const fields = (body.fields ?? []).map(([name, value]) => [name, value] as const);
      const answer = await link.order({ command: "cache-inspect", url: body.url, fields });
      const { key, verdict, reason, variants, override, last } = answer;
      return { key, verdict, reason, variants: [...variants], override, last };
    },
  };
}
