/** What the product claims of its floating address, judged by every sample of a run. Pure. */
import { median } from "#test/bench/stats.ts";
import type { Sample, Scenario } from "./cycle.ts";

/** All that was measured of one contender. */
export interface Measured {
  readonly name: string;
  readonly isProduct: boolean;
  readonly intervalMs: number;
  readonly silenceMs: number;
  readonly samples: Readonly<Partial<Record<Scenario, readonly Sample[]>>>;
  /** Why lives ended before their time. */
  readonly broken: readonly string[];
}

export interface Verdict {
  readonly verdict: "PASS" | "FAIL" | "NOT TRIED";
  readonly claim: string;
}

/** Taken over from a unit that says nothing: the beats that are missing, and this for everything else. */
const TAKEOVER_SLACK_MS = 30;
/** Beyond the lease of a daemon that is dead or hangs; while it lasts the kernel goes on answering. */
const LEASED_OUTAGE_MS = 100;
const RELEASED_MS = 5;

const TAKEOVERS: readonly Scenario[] = ["crash", "silent partition", "link down"];
const LEASED: readonly Scenario[] = ["daemon killed", "daemon hangs"];
const LOSSLESS: readonly Scenario[] = [
  "planned stop",
  "failback after a crash",
  "failback after a stop",
  "heal",
  "daemon restarted",
  "daemon goes on",
  "link up",
  "handover",
  "handover back",
];

const most = (samples: readonly Sample[], of: (sample: Sample) => number | null): number =>
  Math.max(...samples.map((sample) => of(sample) ?? 0));

const atMost = (claim: string, value: number, bound: number): Verdict => ({
  verdict: value <= bound ? "PASS" : "FAIL",
  claim: `${claim}: ${Math.round(value * 10) / 10}, at most ${bound}`,
});

function takeoverVerdicts(
  own: Measured,
  rivals: readonly Measured[],
  scenario: Scenario,
): readonly Verdict[] {
  const samples = own.samples[scenario] ?? [];
  if (samples.length === 0) return [notTried(own, scenario)];
  const boundMs = own.silenceMs + TAKEOVER_SLACK_MS;
  const rival = rivals.find(({ intervalMs }) => intervalMs === own.intervalMs);
  const rivalSamples = rival?.samples[scenario] ?? [];
  const medianOf = (of: readonly Sample[]): number => median(of.map(({ outageMs }) => outageMs));
  return [
    atMost(
      `${own.name}, ${scenario}, worst ms`,
      most(samples, (each) => each.outageMs),
      boundMs,
    ),
    atMost(
      `${own.name}, ${scenario} by HTTP, worst ms`,
      most(samples, (each) => each.httpOutageMs),
      boundMs,
    ),
    rival === undefined || rivalSamples.length === 0
      ? { verdict: "NOT TRIED", claim: `${own.name}, ${scenario}, median beside keepalived's` }
      : atMost(
          `${own.name}, ${scenario}, median ms beside ${rival.name}`,
          medianOf(samples),
          medianOf(rivalSamples),
        ),
  ];
}

const notTried = (own: Measured, scenario: Scenario): Verdict => ({
  verdict: "NOT TRIED",
  claim: `${own.name}, ${scenario}`,
});

function losslessVerdicts(own: Measured, scenario: Scenario): readonly Verdict[] {
  const samples = own.samples[scenario] ?? [];
  if (samples.length === 0) return [notTried(own, scenario)];
  return [
    atMost(
      `${own.name}, ${scenario}, datagrams lost in a trial`,
      most(samples, (each) => each.lost),
      0,
    ),
    atMost(
      `${own.name}, ${scenario}, requests failed in a trial`,
      most(samples, (each) => each.failed),
      0,
    ),
  ];
}

function leasedVerdicts(own: Measured, scenario: Scenario): readonly Verdict[] {
  const samples = own.samples[scenario] ?? [];
  if (samples.length === 0) return [notTried(own, scenario)];
  return [
    atMost(
      `${own.name}, ${scenario}, worst ms`,
      most(samples, (each) => each.outageMs),
      LEASED_OUTAGE_MS,
    ),
    atMost(
      `${own.name}, ${scenario}, ms held by both`,
      most(samples, (each) => each.bothHeldMs),
      0,
    ),
    atMost(
      `${own.name}, ${scenario}, questions with two answers`,
      most(samples, (each) => each.twice),
      0,
    ),
  ];
}

/** One verdict a claim, for each product in the run; `rivals` have the same intervals. */
export function judge(products: readonly Measured[], rivals: readonly Measured[]): readonly Verdict[] {
  return products.flatMap((own) => [
    ...TAKEOVERS.flatMap((scenario) => takeoverVerdicts(own, rivals, scenario)),
    atMost(
      `${own.name}, carrier lost, ms until released`,
      Math.max(0, ...(own.samples["link down"] ?? []).map(({ releasedMs }) => releasedMs ?? Infinity)),
      RELEASED_MS,
    ),
    ...LEASED.flatMap((scenario) => leasedVerdicts(own, scenario)),
    ...LOSSLESS.flatMap((scenario) => losslessVerdicts(own, scenario)),
    atMost(`${own.name}, trials that did not settle`, own.broken.length, 0),
  ]);
}
