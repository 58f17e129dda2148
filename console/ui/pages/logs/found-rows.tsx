/** Rows that were found, the newest first, and more of them on demand. */
import { useEffect, useState } from "preact/hooks";
import type { Log, LogRow, LogRows } from "#console/contract/logs.ts";
import { call, type Trouble } from "#console/ui/api/client.ts";
import { formatCount } from "#console/ui/i18n/format.ts";
import { say } from "#console/ui/i18n/language.ts";
import { TroubleNotice, Waiting } from "#console/ui/widgets/answer.tsx";
import { Button } from "#console/ui/widgets/button.tsx";
import type { LogFilters } from "./log-filter-form.tsx";
import { LogLines } from "./log-lines.tsx";

const ROWS_A_TIME = 200;
/** What the page holds; beyond that a narrower search is the better way. */
const ROWS_MAX = 5_000;

interface RowsProps {
  readonly log: Log["log"];
  readonly filters: LogFilters;
}

export function FoundRows({ log, filters }: RowsProps) {
  const [rows, setRows] = useState<readonly LogRow[]>([]);
  const [last, setLast] = useState<LogRows | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const read = async (before: number | null): Promise<void> => {
    const query = { ...filters, limit: ROWS_A_TIME, ...(before === null ? {} : { before }) };
    const outcome = await call("logs.rows", { params: { log }, query });
    setTrouble(outcome.ok ? null : outcome.error);
    if (!outcome.ok) return;
    setLast(outcome.value);
    setRows((known) =>
      (before === null ? outcome.value.rows : [...known, ...outcome.value.rows]).slice(0, ROWS_MAX),
    );
  };
  // Another search is another component.
  useEffect(() => void read(null), []);
  if (last === null) return trouble === null ? <Waiting /> : <TroubleNotice trouble={trouble} />;
  const { next } = last;
  return (
    <div class="stack">
      <TroubleNotice trouble={trouble} />
      <p class="soft" role="status">
        {say(
          [
            "{count} 行（{scanned} 行を {took} ミリ秒で調べました）",
            "{count} lines ({scanned} looked at in {took} ms)",
          ],
          {
            count: formatCount(rows.length),
            scanned: formatCount(last.scanned),
            took: last.tookMs.toFixed(0),
          },
        )}
        {last.isPartial ? say(["。途中までの結果です。", "; the search is not finished."]) : ""}
      </p>
      {rows.length === 0 ? (
        <div class="card empty">
          {say([
            "該当する行はありません。条件を緩めるか、ほかのログを選んでください。",
            "No such lines. Widen the search, or choose another log.",
          ])}
        </div>
      ) : (
        <LogLines rows={rows} words={filters.text ?? ""} />
      )}
      {next === null || rows.length >= ROWS_MAX ? null : (
        <div>
          <Button onPress={() => read(next)}>
            {last.isPartial ? say(["続きを検索", "Go on searching"]) : say(["さらに古い行", "Older lines"])}
          </Button>
        </div>
      )}
    </div>
  );
}
