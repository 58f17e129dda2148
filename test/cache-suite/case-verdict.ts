/** What a result means. Pure; the same rules as the suite's own display of results. */

export type CaseKind = "required" | "optimal" | "check";

export interface SuiteCase {
  readonly id: string;
  readonly name: string;
  /** The group of cases that it stands in. */
  readonly group: string;
  readonly kind: CaseKind;
  /** Cases that have to pass for this one to mean anything. */
  readonly dependsOn: readonly string[];
}

/** True, or the kind of fault and what was wrong. */
export type RawResult = true | readonly [fault: string, message: string];

export type Verdict =
  | { readonly kind: "passed" }
  | { readonly kind: "failed"; readonly message: string }
  /** The proxy did not even do what the case builds on. */
  | { readonly kind: "setup-failed"; readonly message: string }
  | { readonly kind: "dependency-failed"; readonly message: string }
  | { readonly kind: "not-run"; readonly message: string };

export interface JudgedCase extends SuiteCase {
  readonly verdict: Verdict;
}

/** Judges every case: one passes when it and all that it depends on have passed. */
export function judgeCases(
  cases: readonly SuiteCase[],
  results: Readonly<Record<string, RawResult>>,
): readonly JudgedCase[] {
  const byId = new Map(cases.map((one) => [one.id, one]));
  const passes = (id: string): boolean =>
    results[id] === true && (byId.get(id)?.dependsOn ?? []).every((below) => passes(below));
  const judge = (one: SuiteCase): Verdict => {
    const result = results[one.id];
    if (result === undefined) return { kind: "not-run", message: "it was not run" };
    const missing = one.dependsOn.filter((id) => !passes(id));
    const message = result === true ? "" : result[1];
    if (missing.length > 0) {
      const why = `depends on ${missing.join(", ")}`;
      return { kind: "dependency-failed", message: message === "" ? why : `${why}; ${message}` };
    }
    if (result === true) return { kind: "passed" };
    return { kind: result[0] === "Setup" ? "setup-failed" : "failed", message };
  };
  return cases.map((one) => ({ ...one, verdict: judge(one) }));
}

export interface Tally {
  readonly passed: number;
  readonly all: number;
}

/** How many cases of a kind have passed. */
export function tally(cases: readonly JudgedCase[], kind: CaseKind): Tally {
  const some = cases.filter((one) => one.kind === kind);
  return { passed: some.filter((one) => one.verdict.kind === "passed").length, all: some.length };
}
