/** What the product claims beside its peers, as data; a claim holds, fails, or could not be tried. */
import type { ScenarioName } from "./scenarios.ts";

export interface Claim {
  readonly scenario: ScenarioName;
  readonly peer: string;
  /** Futago's median divided by the peer's is at least this. */
  readonly ratioMin: number;
}

export const CLAIMS: readonly Claim[] = [
  { scenario: "get", peer: "squid", ratioMin: 1.5 },
  { scenario: "get", peer: "trafficserver", ratioMin: 1 },
  { scenario: "tunnel-download", peer: "squid", ratioMin: 1 },
  { scenario: "tunnel-setups", peer: "squid", ratioMin: 2 },
];

/** One proxy's result in one scenario. */
export interface Figure {
  readonly scenario: string;
  readonly proxy: string;
  readonly median: number;
  /** Over all rounds. */
  readonly failures: number;
}

export interface Verdict extends Claim {
  readonly verdict: "PASS" | "FAIL" | "NOT TRIED";
  readonly ratio: number | null;
}

/** Judges each claim by the medians; a Futago run with failures in it never passes. */
export const judge = (figures: readonly Figure[], product: string): readonly Verdict[] =>
  CLAIMS.map((claim) => {
    const of = (proxy: string): Figure | undefined =>
      figures.find((figure) => figure.scenario === claim.scenario && figure.proxy === proxy);
    const [own, peer] = [of(product), of(claim.peer)];
    if (own === undefined || peer === undefined) return { ...claim, verdict: "NOT TRIED", ratio: null };
    const ratio = own.median / peer.median;
    return { ...claim, verdict: ratio >= claim.ratioMin && own.failures === 0 ? "PASS" : "FAIL", ratio };
  });
