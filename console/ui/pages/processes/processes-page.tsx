/** プロセス実行状況. */
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { formatBytes } from "#console/ui/i18n/format.ts";
import { say } from "#console/ui/i18n/language.ts";
import type { Phrase } from "#console/ui/i18n/phrase.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Table } from "#console/ui/widgets/table.tsx";

const EVERY_MS = 5_000;

const STATES: Readonly<Record<string, Phrase>> = {
  running: ["実行中", "Running"],
  sleeping: ["待機中", "Sleeping"],
  blocked: ["入出力待ち", "Blocked"],
  stopped: ["停止", "Stopped"],
  zombie: ["終了済み", "Zombie"],
  idle: ["アイドル", "Idle"],
  unknown: ["不明", "Unknown"],
};

export function Page() {
  const processes = useAnswer("host.processes", {}, { everyMs: EVERY_MS });
  return (
    <Answer of={processes}>
      {(answer) => (
        <div class="stack">
          <p class="soft">
            {say(
              [
                "全 {total} プロセス。負荷の高い順に最大 200。",
                "{total} processes in all; up to 200, the busiest first.",
              ],
              {
                total: answer.total,
              },
            )}
          </p>
          <Table
            caption={say(["プロセス", "Processes"])}
            filter
            rows={answer.processes}
            rowKey={({ pid }) => String(pid)}
            empty={say(["プロセスを読み取れませんでした。", "No processes could be read."])}
            columns={[
              { key: "pid", title: "PID", cell: ({ pid }) => pid, numeric: true },
              { key: "name", title: say(["名前", "Name"]), cell: ({ name }) => name },
              { key: "user", title: say(["利用者", "User"]), cell: ({ user }) => user },
              {
                key: "cpu",
                title: "CPU",
                cell: ({ cpu }) => cpu,
                show: ({ cpu }) => `${cpu.toFixed(1)} %`,
                numeric: true,
              },
              {
                key: "memory",
                title: say(["メモリ", "Memory"]),
                cell: ({ memoryBytes }) => memoryBytes,
                show: ({ memoryBytes }) => formatBytes(memoryBytes),
                numeric: true,
              },
              {
                key: "state",
                title: say(["状態", "State"]),
                cell: ({ state }) => say(STATES[state] ?? [state, state]),
              },
              {
                key: "command",
                title: say(["コマンド", "Command"]),
                cell: ({ command }) => command,
                show: ({ command }) => <code>{command}</code>,
              },
            ]}
          />
        </div>
      )}
    </Answer>
  );
}
