/** The cases of the public suite that apply to a proxy: neither for browsers only nor for CDNs only. */
import suites from "http-cache-tests/tests/index.mjs";
import type { SuiteCase } from "./case-verdict.ts";

type RawCase = (typeof suites)[number]["tests"][number];

const applies = (one: RawCase): boolean => one.browser_only !== true && one.cdn_only !== true;

/** All of them, in the suite's order. */
export const SUITE_CASES: readonly SuiteCase[] = suites.flatMap((suite) =>
  suite.tests.filter(applies).map((one) => ({
    id: one.id,
    name: one.name,
    group: suite.name,
    kind: one.kind ?? "required",
    dependsOn: one.depends_on ?? [],
  })),
);

/** What the suite's runner takes: all cases, or one that tells what it sends and gets. Throws when there is none. */
export function runnableSuites(only: string | null): typeof suites {
  const chosen = suites.map((suite) => ({
    ...suite,
    tests: suite.tests.filter((one) => applies(one) && (only === null || one.id === only)),
  }));
  if (only === null) return chosen;
  const one = chosen.flatMap((suite) => suite.tests).at(0);
  if (one === undefined) throw new Error(`no such case: ${only}`);
  one.dump = true;
  return chosen;
}
