/** What every implementation of `Fetch` must do: run by the tests of each. */
import type { Test } from "tap";
import { ABORT_CASES } from "./contract-aborts.ts";
import { ANSWER_CASES } from "./contract-answers.ts";
import { FLOW_CASES } from "./contract-flow.ts";
import { REUSE_CASES } from "./contract-reuse.ts";
import type { NewSubject } from "./exchange-subject.ts";

/** What an implementation can do beyond the rest, or cannot. */
export interface Abilities {
  /** Sends Expect, request trailers and Upgrade, and so is our own client. */
  readonly carriesAll: boolean;
  /** The other end of its connections is the origin itself, not a parent. */
  readonly direct: boolean;
}

export type ContractCase = (t: Test, newSubject: NewSubject, abilities: Abilities) => Promise<void>;

/** Runs the whole contract; every case is a test of its own. */
export function runExchangeContract(t: Test, newSubject: NewSubject, abilities: Abilities): void {
  for (const cases of [ANSWER_CASES, FLOW_CASES, REUSE_CASES, ABORT_CASES]) {
    for (const [name, run] of Object.entries(cases)) {
      void t.test(name, (t) => run(t, newSubject, abilities));
    }
  }
}
