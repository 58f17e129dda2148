import type { Clock } from "#base/clock.ts";
import { failure, success } from "#base/outcome.ts";
import type { Authority } from "#http/authority.ts";
import type { Counters } from "#http/counters.ts";
import { parentsFor } from "#policy/parents.ts";
import type { Settings } from "#settings/schema.ts";
import type { Cancel, Connect, OpenTunnel } from "#transport/connect.ts";
import type { Fetch, UpstreamRequest } from "#transport/exchange.ts";
import type { TransportFailure } from "#transport/resolve.ts";
import { createHttpUpstream } from "./http-upstream.ts";
import type { OriginPoolsStats } from "./origin-pools.ts";
import { remoteText } from "./origin-route.ts";
import { type ParentConfig, ParentProxy, type StartTls, type WrapSocket } from "./parent.ts";
import { mayTryNext, ParentChoice } from "./parent-choice.ts";
import type { ParentState } from "./parent-health.ts";
import { RoutedExchange } from "./routed-exchange.ts";
import type { ConnectSocket } from "./secure-client.ts";
import { createSecureUpstream, type SecureUpstream } from "./secure-upstream.ts";

export interface UpstreamOptions {
  readonly clock: Clock;
  readonly counters: Counters;
  readonly settings: Pick<Settings, "upstream" | "limits" | "parentPolicy">;
  readonly parents: readonly ParentConfig[];
  /** Connects to origins, under the egress policy. */
  readonly connectDirect: Connect;
  /** The same for undici, with bare sockets. */
  readonly connectSocket: ConnectSocket;
  /** Connects to parents: the administrator named them, so private addresses are allowed. */
  readonly connectParent: Connect;
  readonly connectParentSocket: ConnectSocket;
  readonly wrapSocket: WrapSocket;
  readonly startTls: StartTls;
  /** What of the egress policy can be judged without resolving: a refused address in the target itself. */
  readonly checkTarget: (authority: Authority) => TransportFailure | null;
}

/** Every way to servers: straight and by parents, http and https, tunnels. */
export interface Upstream {
  readonly fetch: Fetch;
  readonly openTunnel: OpenTunnel;
  /** Closes what is idle; what is under way ends as it would have, and is not kept. */
  readonly close: () => void;
  readonly stats: {
    readonly http: OriginPoolsStats;
    readonly secure: SecureUpstream["stats"];
    readonly parents: readonly {
      readonly name: string;
      readonly state: ParentState;
      readonly failures: number;
    }[];
  };
}

/** Chooses for each request: parents by the host's domain, the client by scheme and by what it must carry. */
export function createUpstream(options: UpstreamOptions): Upstream {
  const { clock, counters, settings } = options;
  const http = createHttpUpstream({
    clock,
    counters,
    settings: settings.upstream,
    limits: settings.limits,
    connect: options.connectDirect,
  });
  const secure = createSecureUpstream({
    counters,
    settings: settings.upstream,
    limits: settings.limits,
    connectSocket: options.connectSocket,
  });
  const parents = options.parents.map(
    (config) =>
      new ParentProxy(config, {
        connect: options.connectParent,
        connectSocket: options.connectParentSocket,
        wrapSocket: options.wrapSocket,
        startTls: options.startTls,
        clock,
        limits: settings.limits,
        answerTimeoutMs: settings.upstream.responseTimeoutMs,
        handshakeTimeoutMs: settings.upstream.connectTimeoutMs,
        healthLimits: settings.parentPolicy,
      }),
  );
  const fetchDirect: Fetch = (request, handler) =>
    needsOwnClient(request) ? http.fetch(request, handler) : secure.fetch(request, handler);
  const router = new ParentRouter(options, parents, fetchDirect, http.fetchBy);
  return {
    fetch: parents.length === 0 ? fetchDirect : (request, handler) => router.fetch(request, handler),
    openTunnel: (authority, done) => router.openTunnel(authority, done),
    close: () => {
      http.close();
      secure.close();
    },
    get stats() {
      return {
        http: http.stats,
        secure: secure.stats,
        parents: parents.map(({ name, health }) => ({
          name,
          state: health.state,
          failures: health.failures,
        })),
      };
    },
  };
}

const NO_BYTES = Buffer.alloc(0);

/** undici takes https, except for what it cannot carry: Upgrade to a wire, Expect, trailers, OPTIONS with "*". */
const needsOwnClient = (request: UpstreamRequest): boolean =>
  request.scheme === "http" ||
  request.upgrade !== null ||
  request.expectContinue ||
  request.fields.get("trailer") !== undefined ||
  request.path === "*";

class ParentRouter {
  readonly #options: UpstreamOptions;
  readonly #parents: readonly ParentProxy[];
  readonly #fetchDirect: Fetch;
  readonly #fetchBy: (route: ParentProxy["forwardRoute"]) => Fetch;

  constructor(
    options: UpstreamOptions,
    parents: readonly ParentProxy[],
    fetchDirect: Fetch,
    fetchBy: (route: ParentProxy["forwardRoute"]) => Fetch,
  ) {
    this.#options = options;
    this.#parents = parents;
    this.#fetchDirect = fetchDirect;
    this.#fetchBy = fetchBy;
  }

  fetch(...[request, handler]: Parameters<Fetch>): ReturnType<Fetch> {
    const parents = parentsFor(request.authority.host, this.#parents);
    if (parents.length === 0) return this.#fetchDirect(request, handler);
    const refused = this.#options.checkTarget(request.authority);
    if (refused !== null) return refusedExchange(refused, handler);
    const exchange = new RoutedExchange(request, handler, this.#choiceOf(parents), (way) => {
      if (way === "direct") return this.#fetchDirect;
      return this.#fetchBy(request.scheme === "http" ? way.forwardRoute : way.tunnelRoute);
    });
    exchange.start();
    return exchange;
  }

  openTunnel(...[authority, done]: Parameters<OpenTunnel>): Cancel {
    const parents = parentsFor(authority.host, this.#parents);
    if (parents.length === 0) return this.#openDirect(authority, done);
    const refused = this.#options.checkTarget(authority);
    if (refused !== null) {
      const immediate = setImmediate(() => done(failure(refused)));
      return () => clearImmediate(immediate);
    }
    return this.#openByParents(authority, this.#choiceOf(parents), done);
  }

  #choiceOf(parents: readonly ParentProxy[]): ParentChoice {
    const { settings, clock } = this.#options;
    return new ParentChoice(parents, settings.parentPolicy.whenAllFail === "direct", clock);
  }

  #openDirect(...[authority, done]: Parameters<OpenTunnel>): Cancel {
    return this.#options.connectDirect(authority, { tlsServerName: null }, (outcome) => {
      if (!outcome.ok) {
        done(outcome);
        return;
      }
      const wire = outcome.value;
      done(success({ wire, remote: remoteText(wire), parent: null, first: NO_BYTES }));
    });
  }

  #openByParents(authority: Authority, choice: ParentChoice, done: Parameters<OpenTunnel>[1]): Cancel {
    let cancel: Cancel = () => {};
    const goNextWay = (lastDetail: string): void => {
      const way = choice.next();
      if (way === null) {
        const immediate = setImmediate(() => done(failure({ reason: "parent-failed", detail: lastDetail })));
        cancel = () => clearImmediate(immediate);
      } else if (way === "direct") cancel = this.#openDirect(authority, done);
      else {
        cancel = way.openTunnel(authority, (outcome) => {
          if (!outcome.ok && mayTryNext(outcome.error.reason)) goNextWay(outcome.error.detail);
          else done(outcome);
        });
      }
    };
    goNextWay("every parent is down");
    return () => cancel();
  }
}

/** An exchange that was over before it began. */
function refusedExchange(refused: TransportFailure, handler: Parameters<Fetch>[1]): ReturnType<Fetch> {
  const immediate = setImmediate(() => handler.onError(refused.reason, refused.detail));
  return {
    write: () => true,
    end: () => {},
    resume: () => {},
    abort: () => clearImmediate(immediate),
  };
}
