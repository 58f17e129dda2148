/** 設定の履歴: generations, their differences, restore of any one, and who set each value. */
import { useState } from "preact/hooks";
import type { GenerationRow } from "#console/contract/settings.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { say } from "#console/ui/i18n/language.ts";
import type { Phrase } from "#console/ui/i18n/phrase.ts";
import { settingsNews } from "#console/ui/shell/live-news.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Button } from "#console/ui/widgets/button.tsx";
import { SpanChoice } from "#console/ui/widgets/span-choice.tsx";
import { StateBadge, type Tone } from "#console/ui/widgets/state-badge.tsx";
import { Table } from "#console/ui/widgets/table.tsx";
import { Time } from "#console/ui/widgets/time.tsx";
import { BlameTable } from "./blame-table.tsx";
import { GenerationDialog } from "./generation-dialog.tsx";

const STATES: Readonly<Record<GenerationRow["state"], { readonly tone: Tone; readonly word: Phrase }>> = {
  current: { tone: "active", word: ["使用中", "In use"] },
  pending: { tone: "caution", word: ["試用中", "On trial"] },
  past: { tone: "unknown", word: ["過去", "Past"] },
  "rolled-back": { tone: "unknown", word: ["取り消し", "Rolled back"] },
};

const ORIGINS: Readonly<Record<GenerationRow["origin"], Phrase>> = {
  first: ["初期設定", "first"],
  console: ["管理コンソール", "console"],
  restore: ["世代の復元", "restore"],
  rollback: ["自動の取り消し", "roll-back"],
  file: ["ファイル", "file"],
  backup: ["バックアップ", "backup"],
  peer: ["相手サーバ", "other unit"],
};

export function Page() {
  const [view, setView] = useState<"generations" | "blame">("generations");
  return (
    <div class="stack">
      <SpanChoice
        label={say(["表示", "View"])}
        value={view}
        choices={[
          ["generations", say(["世代", "Generations"])],
          ["blame", say(["値ごとの変更者", "Who set each value"])],
        ]}
        onValue={setView}
      />
      {view === "blame" ? <BlameTable /> : <Generations key={settingsNews.value?.data.generation ?? 0} />}
    </div>
  );
}

const ROWS_A_TIME = 50;

function Generations() {
  const [limit, setLimit] = useState(ROWS_A_TIME);
  const [shown, setShown] = useState<GenerationRow | null>(null);
  const history = useAnswer("settings.history", { query: { limit } });
  return (
    <Answer of={history}>
      {({ generations, more }) => (
        <div class="stack">
          <Table
            caption={say(["設定の世代", "Generations"])}
            filter
            rows={generations}
            rowKey={({ generation }) => String(generation)}
            empty={say(["まだ世代がありません。", "No generations yet."])}
            columns={[
              {
                key: "generation",
                title: say(["世代", "Generation"]),
                cell: ({ generation }) => generation,
                numeric: true,
              },
              {
                key: "state",
                title: say(["状態", "State"]),
                cell: ({ state }) => say(STATES[state].word),
                show: ({ state }) => (
                  <StateBadge tone={STATES[state].tone}>{say(STATES[state].word)}</StateBadge>
                ),
              },
              {
                key: "at",
                title: say(["日時", "When"]),
                cell: ({ at }) => at,
                show: ({ at }) => <Time at={at} />,
              },
              { key: "author", title: say(["変更者", "Who"]), cell: ({ author }) => author },
              { key: "reason", title: say(["理由", "Why"]), cell: ({ reason }) => reason },
              { key: "origin", title: say(["由来", "Origin"]), cell: ({ origin }) => say(ORIGINS[origin]) },
              {
                key: "sections",
                title: say(["区分", "Sections"]),
                cell: ({ sections }) => sections.join(", "),
              },
              {
                key: "actions",
                title: say(["操作", "Actions"]),
                show: (row) => (
                  <Button small onPress={() => setShown(row)}>
                    {say(["内容", "Look"])}
                    <span class="sr">{say([" 世代 {n}", " at generation {n}"], { n: row.generation })}</span>
                  </Button>
                ),
              },
            ]}
          />
          {more ? (
            <div>
              <Button onPress={() => setLimit(limit + ROWS_A_TIME)}>
                {say(["さらに古い世代", "Older ones"])}
              </Button>
            </div>
          ) : null}
          {shown === null ? null : (
            <GenerationDialog
              row={shown}
              onClose={() => setShown(null)}
              onRestored={async () => {
                setShown(null);
                await history.reload();
              }}
            />
          )}
        </div>
      )}
    </Answer>
  );
}
