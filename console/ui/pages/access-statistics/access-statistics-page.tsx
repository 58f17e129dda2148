/** プロキシアクセス統計: by minute, hour, day and month. */
import { useState } from "preact/hooks";
import type { AccessStatistics } from "#console/contract/host.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { formatBytes, formatCount, formatShare } from "#console/ui/i18n/format.ts";
import { say } from "#console/ui/i18n/language.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Card } from "#console/ui/widgets/card.tsx";
import { Figure } from "#console/ui/widgets/figure.tsx";
import { Graph } from "#console/ui/widgets/graph.tsx";
import { SpanChoice } from "#console/ui/widgets/span-choice.tsx";
import { Table } from "#console/ui/widgets/table.tsx";
import { Time } from "#console/ui/widgets/time.tsx";

const EVERY_MS = 10_000;
/** Few requests are still whole ones on the axis. */
const TOP_MIN = 4;

type Span = "minute" | "hour" | "day" | "month";

export function Page() {
  const [span, setSpan] = useState<Span>("hour");
  return (
    <div class="stack">
      <SpanChoice
        label={say(["期間", "Span"])}
        value={span}
        onValue={setSpan}
        choices={[
          ["minute", say(["1 分", "Minute"])],
          ["hour", say(["1 時間", "Hour"])],
          ["day", say(["1 日", "Day"])],
          ["month", say(["1 か月", "Month"])],
        ]}
      />
      <Statistics key={span} span={span} />
    </div>
  );
}

function Statistics({ span }: { readonly span: Span }) {
  const statistics = useAnswer("access.read", { query: { span, top: 20 } }, { everyMs: EVERY_MS });
  return (
    <Answer of={statistics}>
      {(answer) => (
        <div class="stack">
          <p class="soft">
            <Time at={answer.from} /> – <Time at={answer.to} />
            {answer.leftOut === 0
              ? ""
              : say(["（数えられなかった行: {count}）", " ({count} lines were not counted)"], {
                  count: answer.leftOut,
                })}
          </p>
          <div class="figures">
            <Figure label={say(["リクエスト", "Requests"])} amount={formatCount(answer.requests)} unit="" />
            <Figure label={say(["バイト数", "Bytes"])} amount={formatBytes(answer.bytes)} unit="" />
            <Figure label={say(["ヒット率", "Hit ratio"])} amount={formatShare(answer.hitRatio)} unit="" />
          </div>
          <Buckets statistics={answer} />
          <div class="columns">
            <TopTable title={say(["上位のホスト", "Top hosts"])} rows={answer.hosts} />
            <TopTable title={say(["上位のクライアント", "Top clients"])} rows={answer.clients} />
            <TopTable title={say(["ステータス", "Status"])} rows={answer.statuses} />
            <TopTable title={say(["メソッド", "Methods"])} rows={answer.methods} />
            <TopTable title={say(["キャッシュの結果", "Cache results"])} rows={answer.results} />
          </div>
        </div>
      )}
    </Answer>
  );
}

function Buckets({ statistics: { buckets } }: { readonly statistics: AccessStatistics }) {
  return (
    <Card title={say(["推移", "Over time"])}>
      <Graph
        title={say(["リクエストとヒット", "Requests and hits"])}
        times={buckets.map(({ at }) => Date.parse(at) / 1_000)}
        lines={[
          { label: say(["リクエスト", "Requests"]), values: buckets.map(({ requests }) => requests) },
          { label: say(["ヒット", "Hits"]), values: buckets.map(({ hits }) => hits) },
        ]}
        format={formatCount}
        topMin={TOP_MIN}
      />
    </Card>
  );
}

function TopTable({ title, rows }: { readonly title: string; readonly rows: AccessStatistics["hosts"] }) {
  return (
    <Card title={title}>
      <Table
        caption={title}
        rows={rows}
        rowKey={({ name }) => name}
        empty={say(["この期間のアクセスはありません。", "No access in this time."])}
        columns={[
          { key: "name", title: say(["名前", "Name"]), cell: ({ name }) => name },
          {
            key: "requests",
            title: say(["リクエスト", "Requests"]),
            cell: ({ requests }) => requests,
            show: ({ requests }) => formatCount(requests),
            numeric: true,
          },
          {
            key: "bytes",
            title: say(["バイト数", "Bytes"]),
            cell: ({ bytes }) => bytes,
            show: ({ bytes }) => formatBytes(bytes),
            numeric: true,
          },
        ]}
      />
    </Card>
  );
}
