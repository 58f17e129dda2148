import type { Rng } from "./rng.ts";

/** What one input showed. */
export interface Verdict {
  /** What is wrong, null when every property holds. */
  readonly fault: string | null;
  /** Whether the parser accepted it: a run that accepts or refuses everything tests nothing. */
  readonly accepted: boolean;
}

/** One parser under test. A new parser joins by a file of its own and a row in targets.ts. */
export interface FuzzTarget {
  readonly name: string;
  readonly generate: (rng: Rng) => Buffer;
  /** Checks all properties; the random numbers are for cuts. A throw is a fault. */
  readonly check: (input: Buffer, rng: Rng) => Verdict;
}

export const holds = (accepted: boolean): Verdict => ({ fault: null, accepted });

export const broken = (fault: string): Verdict => ({ fault, accepted: true });
