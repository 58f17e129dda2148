/** The printed form of the comparison. Pure: figures in, text out. */
import type { Verdict } from "./claims.ts";

export interface Row {
  readonly proxy: string;
  readonly note: string;
  readonly median: number;
  readonly low: number;
  readonly high: number;
  /** Futago's median divided by this one's; null for Futago itself or when it was not measured. */
  readonly ratio: number | null;
  readonly failures: number;
  /** 0 to 1. */
  readonly proxyCore: number;
  readonly loadCore: number;
  /** Processor time of the proxy for each operation. */
  readonly cpuMicrosecondsEach: number;
}

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

export const number = (value: number): string =>
  value.toLocaleString("en-US", { maximumFractionDigits: value < 100 ? 1 : 0 });

/** Right-aligned columns after the first, two spaces apart. */
export function textTable(lines: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const line of lines)
    for (const [column, cell] of line.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  const last = widths.length - 1;
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 || column === last
            ? cell.padEnd(widths[column] ?? 0)
            : cell.padStart(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** One scenario's table. */
export function scenarioTable(title: string, unit: string, rows: readonly Row[]): string {
  const head = ["", unit, "lowest", "highest", "futago/it", "CPU µs each", "proxy core", "load core", ""];
  const lines = rows.map((row) => [
    row.proxy,
    number(row.median),
    number(row.low),
    number(row.high),
    row.ratio === null ? "" : row.ratio.toFixed(2),
    number(row.cpuMicrosecondsEach),
    percent(row.proxyCore),
    percent(row.loadCore),
    row.failures > 0 ? `${row.note}; ${number(row.failures)} FAILED` : row.note,
  ]);
  return `${title}\n${textTable([head, ...lines])}`;
}

/** One line a claim. */
export const verdictLine = (verdict: Verdict): string => {
  const claim = `${verdict.scenario}: at least ${verdict.ratioMin} × ${verdict.peer}`;
  return `${verdict.verdict}  ${claim}${verdict.ratio === null ? "" : ` (${verdict.ratio.toFixed(2)})`}`;
};
