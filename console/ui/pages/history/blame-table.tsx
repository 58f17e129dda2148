/** Who set each value, when and why. */
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { valueText } from "#console/ui/forms/difference-view.tsx";
import { settingName } from "#console/ui/forms/setting-field.tsx";
import { say } from "#console/ui/i18n/language.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Table } from "#console/ui/widgets/table.tsx";
import { Time } from "#console/ui/widgets/time.tsx";

export function BlameTable() {
  const blame = useAnswer("settings.blame", {});
  return (
    <Answer of={blame}>
      {({ rows }) => (
        <Table
          caption={say(["値ごとの変更者", "Who set each value"])}
          filter
          rows={rows}
          rowKey={({ path }) => path}
          empty={say(["まだ何も設定されていません。", "Nothing has been set yet."])}
          columns={[
            {
              key: "path",
              title: say(["項目", "Setting"]),
              cell: ({ path }) => `${settingName(path)} ${path}`,
              show: ({ path }) => (
                <>
                  <div>{settingName(path)}</div>
                  <code class="soft">{path}</code>
                </>
              ),
            },
            {
              key: "value",
              title: say(["値", "Value"]),
              cell: ({ path, value }) => valueText(path, value),
            },
            {
              key: "generation",
              title: say(["世代", "Generation"]),
              cell: ({ generation }) => generation,
              numeric: true,
            },
            { key: "author", title: say(["変更者", "Who"]), cell: ({ author }) => author },
            {
              key: "at",
              title: say(["日時", "When"]),
              cell: ({ at }) => at,
              show: ({ at }) => <Time at={at} />,
            },
            { key: "reason", title: say(["理由", "Why"]), cell: ({ reason }) => reason },
          ]}
        />
      )}
    </Answer>
  );
}
