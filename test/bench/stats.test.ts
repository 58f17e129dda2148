import t from "tap";
import { judge } from "./claims.ts";
import { textTable } from "./report.ts";
import { median, quantile } from "./stats.ts";

t.test("the median of an even number of samples is the mean of the two in the middle", async (t) => {
  t.equal(median([5, 1, 3]), 3);
  t.equal(median([4, 1, 3, 2]), 2.5);
  t.throws(() => median([]), /needs samples/);
});

t.test("a quantile is the nearest rank", async (t) => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  t.equal(quantile(hundred, 0.99), 99);
  t.equal(quantile(hundred, 1), 100);
  t.equal(quantile(hundred, 0), 1);
  t.equal(quantile([7], 0.5), 7);
});

const figure = (scenario: string, proxy: string, value: number, failures = 0) => ({
  scenario,
  proxy,
  median: value,
  failures,
});

t.test("a claim passes at its ratio, fails below it, and is not tried without its peer", async (t) => {
  const verdicts = judge([figure("get", "futago", 150), figure("get", "squid", 100)], "futago");
  t.match(verdicts[0], { peer: "squid", ratioMin: 1.5, verdict: "PASS", ratio: 1.5 });
  t.match(verdicts[1], { peer: "trafficserver", verdict: "NOT TRIED", ratio: null });
  const slower = judge([figure("get", "futago", 149), figure("get", "squid", 100)], "futago");
  t.equal(slower[0]?.verdict, "FAIL");
});

t.test("a fast run with failures in it does not pass", async (t) => {
  const verdicts = judge([figure("get", "futago", 500, 1), figure("get", "squid", 100)], "futago");
  t.equal(verdicts[0]?.verdict, "FAIL");
});

t.test("a table aligns its figures to the right", async (t) => {
  t.equal(
    textTable([
      ["", "n", ""],
      ["squid", "1,000", "x"],
      ["a", "5", ""],
    ]),
    "           n\nsquid  1,000  x\na          5",
  );
});
