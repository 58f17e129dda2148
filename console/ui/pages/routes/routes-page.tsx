/** 経路情報. */
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { SettingsForm } from "#console/ui/forms/settings-form.tsx";
import { say } from "#console/ui/i18n/language.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Table } from "#console/ui/widgets/table.tsx";

export function Page() {
  return (
    <div class="stack">
      <KernelRoutes />
      <SettingsForm
        groups={[
          {
            title: say(["このユニットが保つ経路", "Routes that this unit keeps"]),
            intro: (
              <p class="soft prose">
                {say([
                  "ここに登録した経路は、起動のたびに追加されます。登録していない経路には触れません。",
                  "What is listed here is added at each start. Other routes are not touched.",
                ])}
              </p>
            ),
            paths: ["network.routes"],
          },
        ]}
      />
    </div>
  );
}

function KernelRoutes() {
  const routes = useAnswer("network.routes", {});
  return (
    <Answer of={routes}>
      {(answer) => (
        <Table
          caption={say(["経路", "Routes"])}
          filter
          rows={answer.routes}
          rowKey={(row) => JSON.stringify(row)}
          empty={say(["経路がありません。", "No routes."])}
          columns={[
            {
              key: "destination",
              title: say(["宛先", "Destination"]),
              cell: ({ destination }) => destination,
            },
            { key: "gateway", title: say(["ゲートウェイ", "Gateway"]), cell: ({ gateway }) => gateway },
            { key: "interface", title: say(["インタフェース", "Interface"]), cell: (row) => row.interface },
            { key: "source", title: say(["送信元", "Source"]), cell: ({ source }) => source },
            {
              key: "metric",
              title: say(["メトリック", "Metric"]),
              cell: ({ metric }) => metric,
              numeric: true,
            },
            { key: "protocol", title: say(["由来", "Protocol"]), cell: ({ protocol }) => protocol },
          ]}
        />
      )}
    </Answer>
  );
}
