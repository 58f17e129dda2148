/**
 * The public HTTP cache test suite, through Futago as a forward proxy. known-failures.json lists what does not
 * pass yet and may only shrink: a case in it that passes fails here. impossible-cases.json says of cases that
 * no proxy can pass why.
 */
import t from "tap";
import type { JudgedCase } from "./case-verdict.ts";
import impossible from "./impossible-cases.json" with { type: "json" };
import knownFailures from "./known-failures.json" with { type: "json" };
import peers from "./peer-figures.json" with { type: "json" };
import { comparisonTable } from "./report.ts";
import { runSuite } from "./run-suite.ts";

const RUN_LIMIT_MS = 110_000;

const messageOf = ({ verdict }: JudgedCase): string => (verdict.kind === "passed" ? "" : verdict.message);

const run = await runSuite("futago", null, AbortSignal.timeout(RUN_LIMIT_MS));
const scored = run.cases.filter((one) => one.kind !== "check");
const failing = new Set([...knownFailures, ...Object.keys(impossible)]);
process.stderr.write(`${comparisonTable(run, peers.figures)}\n${peers.later}\n`);

for (const [group, cases] of Map.groupBy(scored, (one) => one.group)) {
  t.test(group, async (t) => {
    for (const one of cases) {
      const passed = one.verdict.kind === "passed";
      if (!failing.has(one.id)) t.ok(passed, `${one.kind} ${one.id}: ${one.name}: ${messageOf(one)}`);
      else if (passed) t.fail(`${one.id} passes: it does not belong into the list of failures any more`);
    }
  });
}

t.test("the lists of failures name cases of the suite, each once", async (t) => {
  const ids = new Set(scored.map((one) => one.id));
  const listed = [...knownFailures, ...Object.keys(impossible)];
  t.strictSame(
    listed.filter((id) => !ids.has(id)),
    [],
  );
  t.equal(failing.size, listed.length);
});
