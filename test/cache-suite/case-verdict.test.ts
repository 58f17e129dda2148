import t from "tap";
import { judgeCases, type SuiteCase, tally } from "./case-verdict.ts";

const suiteCase = (id: string, more: Partial<SuiteCase> = {}): SuiteCase => ({
  id,
  name: `case ${id}`,
  group: "group",
  kind: "required",
  dependsOn: [],
  ...more,
});

const verdicts = (...[cases, results]: Parameters<typeof judgeCases>): Record<string, string> =>
  Object.fromEntries(judgeCases(cases, results).map((one) => [one.id, one.verdict.kind]));

t.test("a case passes, fails, fails in its setup or was not run", async (t) => {
  const cases = ["good", "bad", "unready", "absent"].map((id) => suiteCase(id));
  const results = { good: true, bad: ["Assertion", "no"], unready: ["Setup", "no"] } as const;
  t.strictSame(verdicts(cases, results), {
    good: "passed",
    bad: "failed",
    unready: "setup-failed",
    absent: "not-run",
  });
});

t.test("a case whose dependency fails, at any depth, has not passed", async (t) => {
  const cases = [
    suiteCase("root"),
    suiteCase("middle", { dependsOn: ["root"] }),
    suiteCase("leaf", { dependsOn: ["middle"] }),
    suiteCase("beside"),
  ];
  const results = { root: ["TypeError", "fetch failed"], middle: true, leaf: true, beside: true } as const;
  t.strictSame(verdicts(cases, results), {
    root: "failed",
    middle: "dependency-failed",
    leaf: "dependency-failed",
    beside: "passed",
  });
  t.strictSame(verdicts([suiteCase("orphan", { dependsOn: ["unknown"] })], { orphan: true }), {
    orphan: "dependency-failed",
  });
});

t.test("cases are counted by their kind", async (t) => {
  const cases = [suiteCase("a"), suiteCase("b"), suiteCase("c", { kind: "optimal" })];
  const judged = judgeCases(cases, { a: true, b: ["Assertion", "no"], c: true });
  t.strictSame(tally(judged, "required"), { passed: 1, all: 2 });
  t.strictSame(tally(judged, "optimal"), { passed: 1, all: 1 });
});
