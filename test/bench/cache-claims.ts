/** What the product claims as a cache, as data; a claim holds, fails, or could not be tried. */

/** One proxy's medians in one scenario. */
export interface CacheFigure {
  readonly scenario: string;
  readonly proxy: string;
  /** Requests or megabytes a second. */
  readonly rate: number;
  /** What its workers would serve with a core each. */
  readonly capacity: number;
  readonly hitRatio: number;
  readonly failures: number;
}

export interface CacheClaim {
  readonly scenario: string;
  readonly figure: "rate" | "capacity" | "hitRatio";
  /** Compared with this one in the same scenario, or with the product itself in another. */
  readonly against: { readonly proxy: string } | { readonly scenario: string };
  readonly ratioMin: number;
}

export interface CacheVerdict extends CacheClaim {
  readonly verdict: "PASS" | "FAIL" | "NOT TRIED";
  readonly ratio: number | null;
}

export const CACHE_CLAIMS: readonly CacheClaim[] = [
  { scenario: "1k-memory-64", figure: "rate", against: { proxy: "nginx" }, ratioMin: 1 },
  { scenario: "1k-memory-64", figure: "rate", against: { proxy: "squid" }, ratioMin: 2.5 },
  { scenario: "1k-memory-64", figure: "rate", against: { proxy: "varnish" }, ratioMin: 1 },
  { scenario: "1k-memory-64", figure: "rate", against: { proxy: "trafficserver" }, ratioMin: 1 },
  { scenario: "1m-memory-64", figure: "rate", against: { proxy: "nginx" }, ratioMin: 1 },
  { scenario: "1k-memory-2-64", figure: "capacity", against: { scenario: "1k-memory-64" }, ratioMin: 1.7 },
  { scenario: "mixed", figure: "hitRatio", against: { proxy: "squid" }, ratioMin: 1 },
  { scenario: "mixed", figure: "rate", against: { proxy: "squid" }, ratioMin: 2 },
];

/** Judges each claim by the medians. A figure with failures in it proves nothing: ours fails, a peer's is not tried. */
export function judgeCaches(
  claims: readonly CacheClaim[],
  figures: readonly CacheFigure[],
  product: string,
): readonly CacheVerdict[] {
  const find = (scenario: string, proxy: string): CacheFigure | undefined =>
    figures.find((one) => one.scenario === scenario && one.proxy === proxy);
  return claims.map((claim) => {
    const own = find(claim.scenario, product);
    const other =
      "proxy" in claim.against
        ? find(claim.scenario, claim.against.proxy)
        : find(claim.against.scenario, product);
    if (own === undefined || other === undefined || other.failures > 0)
      return { ...claim, verdict: "NOT TRIED", ratio: null };
    const ratio = own[claim.figure] / other[claim.figure];
    return { ...claim, verdict: ratio >= claim.ratioMin && own.failures === 0 ? "PASS" : "FAIL", ratio };
  });
}
