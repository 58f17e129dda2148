/** A table that sorts by its heads, filters, and keeps both while its rows are renewed. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { say } from "#console/ui/i18n/language.ts";
import { Icon } from "./icon.tsx";
import { type Cell, filterRows, type Order, sortRows } from "./table-order.ts";

export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  /** What is sorted and filtered by; null sorts last. Absent where neither makes sense. */
  readonly cell?: (row: Row) => Cell;
  /** What is shown; without it the cell itself. */
  readonly show?: (row: Row) => ComponentChildren;
  readonly numeric?: boolean;
}

interface TableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** What to do when there are no rows. */
  readonly empty: ComponentChildren;
  readonly filter?: boolean;
  readonly order?: Order;
  readonly rowsMax?: number;
}

const ROWS_SHOWN_MAX = 500;

export function Table<Row>(props: TableProps<Row>) {
  const { columns, rows, filter = false, rowsMax = ROWS_SHOWN_MAX } = props;
  const [order, setOrder] = useState<Order | null>(props.order ?? null);
  const [words, setWords] = useState("");
  const cells = (row: Row): readonly Cell[] => columns.map(({ cell }) => cell?.(row) ?? null);
  const found = filterRows(rows, words, cells);
  const sorter = columns.find(({ key }) => key === order?.column)?.cell;
  const sorted = sorter === undefined || order === null ? found : sortRows(found, sorter, order.descending);
  if (rows.length === 0) return <div class="card empty">{props.empty}</div>;
  return (
    <div class="stack">
      {filter ? (
        <FilterBox label={props.caption} words={words} onWords={setWords} found={found.length} />
      ) : null}
      {/* A region that scrolls must be reachable by keyboard. */}
      <section class="table-frame" tabIndex={0} aria-label={props.caption}>
        <table>
          <caption class="sr">{props.caption}</caption>
          <TableHead columns={columns} order={order} onOrder={setOrder} />
          <tbody>
            {sorted.slice(0, rowsMax).map((row) => (
              <tr key={props.rowKey(row)}>
                {columns.map(({ key, cell, show, numeric }) => (
                  <td key={key} class={numeric === true ? "numeric" : ""}>
                    {show === undefined ? (cell?.(row) ?? "–") : show(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {sorted.length > rowsMax ? (
        <p class="soft">
          {say(
            [
              "{shown} 件まで表示しています（全 {all} 件）。絞り込んでください。",
              "{shown} of {all} rows are shown; filter to see others.",
            ],
            {
              shown: rowsMax,
              all: sorted.length,
            },
          )}
        </p>
      ) : null}
    </div>
  );
}

interface FilterBoxProps {
  readonly label: string;
  readonly words: string;
  readonly found: number;
  readonly onWords: (words: string) => void;
}

function FilterBox({ label, words, found, onWords }: FilterBoxProps) {
  return (
    <div class="row">
      <input
        type="search"
        value={words}
        aria-label={say(["{table}を絞り込む", "Filter {table}"], { table: label })}
        placeholder={say(["絞り込み", "Filter"])}
        onInput={(event) => onWords(event.currentTarget.value)}
      />
      <span class="soft" role="status">
        {say(["{count} 件", "{count} rows"], { count: found })}
      </span>
    </div>
  );
}

interface TableHeadProps<Row> {
  readonly columns: readonly Column<Row>[];
  readonly order: Order | null;
  readonly onOrder: (order: Order) => void;
}

function TableHead<Row>({ columns, order, onOrder }: TableHeadProps<Row>) {
  return (
    <thead>
      <tr>
        {columns.map(({ key, title, cell, numeric }) => {
          const sorted = order?.column === key ? order : null;
          const direction = sorted === null ? "none" : sorted.descending ? "descending" : "ascending";
          const next = { column: key, descending: sorted === null ? numeric === true : !sorted.descending };
          return (
            <th key={key} scope="col" aria-sort={direction} class={numeric === true ? "numeric" : ""}>
              {cell === undefined ? (
                title
              ) : (
                <button type="button" onClick={() => onOrder(next)}>
                  {title}
                  {sorted === null ? null : <Icon name={sorted.descending ? "down" : "up"} />}
                </button>
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}
