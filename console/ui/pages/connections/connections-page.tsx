/** ネットワーク接続状況. */
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { formatCount } from "#console/ui/i18n/format.ts";
import { say } from "#console/ui/i18n/language.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Figure } from "#console/ui/widgets/figure.tsx";
import { Table } from "#console/ui/widgets/table.tsx";

const EVERY_MS = 5_000;

export function Page() {
  const connections = useAnswer("network.connections", {}, { everyMs: EVERY_MS });
  return (
    <Answer of={connections}>
      {(answer) => (
        <div class="stack">
          <div class="figures">
            {Object.entries(answer.byState).map(([state, count]) => (
              <Figure key={state} label={state} amount={formatCount(count)} unit="" />
            ))}
          </div>
          {answer.leftOut === 0 ? null : (
            <p class="soft">
              {say(["ほかに {count} 件あります。", "{count} more are not listed."], {
                count: answer.leftOut,
              })}
            </p>
          )}
          <Table
            caption={say(["接続", "Connections"])}
            filter
            rows={answer.connections}
            rowKey={({ protocol, local, remote, state }) => `${protocol} ${local} ${remote} ${state}`}
            empty={say(["接続はありません。", "No connections."])}
            columns={[
              { key: "protocol", title: say(["プロトコル", "Protocol"]), cell: ({ protocol }) => protocol },
              { key: "state", title: say(["状態", "State"]), cell: ({ state }) => state },
              { key: "local", title: say(["ローカル", "Local"]), cell: ({ local }) => local },
              { key: "remote", title: say(["リモート", "Remote"]), cell: ({ remote }) => remote },
            ]}
          />
        </div>
      )}
    </Answer>
  );
}
