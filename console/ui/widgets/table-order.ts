/** Sorting and filtering of a table's rows. */
export type Cell = string | number | null;

export interface Order {
  readonly column: string;
  readonly descending: boolean;
}

/** The rows in which some cell has the words, in any case and width. */
export function filterRows<Row>(
  rows: readonly Row[],
  words: string,
  cells: (row: Row) => readonly Cell[],
): readonly Row[] {
  const wanted = normal(words);
  if (wanted === "") return rows;
  return rows.filter((row) =>
    cells(row).some((cell) => cell !== null && normal(String(cell)).includes(wanted)),
  );
}

/** Rows with equal cells stay in their order; nothing comes last whichever way it goes. */
export function sortRows<Row>(
  rows: readonly Row[],
  cell: (row: Row) => Cell,
  descending: boolean,
): readonly Row[] {
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [left, right] = [cell(a), cell(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * compare(left, right);
  });
}

function compare(left: string | number, right: string | number): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  return String(left).localeCompare(String(right), "ja", { numeric: true });
}

/** Full-width and half-width forms are the same word. */
const normal = (text: string): string => text.normalize("NFKC").toLowerCase().trim();
