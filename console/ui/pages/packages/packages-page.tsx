/** パッケージ: version, licences, components. Updates come with the firmware. */
import { endpointUrl } from "#console/ui/api/endpoint-url.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { say } from "#console/ui/i18n/language.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Card, Facts } from "#console/ui/widgets/card.tsx";
import { Table } from "#console/ui/widgets/table.tsx";

export function Page() {
  const known = useAnswer("package.read", {});
  return (
    <Answer of={known}>
      {(answer) => (
        <div class="stack">
          <Card
            title={say(["現在のパッケージ", "This package"])}
            actions={
              <a class="button" href={endpointUrl("package.components")} download>
                {say(["部品表（SBOM）をダウンロード", "Download the components (SBOM)"])}
              </a>
            }
          >
            <div class="stack">
              <Facts
                rows={[
                  [say(["名前", "Name"]), answer.name],
                  [say(["バージョン", "Version"]), answer.version],
                  [say(["実行環境", "Runtime"]), answer.runtime],
                  [say(["ライセンス", "Licence"]), answer.licence],
                ]}
              />
              <p class="soft">
                {say(["更新はファームウェアで行います。", "Updates come with the firmware."])}
              </p>
            </div>
          </Card>
          <Table
            caption={say(["含まれるソフトウェアとライセンス", "Software in it, and its licences"])}
            filter
            rows={answer.licences}
            rowKey={({ name, version }) => `${name} ${version}`}
            empty={say(["ほかのソフトウェアは含まれていません。", "No other software in it."])}
            columns={[
              { key: "name", title: say(["名前", "Name"]), cell: ({ name }) => name },
              { key: "version", title: say(["バージョン", "Version"]), cell: ({ version }) => version },
              { key: "licence", title: say(["ライセンス", "Licence"]), cell: ({ licence }) => licence },
            ]}
          />
        </div>
      )}
    </Answer>
  );
}
