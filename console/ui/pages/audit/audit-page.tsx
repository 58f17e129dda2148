/** 監査ログ: who did what, and whether the chain of the rows is whole. */
import { useState } from "preact/hooks";
import type { AnswerOf } from "#console/contract/routes.ts";
import { call } from "#console/ui/api/client.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { say } from "#console/ui/i18n/language.ts";
import { act } from "#console/ui/widgets/act.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Button } from "#console/ui/widgets/button.tsx";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { StateBadge } from "#console/ui/widgets/state-badge.tsx";
import { Table } from "#console/ui/widgets/table.tsx";
import { Time } from "#console/ui/widgets/time.tsx";

const ROWS_A_TIME = 100;
const ROWS_MAX = 500;

export function Page() {
  const [limit, setLimit] = useState(ROWS_A_TIME);
  const [verdict, setVerdict] = useState<AnswerOf<"audit.verify"> | null>(null);
  const audit = useAnswer("audit.list", { query: { limit } });
  const verify = async (): Promise<void> => setVerdict(await act(call("audit.verify", { body: {} })));
  return (
    <div class="stack">
      <div class="row">
        <Button onPress={verify}>{say(["改ざんが無いか確認する", "Check the chain"])}</Button>
      </div>
      {verdict === null ? null : <Verdict verdict={verdict} />}
      <Answer of={audit}>
        {({ rows, more }) => (
          <div class="stack">
            <Table
              caption={say(["監査ログ", "Audit log"])}
              filter
              rows={rows}
              rowKey={({ number }) => String(number)}
              empty={say(["まだ記録がありません。", "Nothing recorded yet."])}
              columns={[
                {
                  key: "number",
                  title: say(["番号", "Number"]),
                  cell: ({ number }) => number,
                  numeric: true,
                },
                {
                  key: "at",
                  title: say(["日時", "When"]),
                  cell: ({ at }) => at,
                  show: ({ at }) => <Time at={at} />,
                },
                { key: "actor", title: say(["だれが", "Who"]), cell: ({ actor }) => actor },
                { key: "address", title: say(["どこから", "From"]), cell: ({ address }) => address },
                { key: "action", title: say(["何を", "What"]), cell: ({ action }) => action },
                {
                  key: "outcome",
                  title: say(["結果", "Outcome"]),
                  cell: ({ outcome }) => outcome,
                  show: ({ outcome }) =>
                    outcome === "done" ? (
                      <StateBadge tone="active">{say(["実行", "Done"])}</StateBadge>
                    ) : (
                      <StateBadge tone="fault">{say(["拒否", "Refused"])}</StateBadge>
                    ),
                },
                { key: "detail", title: say(["詳細", "Detail"]), cell: ({ detail }) => detail },
              ]}
            />
            {more && limit < ROWS_MAX ? (
              <div>
                <Button onPress={() => setLimit(Math.min(ROWS_MAX, limit + ROWS_A_TIME))}>
                  {say(["さらに古い記録", "Older ones"])}
                </Button>
              </div>
            ) : null}
          </div>
        )}
      </Answer>
    </div>
  );
}

function Verdict({ verdict }: { readonly verdict: AnswerOf<"audit.verify"> }) {
  if (verdict.intact)
    return (
      <Notice tone="active" urgent>
        {say(["{rows} 件の記録がすべてつながっています。", "All {rows} rows fit together."], {
          rows: verdict.rows,
        })}
      </Notice>
    );
  return (
    <Notice tone="fault" urgent>
      {say(["{row} 番の記録から、つながりが壊れています。", "The chain is broken from row {row} on."], {
        row: verdict.brokenAt ?? 0,
      })}
    </Notice>
  );
}
