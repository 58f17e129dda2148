import t from "tap";
import { CACHE_CLAIMS, type CacheClaim, type CacheFigure, judgeCaches } from "./cache-claims.ts";
import { CACHE_PEERS } from "./cache-peers.ts";
import { CACHE_SCENARIOS } from "./cache-scenarios.ts";

const figure = (proxy: string, rate: number, more: Partial<CacheFigure> = {}): CacheFigure => ({
  scenario: "hits",
  proxy,
  rate,
  capacity: rate,
  hitRatio: 1,
  failures: 0,
  ...more,
});

const FASTER: CacheClaim = { scenario: "hits", figure: "rate", against: { proxy: "squid" }, ratioMin: 2 };

const verdicts = (claim: CacheClaim, ...figures: readonly CacheFigure[]): readonly string[] =>
  judgeCaches([claim], figures, "futago").map((one) => one.verdict);

t.test("a claim against a peer holds from its ratio on", async (t) => {
  t.strictSame(verdicts(FASTER, figure("futago", 200), figure("squid", 100)), ["PASS"]);
  t.strictSame(verdicts(FASTER, figure("futago", 199), figure("squid", 100)), ["FAIL"]);
});

t.test("failures spoil our own figure, and make a peer's no measure", async (t) => {
  t.strictSame(verdicts(FASTER, figure("futago", 300, { failures: 1 }), figure("squid", 100)), ["FAIL"]);
  t.strictSame(verdicts(FASTER, figure("futago", 300), figure("squid", 100, { failures: 1 })), ["NOT TRIED"]);
  t.strictSame(verdicts(FASTER, figure("futago", 300)), ["NOT TRIED"]);
});

t.test("a claim may compare the product with itself in another scenario", async (t) => {
  const claim: CacheClaim = {
    scenario: "two",
    figure: "capacity",
    against: { scenario: "hits" },
    ratioMin: 1.7,
  };
  const one = figure("futago", 100);
  t.strictSame(verdicts(claim, one, figure("futago", 90, { scenario: "two", capacity: 180 })), ["PASS"]);
  t.strictSame(verdicts(claim, one, figure("futago", 190, { scenario: "two", capacity: 150 })), ["FAIL"]);
});

t.test("every claim names scenarios and peers that there are", async (t) => {
  const scenarios = new Set(CACHE_SCENARIOS.map(({ name }) => name));
  const peers = new Set(CACHE_PEERS.map(({ name }) => name));
  t.equal(scenarios.size, CACHE_SCENARIOS.length, "names of scenarios are unique");
  for (const { scenario, against } of CACHE_CLAIMS) {
    t.ok(scenarios.has(scenario), scenario);
    if ("proxy" in against) t.ok(peers.has(against.proxy), against.proxy);
    else t.ok(scenarios.has(against.scenario), against.scenario);
  }
});
