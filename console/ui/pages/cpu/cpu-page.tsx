/** CPU/メモリ使用状況. */
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { formatBytes, formatShare } from "#console/ui/i18n/format.ts";
import { say } from "#console/ui/i18n/language.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Card, Facts } from "#console/ui/widgets/card.tsx";
import { HistoryGraph } from "#console/ui/widgets/history-graph.tsx";
import { Meter } from "#console/ui/widgets/meter.tsx";

const EVERY_MS = 3_000;

export function Page() {
  const host = useAnswer("host.read", {}, { everyMs: EVERY_MS });
  return (
    <Answer of={host}>
      {({ cpu, memory }) => (
        <div class="stack">
          <div class="columns">
            <Card title="CPU">
              <Facts
                rows={[
                  [say(["使用率", "Use"]), <Meter key="use" share={cpu.use} label="CPU" />],
                  [say(["種類", "Model"]), cpu.model],
                  [say(["コア数", "Cores"]), cpu.cores],
                  [
                    say(["負荷（1、5、15 分）", "Load (1, 5, 15 min)"]),
                    cpu.load.map((load) => load.toFixed(2)).join("  "),
                  ],
                  ...cpu.perCore.map(
                    (share, core) =>
                      [
                        say(["コア {core}", "Core {core}"], { core }),
                        <Meter key={core} share={share} label={`CPU ${core}`} />,
                      ] as const,
                  ),
                ]}
              />
            </Card>
            <Card title={say(["メモリ", "Memory"])}>
              <Facts
                rows={[
                  [
                    say(["使用率", "Use"]),
                    <Meter
                      key="use"
                      share={memory.usedBytes / Math.max(1, memory.totalBytes)}
                      label={say(["メモリ", "Memory"])}
                    />,
                  ],
                  [say(["全体", "Total"]), formatBytes(memory.totalBytes)],
                  [say(["使用中", "Used"]), formatBytes(memory.usedBytes)],
                  [say(["利用可能", "Available"]), formatBytes(memory.availableBytes)],
                  [
                    say(["スワップ", "Swap"]),
                    memory.swapTotalBytes === 0
                      ? say(["なし", "none"])
                      : `${formatBytes(memory.swapUsedBytes)} / ${formatBytes(memory.swapTotalBytes)}`,
                  ],
                ]}
              />
            </Card>
          </div>
          <Card title={say(["推移", "Over time"])}>
            <HistoryGraph
              title={say(["CPU とメモリ", "CPU and memory"])}
              names={["cpu", "memory"]}
              format={formatShare}
              max={1}
            />
          </Card>
        </div>
      )}
    </Answer>
  );
}
