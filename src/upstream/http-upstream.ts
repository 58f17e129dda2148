import type { Connect } from "#transport/connect.ts";
import type { Fetch } from "#transport/exchange.ts";
import { OriginPools, type OriginPoolsOptions, type OriginPoolsStats } from "./origin-pools.ts";
import type { OriginRoute } from "./origin-route.ts";

/** Our own client for HTTP/1.1 origins. */
export interface HttpUpstream {
  /** Straight to the origin that the request names. */
  readonly fetch: Fetch;
  /** By another route, with the same budgets. */
  readonly fetchBy: (route: OriginRoute) => Fetch;
  /** Closes what is idle; what is under way ends as it would have, and is not kept. */
  readonly close: () => void;
  readonly stats: OriginPoolsStats;
}

/**
 * Makes the plain client: own parser on pooled sockets, because it is faster than undici's dispatcher
 * (ARCHITECTURE.md has the figures) and carries what that cannot: Expect, request trailers, 1xx, Upgrade.
 */
export function createHttpUpstream(
  options: OriginPoolsOptions & { readonly connect: Connect },
): HttpUpstream {
  const pools = new OriginPools(options);
  const fetchBy =
    (route: OriginRoute): Fetch =>
    (request, handler) =>
      pools.fetch(route, request, handler);
  return {
    fetch: fetchBy({
      name: "",
      connect: options.connect,
      parent: null,
      server: null,
      proxyAuthorization: null,
    }),
    fetchBy,
    close: () => pools.close(),
    get stats() {
      return pools.stats;
    },
  };
}
