import t from "tap";
import { success } from "#base/outcome.ts";
import { AnswerCache, type CacheLimits, FAILURE_TTL_MS, STALE_RETRY_MS } from "#resolver/answer-cache.ts";

const LIMITS: CacheLimits = {
  cacheEntriesMax: 3,
  ttlMinMs: 1_000,
  ttlMaxMs: 10_000,
  negativeTtlMs: 500,
  staleMaxMs: 20_000,
};
const ABSENT = { reason: "dns-not-found", detail: "" } as const;
const BROKEN = { reason: "dns-failed", detail: "" } as const;
const ASK = { kind: "ask", fallback: null } as const;

t.test("an answer is fresh for its time, within the bounds", async (t) => {
  const cache = new AnswerCache(LIMITS);
  cache.storeAddresses("a", ["1"], 5_000, 0);
  t.strictSame(cache.find("a", 4_999), { kind: "answer", answer: success(["1"]), stale: false });
  t.strictSame(cache.find("a", 5_000), { kind: "ask", fallback: success(["1"]) });
  cache.storeAddresses("short", ["1"], 0, 0);
  t.equal(cache.find("short", 999).kind, "answer");
  t.equal(cache.find("short", 1_000).kind, "ask");
  cache.storeAddresses("long", ["1"], 3_600_000, 0);
  t.equal(cache.find("long", 9_999).kind, "answer");
  t.equal(cache.find("long", 10_000).kind, "ask");
});

t.test("a stale answer is a fallback until it is too old", async (t) => {
  const cache = new AnswerCache(LIMITS);
  cache.storeAddresses("a", ["1"], 5_000, 0);
  t.match(cache.find("a", 24_999), { kind: "ask", fallback: { ok: true } });
  t.strictSame(cache.find("a", 25_000), ASK);
  t.equal(cache.size, 0, "and then forgotten");
});

t.test("after a failed question the stale answer serves unasked for a while", async (t) => {
  const cache = new AnswerCache(LIMITS);
  cache.storeAddresses("a", ["1"], 5_000, 0);
  t.strictSame(cache.storeFailure("a", BROKEN, 6_000), success(["1"]));
  const restMs = 6_000 + STALE_RETRY_MS;
  t.strictSame(cache.find("a", restMs - 1), { kind: "answer", answer: success(["1"]), stale: true });
  t.match(cache.find("a", restMs), { kind: "ask", fallback: { ok: true } });
  t.match(cache.storeFailure("a", BROKEN, 25_000), { ok: false }, "too old to serve");
});

t.test("a new answer ends the time of the stale one", async (t) => {
  const cache = new AnswerCache(LIMITS);
  cache.storeAddresses("a", ["1"], 1_000, 0);
  cache.storeFailure("a", BROKEN, 2_000);
  cache.storeAddresses("a", ["2"], 1_000, 3_000);
  t.strictSame(cache.find("a", 3_500), { kind: "answer", answer: success(["2"]), stale: false });
});

t.test("absence replaces an answer, and is never served stale", async (t) => {
  const cache = new AnswerCache(LIMITS);
  cache.storeAddresses("a", ["1"], 1_000, 0);
  cache.storeAbsence("a", ABSENT, 2_000);
  t.match(cache.find("a", 2_499), { kind: "answer", answer: { ok: false, error: ABSENT } });
  t.strictSame(cache.find("a", 2_500), ASK);
  cache.storeAbsence("a", ABSENT, 3_000);
  t.match(cache.storeFailure("a", BROKEN, 3_100), { ok: false, error: BROKEN });
});

t.test("a failure is remembered for a moment", async (t) => {
  const cache = new AnswerCache(LIMITS);
  cache.storeFailure("a", BROKEN, 0);
  t.match(cache.find("a", FAILURE_TTL_MS - 1), { kind: "answer", answer: { ok: false, error: BROKEN } });
  t.strictSame(cache.find("a", FAILURE_TTL_MS), ASK);
});

t.test("the names that were not used for the longest time go first", async (t) => {
  const cache = new AnswerCache(LIMITS);
  for (const name of ["a", "b", "c"]) cache.storeAddresses(name, ["1"], 5_000, 0);
  cache.find("a", 1);
  cache.storeAddresses("d", ["1"], 5_000, 2);
  t.equal(cache.size, 3);
  t.strictSame(cache.find("b", 3), ASK);
  for (const name of ["a", "c", "d"]) t.equal(cache.find(name, 3).kind, "answer", name);
});

t.test("with no room nothing is remembered", async (t) => {
  const cache = new AnswerCache({ ...LIMITS, cacheEntriesMax: 0 });
  t.strictSame(cache.storeAddresses("a", ["1"], 5_000, 0), success(["1"]));
  t.equal(cache.size, 0);
});
