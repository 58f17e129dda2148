/** One question to a name server, through c-ares: the only file that knows node:dns. */
import { NODATA, NOTFOUND, Resolver, TIMEOUT } from "node:dns";

/** The addresses of one family of a name. */
export type QueryResult =
  /** Never empty. `ttlMs` is that of the record that ends first. */
  | { readonly kind: "addresses"; readonly addresses: readonly string[]; readonly ttlMs: number }
  /** The name, or the family for this name, does not exist. */
  | { readonly kind: "none" }
  | { readonly kind: "failed"; readonly code: string; readonly isTimeout: boolean };

/** Asks for A (4) or AAAA (6) records. `done` is called once, never during the call. */
export type Query = (name: string, family: 4 | 6, done: (result: QueryResult) => void) => void;

export interface QueryClient {
  readonly query: Query;
  /** Ends all questions under way. */
  readonly close: () => void;
}

/** Questions to each server before it is given up for this look-up. */
const TRIES = 2;
/** What c-ares waits for the first answer, as a part of the time for the whole look-up; it doubles on a retry. */
const FIRST_TRY_PART = 1 / 4;

interface RecordWithTtl {
  readonly address: string;
  readonly ttl: number;
}

function resultOf(error: NodeJS.ErrnoException | null, records: readonly RecordWithTtl[]): QueryResult {
  if (error !== null) {
    const code = error.code ?? "EUNKNOWN";
    if (code === NODATA || code === NOTFOUND) return { kind: "none" };
    return { kind: "failed", code, isTimeout: code === TIMEOUT };
  }
  if (records.length === 0) return { kind: "none" };
  return {
    kind: "addresses",
    addresses: records.map((record) => record.address),
    ttlMs: Math.min(...records.map((record) => record.ttl)) * 1_000,
  };
}

/** A client for those servers ("address" or "address:port"; empty for the system's). */
export function createQueryClient(servers: readonly string[], timeoutMs: number): QueryClient {
  const resolver = new Resolver({ timeout: Math.ceil(timeoutMs * FIRST_TRY_PART), tries: TRIES });
  if (servers.length > 0) resolver.setServers(servers);
  return {
    query: (name, family, done) => {
      const answered = (error: NodeJS.ErrnoException | null, records: readonly RecordWithTtl[]): void =>
        done(resultOf(error, records));
      if (family === 4) resolver.resolve4(name, { ttl: true }, answered);
      else resolver.resolve6(name, { ttl: true }, answered);
    },
    close: () => resolver.cancel(),
  };
}
