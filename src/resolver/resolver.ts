import type { Clock } from "#base/clock.ts";
import { failure, success } from "#base/outcome.ts";
import type { CloseReason } from "#http/close-reason.ts";
import { classifyHost } from "#policy/host-literal.ts";
import type { Settings } from "#settings/schema.ts";
import type { Resolve } from "#transport/resolve.ts";
import { type Answer, AnswerCache } from "./answer-cache.ts";
import { type HostsFile, openHostsFile } from "./hosts-file.ts";
import { startLookup } from "./lookup.ts";
import { createQueryClient, type Query } from "./query.ts";

/** Names that are asked for at one time; more are answered dns-failed at once. */
const LOOKUPS_MAX = 4_096;
/** Transactions that wait for one name; more are answered dns-failed at once. */
const WAITERS_PER_NAME_MAX = 4_096;
/** How long clients wait for a question when a stale answer is at hand (RFC 8767 section 5: 1.8 s). */
const STALE_CLIENT_WAIT_MS = 1_800;

/** RFC 6761 section 6.3: never asked for, always loopback. */
const LOOPBACK: Answer = success(["::1", "127.0.0.1"]);

type Done = Parameters<Resolve>[1];

export interface ResolverStats {
  readonly entries: number;
  readonly hits: number;
  readonly staleHits: number;
  readonly lookups: number;
  readonly lookupsOpen: number;
  readonly failures: number;
}

export interface ResolverDeps {
  readonly clock: Clock;
  /** Replaces the questions to name servers, for tests. */
  readonly query?: Query;
  /** /etc/hosts unless told otherwise. */
  readonly hostsPath?: string;
}

export interface RunningResolver {
  readonly resolve: Resolve;
  readonly stats: () => ResolverStats;
  /** Answers whoever waits with dns-failed. */
  readonly close: () => void;
}

/** A look-up under way and who waits for it. */
interface OpenLookup {
  waiters: Done[];
  /** What was answered last: for those who come late and find nothing in the cache. */
  answer: Answer;
  stop: () => void;
  staleTimer: NodeJS.Timeout | null;
}

const refuse = (reason: CloseReason, detail: string): Answer => failure({ reason, detail });

/** The resolver of one worker: literals, the hosts file, the cache, and at most one question a name. */
class CachingResolver implements RunningResolver {
  readonly #settings: Settings["dns"];
  readonly #clock: Clock;
  readonly #hosts: HostsFile;
  readonly #cache: AnswerCache;
  readonly #query: Query;
  readonly #closeQueries: () => void;
  readonly #open = new Map<string, OpenLookup>();
  #hits = 0;
  #staleHits = 0;
  #lookups = 0;
  #failures = 0;
  #closed = false;

  constructor(settings: Settings["dns"], { clock, query, hostsPath }: ResolverDeps) {
    this.#settings = settings;
    this.#clock = clock;
    this.#hosts = openHostsFile(hostsPath ?? "/etc/hosts", clock);
    this.#cache = new AnswerCache(settings);
    const client = query === undefined ? createQueryClient(settings.servers, settings.timeoutMs) : null;
    this.#query = query ?? (client?.query as Query);
    this.#closeQueries = client?.close ?? (() => {});
  }

  readonly resolve: Resolve = (host, done) => {
    const known = this.#known(host);
    if (typeof known !== "string") return done(known);
    const found = this.#cache.find(known, this.#clock.nowMs());
    if (found.kind === "answer") {
      if (found.stale) this.#staleHits += 1;
      else this.#hits += 1;
      return done(found.answer);
    }
    this.#wait(known, found.fallback, done);
  };

  readonly stats = (): ResolverStats => ({
    entries: this.#cache.size,
    hits: this.#hits,
    staleHits: this.#staleHits,
    lookups: this.#lookups,
    lookupsOpen: this.#open.size,
    failures: this.#failures,
  });

  readonly close = (): void => {
    this.#closed = true;
    for (const lookup of this.#open.values()) {
      lookup.stop();
      this.#answer(lookup, refuse("dns-failed", "the resolver is closed"));
    }
    this.#open.clear();
    this.#closeQueries();
  };

  /** What needs no question: an answer, or the name to ask for. */
  #known(host: string): Answer | string {
    const kind = classifyHost(host);
    if (kind.kind === "address") return success([kind.address]);
    if (kind.kind === "refused") return refuse("egress-refused", `${host.slice(0, 300)}: ${kind.why}`);
    if (kind.name === "localhost" || kind.name.endsWith(".localhost")) return LOOPBACK;
    const written = this.#hosts.find(kind.name);
    if (written !== undefined) return success(written);
    return this.#closed ? refuse("dns-failed", "the resolver is closed") : kind.name;
  }

  #wait(name: string, fallback: Answer | null, done: Done): void {
    const open = this.#open.get(name);
    if (open !== undefined && open.waiters.length < WAITERS_PER_NAME_MAX) open.waiters.push(done);
    else if (open !== undefined) done(refuse("dns-failed", `${name}: too many wait for this name`));
    else if (this.#open.size < LOOKUPS_MAX) this.#ask(name, fallback, done);
    else done(refuse("dns-failed", `${name}: too many names are being resolved`));
  }

  #ask(name: string, fallback: Answer | null, done: Done): void {
    const lookup: OpenLookup = {
      waiters: [done],
      answer: refuse("dns-failed", name),
      stop: () => {},
      staleTimer: null,
    };
    this.#open.set(name, lookup);
    this.#lookups += 1;
    if (fallback !== null) {
      lookup.staleTimer = setTimeout(() => {
        const slow = { reason: "dns-timeout", detail: `${name}: the resolver is slow` } as const;
        this.#answer(lookup, this.#cache.storeFailure(name, slow, this.#clock.nowMs()));
      }, STALE_CLIENT_WAIT_MS);
    }
    const options = { query: this.#query, timeoutMs: this.#settings.timeoutMs };
    lookup.stop = startLookup(name, options, {
      onUsable: (addresses, ttlMs) =>
        this.#answer(lookup, this.#cache.storeAddresses(name, addresses, ttlMs, this.#clock.nowMs())),
      onFailed: (why, exists) => {
        const nowMs = this.#clock.nowMs();
        this.#failures += exists ? 1 : 0;
        const answer = exists
          ? this.#cache.storeFailure(name, why, nowMs)
          : this.#cache.storeAbsence(name, why, nowMs);
        this.#answer(lookup, answer);
      },
      onSettled: () => {
        this.#open.delete(name);
        this.#answer(lookup, lookup.answer);
      },
    });
  }

  /** Tells everybody who waits. Who comes while the look-up goes on finds the cache, or waits anew. */
  #answer(lookup: OpenLookup, answer: Answer): void {
    if (lookup.staleTimer !== null) clearTimeout(lookup.staleTimer);
    lookup.staleTimer = null;
    lookup.answer = answer;
    const waiters = lookup.waiters;
    lookup.waiters = [];
    for (const done of waiters) done(answer);
  }
}

/**
 * Starts a resolver. `resolve` calls back during the call for literals, the hosts file and cached
 * answers; spellings that are an address only for other parsers end in egress-refused, unasked.
 */
export const createResolver = (settings: Settings["dns"], deps: ResolverDeps): RunningResolver =>
  new CachingResolver(settings, deps);
