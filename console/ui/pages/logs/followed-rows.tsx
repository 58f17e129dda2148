/** New rows as they come, the newest first: bounded, and with a count of what was left out. */
import { useEffect, useState } from "preact/hooks";
import type { Log, LogRow } from "#console/contract/logs.ts";
import { type LiveFeed, openFeed } from "#console/ui/api/live.ts";
import { formatCount } from "#console/ui/i18n/format.ts";
import { say } from "#console/ui/i18n/language.ts";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { StateBadge } from "#console/ui/widgets/state-badge.tsx";
import type { LogFilters } from "./log-filter-form.tsx";
import { LogLines } from "./log-lines.tsx";

const ROWS_MAX = 1_000;

interface FollowedRowsProps {
  readonly log: Log["log"];
  readonly filters: LogFilters;
}

export function FollowedRows({ log, filters }: FollowedRowsProps) {
  const [rows, setRows] = useState<readonly LogRow[]>([]);
  const [leftOut, setLeftOut] = useState(0);
  const [feed, setFeed] = useState<LiveFeed | null>(null);
  // Other filters are another component.
  useEffect(() => {
    const opened = openFeed({
      topics: ["log"],
      filter: { log, ...filters },
      handlers: {
        log: (news) => {
          setRows((known) => [...news.rows.toReversed(), ...known].slice(0, ROWS_MAX));
          setLeftOut((count) => count + news.leftOut);
        },
      },
    });
    setFeed(opened);
    return () => opened.close();
  }, []);
  return (
    <div class="stack">
      <div class="row">
        {feed?.state.value === "open" ? (
          <StateBadge tone="active">{say(["新しい行を待っています", "Following"])}</StateBadge>
        ) : (
          <StateBadge tone="unknown">{say(["接続しています", "Connecting"])}</StateBadge>
        )}
        <span class="soft">{say(["{count} 行", "{count} lines"], { count: formatCount(rows.length) })}</span>
      </div>
      {leftOut === 0 ? null : (
        <Notice tone="caution">
          {say(
            [
              "速すぎるため {count} 行を省きました。絞り込むか、ダウンロードしてください。",
              "{count} lines were left out; filter, or download the log.",
            ],
            {
              count: formatCount(leftOut),
            },
          )}
        </Notice>
      )}
      <LogLines rows={rows} words={filters.text ?? ""} />
    </div>
  );
}
