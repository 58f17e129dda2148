/** The printed form of a run of the suite. Pure: verdicts in, text out. */
import { textTable } from "#test/bench/report.ts";
import { type JudgedCase, tally } from "./case-verdict.ts";
import type { SuiteRun } from "./run-suite.ts";

/** What another cache reached. */
export interface PeerFigures {
  readonly proxy: string;
  readonly required: number;
  readonly optimal: number;
  readonly note: string;
}

/** The run beside its peers: cases passed with all that they depend on. */
export function comparisonTable(run: SuiteRun, peers: readonly PeerFigures[]): string {
  const required = tally(run.cases, "required");
  const optimal = tally(run.cases, "optimal");
  const head = ["", `required of ${required.all}`, `optimal of ${optimal.all}`, ""];
  const own = [`${run.proxy} (now)`, String(required.passed), String(optimal.passed), run.version];
  const others = peers.map((peer) => [peer.proxy, String(peer.required), String(peer.optimal), peer.note]);
  return textTable([head, own, ...others]);
}

/** Two lines a case that has not passed: its id with what became of it, and what was wrong. */
export const failureLines = (cases: readonly JudgedCase[]): string =>
  cases
    .flatMap(({ id, kind, name, verdict }) =>
      verdict.kind === "passed"
        ? []
        : [`${verdict.kind}  ${kind}  ${id}`, `    ${name}`, `    ${verdict.message}`],
    )
    .join("\n");
