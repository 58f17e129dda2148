/** キャッシュデータ削除: what is stored, purge with a preview, and a look at one URL. */
import type { CacheState } from "#console/contract/cache.ts";
import { may } from "#console/ui/api/session.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { formatBytes, formatCount, formatShare } from "#console/ui/i18n/format.ts";
import { say } from "#console/ui/i18n/language.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Card, Facts } from "#console/ui/widgets/card.tsx";
import { Meter } from "#console/ui/widgets/meter.tsx";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { Table } from "#console/ui/widgets/table.tsx";
import { InspectCard } from "./inspect-card.tsx";
import { PurgeCard } from "./purge-card.tsx";

const EVERY_MS = 5_000;

export function Page() {
  const cache = useAnswer("cache.read", {}, { everyMs: EVERY_MS });
  return (
    <div class="stack">
      <Answer of={cache}>{(answer) => <CacheFigures cache={answer} />}</Answer>
      {may("cache.purge") ? <PurgeCard onPurged={cache.reload} /> : null}
      <InspectCard />
    </div>
  );
}

function CacheFigures({ cache }: { readonly cache: CacheState }) {
  const { store, fault, ratios } = cache;
  if (store === null)
    return (
      <Notice tone="caution">
        {fault ??
          say([
            "キャッシュは使用していません。詳細プロキシ設定で使用できます。",
            "Nothing is stored; turn the cache on in the advanced settings.",
          ])}
      </Notice>
    );
  return (
    <div class="columns">
      <Card title={say(["保存されている応答", "Stored responses"])}>
        <Facts
          rows={[
            [say(["件数", "Entries"]), formatCount(store.entries)],
            [
              say(["ディスク", "Disk"]),
              <span key="disk">
                {formatBytes(store.diskBytes)} / {formatBytes(store.diskBytesMax)}{" "}
                <Meter
                  share={store.diskBytes / Math.max(1, store.diskBytesMax)}
                  label={say(["ディスク", "Disk"])}
                />
              </span>,
            ],
            [
              say(["メモリ", "Memory"]),
              `${formatBytes(store.memoryBytes)} / ${formatBytes(store.memoryBytesMax)}`,
            ],
            [say(["追い出された数", "Evictions"]), formatCount(store.evictions)],
            [
              say(["エラー", "Errors"]),
              store.lastError === null ? formatCount(store.errors) : `${store.errors}: ${store.lastError}`,
            ],
          ]}
        />
      </Card>
      <Card title={say(["ヒット率", "Hit ratio"])}>
        <Table
          caption={say(["ヒット率", "Hit ratio"])}
          rows={ratios}
          rowKey={({ minutes }) => String(minutes)}
          empty={say(["まだ記録がありません。", "No figures yet."])}
          columns={[
            { key: "minutes", title: say(["分", "Minutes"]), cell: ({ minutes }) => minutes, numeric: true },
            {
              key: "requests",
              title: say(["リクエスト", "Requests"]),
              cell: ({ requests }) => requests,
              numeric: true,
            },
            { key: "hits", title: say(["ヒット", "Hits"]), cell: ({ hits }) => hits, numeric: true },
            {
              key: "ratio",
              title: say(["ヒット率", "Ratio"]),
              cell: ({ hitRatio }) => hitRatio,
              show: ({ hitRatio }) => formatShare(hitRatio),
              numeric: true,
            },
            {
              key: "saved",
              title: say(["節約", "Saved"]),
              cell: ({ bytesSaved }) => bytesSaved,
              show: ({ bytesSaved }) => formatBytes(bytesSaved),
              numeric: true,
            },
          ]}
        />
      </Card>
    </div>
  );
}
