/** ネットワーク利用状況. */
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { formatBytes } from "#console/ui/i18n/format.ts";
import { say } from "#console/ui/i18n/language.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Card } from "#console/ui/widgets/card.tsx";
import { HistoryGraph } from "#console/ui/widgets/history-graph.tsx";
import { Table } from "#console/ui/widgets/table.tsx";

const EVERY_MS = 3_000;
const KIB = 1024;

const rate = (bytes: number): string => `${formatBytes(bytes)}/s`;

export function Page() {
  const host = useAnswer("host.read", {}, { everyMs: EVERY_MS });
  return (
    <div class="stack">
      <Answer of={host}>
        {({ network }) => (
          <Table
            caption={say(["インタフェースごとの通信量", "Traffic by interface"])}
            rows={network}
            rowKey={(row) => row.interface}
            empty={say(["インタフェースがありません。", "No interfaces."])}
            columns={[
              { key: "name", title: say(["インタフェース", "Interface"]), cell: (row) => row.interface },
              {
                key: "received",
                title: say(["受信", "Received"]),
                cell: (row) => row.receivedBytesPerSecond,
                show: (row) => rate(row.receivedBytesPerSecond),
                numeric: true,
              },
              {
                key: "sent",
                title: say(["送信", "Sent"]),
                cell: (row) => row.sentBytesPerSecond,
                show: (row) => rate(row.sentBytesPerSecond),
                numeric: true,
              },
            ]}
          />
        )}
      </Answer>
      <Card title={say(["推移", "Over time"])}>
        <HistoryGraph
          title={say(["ネットワーク全体", "All interfaces"])}
          names={["networkReceivedBytes", "networkSentBytes"]}
          format={rate}
          topMin={KIB}
        />
      </Card>
    </div>
  );
}
