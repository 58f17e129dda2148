/** ディスク使用状況. */
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { formatBytes } from "#console/ui/i18n/format.ts";
import { say } from "#console/ui/i18n/language.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Meter } from "#console/ui/widgets/meter.tsx";
import { Table } from "#console/ui/widgets/table.tsx";

const EVERY_MS = 30_000;

export function Page() {
  const host = useAnswer("host.read", {}, { everyMs: EVERY_MS });
  return (
    <Answer of={host}>
      {({ disks }) => (
        <Table
          caption={say(["ディスク", "Disks"])}
          filter
          rows={disks}
          rowKey={({ mount }) => mount}
          empty={say(["ディスクを読み取れませんでした。", "No disks could be read."])}
          columns={[
            { key: "mount", title: say(["マウント", "Mount"]), cell: ({ mount }) => mount },
            { key: "device", title: say(["装置", "Device"]), cell: ({ device }) => device },
            { key: "type", title: say(["種類", "Type"]), cell: ({ type }) => type },
            {
              key: "size",
              title: say(["全体", "Size"]),
              cell: ({ sizeBytes }) => sizeBytes,
              show: ({ sizeBytes }) => formatBytes(sizeBytes),
              numeric: true,
            },
            {
              key: "free",
              title: say(["空き", "Free"]),
              cell: ({ availableBytes }) => availableBytes,
              show: ({ availableBytes }) => formatBytes(availableBytes),
              numeric: true,
            },
            {
              key: "use",
              title: say(["使用率", "Use"]),
              cell: ({ usedBytes, sizeBytes }) => usedBytes / Math.max(1, sizeBytes),
              show: ({ usedBytes, sizeBytes, mount }) => (
                <Meter share={usedBytes / Math.max(1, sizeBytes)} label={mount} />
              ),
            },
          ]}
        />
      )}
    </Answer>
  );
}
