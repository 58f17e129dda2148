import t from "tap";
import { cacheStatusText } from "#caching/cache-status.ts";
import { compileCachingRules, shellPattern } from "#caching/caching-rules.ts";
import { parseList } from "#http/structured-field-parser.ts";

t.test("a status is a member of a list, with the parameters of RFC 9211", async (t) => {
  const texts = [
    [cacheStatusText("futago", { hit: true, ttl: 59.9 }), "futago; hit; ttl=59"],
    [
      cacheStatusText("futago", { fwd: "stale", fwdStatus: 304, ttl: -5 }),
      "futago; fwd=stale; fwd-status=304; ttl=-5",
    ],
    [
      cacheStatusText("futago", { fwd: "uri-miss", stored: true, collapsed: true, detail: "x" }),
      "futago; fwd=uri-miss; stored; collapsed; detail=x",
    ],
    [
      cacheStatusText("1-unit", { hit: true, ttl: Number.NEGATIVE_INFINITY }),
      '"1-unit"; hit; ttl=-999999999999',
    ],
  ] as const;
  for (const [text, expected] of texts) {
    t.equal(text, expected);
    t.equal(parseList(text).ok, true);
  }
});

t.test("a shell pattern matches whole texts", async (t) => {
  for (const [pattern, text, matches] of [
    ["*", "", true],
    ["http://a/*", "http://a/b/c", true],
    ["http://a/*", "http://b/http://a/", false],
    ["*.png", "http://a/b.png", true],
    ["*.png", "http://a/b.png?x", false],
    ["a?c", "abc", true],
    ["a?c", "ac", false],
    ["a.c", "abc", false],
    ["*a*b*", "xxaxxbxx", true],
    ["", "a", false],
  ] as const)
    t.equal(shellPattern(pattern)(text), matches, `${pattern} ${text}`);
  const started = performance.now();
  t.equal(shellPattern(`${"*a".repeat(50)}b`)("a".repeat(5_000)), false);
  t.ok(performance.now() - started < 1_000, "no pattern takes long");
});

t.test("the first override that matches holds", async (t) => {
  const rules = compileCachingRules({
    heuristicPercent: 10,
    heuristicMaxMs: 0,
    negativeMaxMs: 0,
    staleIfDownMs: 0,
    targetedFields: ["CDN-Cache-Control"],
    overrides: [
      { pattern: "http://a/*", never: true },
      { pattern: "*", lifetimeMinMs: 1 },
    ],
  });
  t.equal(rules.overrideFor("http://a/x")?.never, true);
  t.equal(rules.overrideFor("http://b/x")?.lifetimeMinMs, 1);
  t.strictSame(rules.targetedFields, ["cdn-cache-control"]);
  t.equal(rules.heuristicFraction, 0.1);
});
