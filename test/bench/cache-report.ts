/** The printed form of the cache comparison. Pure: figures in, text out. */
import type { CacheVerdict } from "./cache-claims.ts";
import { number, percent, textTable } from "./report.ts";

/** Medians of one proxy in one scenario. */
export interface CacheRow {
  readonly proxy: string;
  readonly note: string;
  readonly rate: number;
  readonly low: number;
  readonly high: number;
  /** Futago's median divided by this one's; null for Futago itself or when it was not measured. */
  readonly ratio: number | null;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** 0 to 1. */
  readonly hitRatio: number;
  readonly byteHitRatio: number;
  readonly cpuMicrosecondsEach: number;
  readonly capacity: number;
  /** Of the two cores: what the proxy took, and all else. */
  readonly proxyCores: number;
  readonly otherCores: number;
  /** What its files took; null where their room is laid out once. */
  readonly storedBytes: number | null;
  readonly failures: number;
}

const MIB = 1024 * 1024;

const milliseconds = (value: number): string => value.toFixed(value < 10 ? 2 : 0);

/** One scenario's table. The last two columns are shares of one core: load and origin are in the rest. */
export function cacheTable(title: string, unit: string, rows: readonly CacheRow[]): string {
  const head = [
    ...["", unit, "lowest", "highest", "futago/it", "p50 ms", "p99 ms", "hits", "hit bytes", "MiB in files"],
    ...["CPU µs each", "1/s at a core each", "proxy took", "rest took", ""],
  ];
  const lines = rows.map((row) => [
    row.proxy,
    number(row.rate),
    number(row.low),
    number(row.high),
    row.ratio === null ? "" : row.ratio.toFixed(2),
    milliseconds(row.p50Ms),
    milliseconds(row.p99Ms),
    percent(row.hitRatio),
    percent(row.byteHitRatio),
    row.storedBytes === null ? "" : number(row.storedBytes / MIB),
    number(row.cpuMicrosecondsEach),
    number(row.capacity),
    percent(row.proxyCores),
    percent(row.otherCores),
    [row.note, row.failures > 0 ? `${number(row.failures)} FAILED` : ""]
      .filter((word) => word !== "")
      .join("; "),
  ]);
  return `${title}\n${textTable([head, ...lines])}`;
}

const FIGURE_NAMES = {
  rate: "",
  capacity: " (requests/s at a core for each worker)",
  hitRatio: " (hit ratio)",
} as const;

/** One line a claim. */
export const cacheVerdictLine = ({
  verdict,
  scenario,
  figure,
  against,
  ratioMin,
  ratio,
}: CacheVerdict): string => {
  const other = "proxy" in against ? against.proxy : `itself in ${against.scenario}`;
  const found = ratio === null ? "" : ` (${ratio.toFixed(2)})`;
  return `${verdict}  ${scenario}: at least ${ratioMin} × ${other}${FIGURE_NAMES[figure]}${found}`;
};
