/** The printed form of the comparison of pairs. Pure: samples in, text out. */
import { textTable } from "#test/bench/report.ts";
import { median } from "#test/bench/stats.ts";
import type { Measured } from "./claims.ts";
import type { Sample, Scenario } from "./cycle.ts";

type Value = (sample: Sample) => number | null;

const outage: Value = (sample) => sample.outageMs;
const lost: Value = (sample) => sample.lost;
const httpOutage: Value = (sample) => sample.httpOutageMs;
const failed: Value = (sample) => sample.failed;

/** `262 (318)`: the median and the worst of all trials. */
function cell(measured: Measured, scenarios: readonly Scenario[], value: Value): string {
  const values = scenarios
    .flatMap((scenario) => measured.samples[scenario] ?? [])
    .map(value)
    .filter((each) => each !== null);
  return values.length === 0 ? "–" : `${Math.round(median(values))} (${Math.round(Math.max(...values))})`;
}

const trialsOf = (measured: Measured): string =>
  String(Math.max(0, ...Object.values(measured.samples).map((samples) => samples.length)));

interface Column {
  readonly head: string;
  readonly scenarios: readonly Scenario[];
  /** Where there is nothing to say of HTTP: null. */
  readonly values: readonly [udp: Value, http: Value | null];
}

const column = (head: string, scenarios: readonly Scenario[], ...values: Column["values"]): Column => ({
  head,
  scenarios,
  values,
});

const FAILURES: readonly Column[] = [
  column("crash", ["crash"], outage, httpOutage),
  column("partition", ["silent partition"], outage, httpOutage),
  column("link down", ["link down"], outage, httpOutage),
  column("daemon killed", ["daemon killed"], outage, httpOutage),
  column("daemon hangs", ["daemon hangs"], outage, httpOutage),
  column("both hold then", ["daemon killed", "daemon hangs"], (sample) => sample.bothHeldMs, null),
  column("two answers", ["daemon killed", "daemon hangs"], (sample) => sample.twice, null),
];

const RETURNS: readonly Column[] = [
  column("stop", ["planned stop"], lost, failed),
  column("failback", ["failback after a crash", "failback after a stop"], lost, failed),
  column(
    "its time, ms",
    ["failback after a crash", "failback after a stop"],
    (sample) => sample.movedMs,
    null,
  ),
  column("heal", ["heal"], lost, failed),
  column("restarted", ["daemon restarted"], lost, failed),
  column("goes on", ["daemon goes on"], lost, failed),
  column("link up", ["link up"], lost, failed),
  column("handover", ["handover", "handover back"], lost, failed),
];

function table(title: string, columns: readonly Column[], all: readonly Measured[]): string {
  const rows = all.flatMap((measured) => {
    const udp = columns.map(({ scenarios, values: [value] }) => cell(measured, scenarios, value));
    const http = columns.map(({ scenarios, values: [, value] }) =>
      value === null ? "" : cell(measured, scenarios, value),
    );
    const first = [measured.name, trialsOf(measured), ...udp];
    return measured.isProduct ? [first, ["  by HTTP", "", ...http]] : [first];
  });
  return `${title}\n${textTable([["", "trials", ...columns.map(({ head }) => head)], ...rows])}`;
}

/** Both tables. */
export const pairTables = (all: readonly Measured[]): string =>
  [
    table("Outage when something fails, ms: median (worst)", FAILURES, all),
    table(
      "Lost when it is planned, or over: median (worst); a datagram and a request every 5 ms",
      RETURNS,
      all,
    ),
    ...all.flatMap(({ name, broken }) => broken.map((why) => `${name}: a trial ended early: ${why}`)),
  ].join("\n\n");

/** One line of a trial, as it goes. */
export const sampleLine = (scenario: Scenario, { lost, outageMs, failed, lagMs }: Sample): string =>
  `${scenario} ${lost === 0 ? "0" : `${lost} (${outageMs} ms)`}${failed ? `, ${failed} requests` : ""}` +
  `${lagMs > 15 ? `, client ${lagMs} ms late` : ""}`;
