import t from "tap";
import { type LookupHandler, startLookup } from "#resolver/lookup.ts";
import type { Query, QueryResult } from "#resolver/query.ts";
import { until } from "#test/support/until.ts";

/** Questions that a test answers by hand, and what the look-up said. */
function playground() {
  const said: string[] = [];
  const pending = new Map<4 | 6, (result: QueryResult) => void>();
  const query: Query = (_name, family, done) => pending.set(family, done);
  const handler: LookupHandler = {
    onUsable: (addresses, ttlMs) => said.push(`usable ${addresses.join(" ")} for ${ttlMs}`),
    onFailed: (why, exists) => said.push(`failed ${why.reason} ${exists}`),
    onSettled: () => said.push("settled"),
  };
  const answer = (family: 4 | 6, result: QueryResult): void => pending.get(family)?.(result);
  return { said, query, handler, answer };
}

const some = (ttlMs: number, ...addresses: string[]): QueryResult => ({
  kind: "addresses",
  addresses,
  ttlMs,
});
const NONE: QueryResult = { kind: "none" };
const SERVFAIL: QueryResult = { kind: "failed", code: "ESERVFAIL", isTimeout: false };
const TIMEOUT: QueryResult = { kind: "failed", code: "ETIMEOUT", isTimeout: true };
const LONG_MS = 60_000;

t.test("both families answered: one answer with the shorter time to live", async (t) => {
  const { said, query, handler, answer } = playground();
  startLookup("a", { query, timeoutMs: LONG_MS }, handler);
  answer(4, some(5_000, "1", "2"));
  t.strictSame(said, []);
  answer(6, some(3_000, "x"));
  t.strictSame(said, ["usable x 1 2 for 3000", "settled"]);
});

t.test("one family alone is enough", async (t) => {
  for (const other of [NONE, SERVFAIL, TIMEOUT]) {
    const { said, query, handler, answer } = playground();
    startLookup("a", { query, timeoutMs: LONG_MS }, handler);
    answer(6, other);
    answer(4, some(5_000, "1"));
    t.strictSame(said, ["usable 1 for 5000", "settled"]);
  }
});

t.test("slow AAAA: A is used after a moment, and AAAA is added when it comes", async (t) => {
  const { said, query, handler, answer } = playground();
  const startedMs = performance.now();
  startLookup("a", { query, timeoutMs: LONG_MS }, handler);
  answer(4, some(5_000, "1"));
  await until(() => said[0], 2_000);
  t.ok(performance.now() - startedMs >= 49, "not before the resolution delay");
  t.strictSame(said, ["usable 1 for 5000"]);
  answer(6, some(3_000, "x"));
  t.strictSame(said.slice(1), ["usable x 1 for 3000", "settled"]);
});

t.test("slow AAAA that does not exist is not told again", async (t) => {
  const { said, query, handler, answer } = playground();
  startLookup("a", { query, timeoutMs: LONG_MS }, handler);
  answer(4, some(5_000, "1"));
  await until(() => said[0], 2_000);
  answer(6, NONE);
  t.strictSame(said, ["usable 1 for 5000", "settled"]);
});

t.test("slow A: AAAA is used after a while", async (t) => {
  const { said, query, handler, answer } = playground();
  startLookup("a", { query, timeoutMs: LONG_MS }, handler);
  answer(6, some(5_000, "x"));
  await until(() => said[0], 2_000);
  t.strictSame(said, ["usable x for 5000"]);
  answer(4, SERVFAIL);
  t.strictSame(said.slice(1), ["settled"]);
});

t.test("nothing usable: the reason tells absence, failure and silence apart", async (t) => {
  const cases: readonly (readonly [QueryResult, QueryResult, string])[] = [
    [NONE, NONE, "failed dns-not-found false"],
    [NONE, SERVFAIL, "failed dns-failed true"],
    [SERVFAIL, NONE, "failed dns-failed true"],
    [TIMEOUT, TIMEOUT, "failed dns-timeout true"],
  ];
  for (const [v4, v6, expected] of cases) {
    const { said, query, handler, answer } = playground();
    startLookup("a", { query, timeoutMs: LONG_MS }, handler);
    answer(4, v4);
    answer(6, v6);
    t.strictSame(said, [expected, "settled"]);
  }
});

t.test("silence ends with the time limit, and later answers say nothing", async (t) => {
  const { said, query, handler, answer } = playground();
  startLookup("a", { query, timeoutMs: 20 }, handler);
  await until(() => said[1], 2_000);
  answer(4, some(1, "1"));
  answer(6, some(1, "x"));
  t.strictSame(said, ["failed dns-timeout true", "settled"]);
});

t.test("stopped, it says nothing", async (t) => {
  const { said, query, handler, answer } = playground();
  const stop = startLookup("a", { query, timeoutMs: LONG_MS }, handler);
  answer(4, some(1, "1"));
  stop();
  answer(6, some(1, "x"));
  t.strictSame(said, []);
});
