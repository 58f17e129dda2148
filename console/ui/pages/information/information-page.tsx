/** システム情報, and the one file that support needs. */

import { endpointUrl } from "#console/ui/api/endpoint-url.ts";
import { may } from "#console/ui/api/session.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { formatBytes } from "#console/ui/i18n/format.ts";
import { say } from "#console/ui/i18n/language.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Card, Facts } from "#console/ui/widgets/card.tsx";
import { Copyable } from "#console/ui/widgets/copyable.tsx";
import { Span, Time } from "#console/ui/widgets/time.tsx";

const EVERY_MS = 30_000;

export function Page() {
  const host = useAnswer("host.read", {}, { everyMs: EVERY_MS });
  return (
    <div class="stack">
      <Answer of={host}>
        {(answer) => (
          <Card title={say(["システム情報", "System information"])}>
            <Facts
              rows={[
                [say(["ホスト名", "Host name"]), <Copyable key="host" text={answer.hostname} />],
                [say(["機種", "Model"]), answer.model],
                ["OS", answer.os],
                [say(["カーネル", "Kernel"]), `${answer.kernel} (${answer.architecture})`],
                ["CPU", `${answer.cpu.model} × ${answer.cpu.cores}`],
                [say(["メモリ", "Memory"]), formatBytes(answer.memory.totalBytes)],
                [say(["現在の時刻", "Time"]), <Time key="now" at={answer.now} />],
                [say(["タイムゾーン", "Time zone"]), answer.timeZone],
                [say(["起動からの時間", "Uptime"]), <Span key="uptime" ms={answer.uptimeS * 1_000} />],
              ]}
            />
          </Card>
        )}
      </Answer>
      {may("support.bundle") ? (
        <Card title={say(["サポート用の資料", "Support bundle"])}>
          <div class="stack">
            <p class="prose">
              {say([
                "両方のユニットの設定、状態、ログを 1 つのファイルにまとめます。パスワードや鍵などの秘密は取り除かれます。相手サーバの分が得られない場合は、その理由が入ります。",
                "Settings, state and logs of both units in one file. Passwords, keys and other secrets are removed. Where the other unit cannot be asked, the file says why.",
              ])}
            </p>
            <div>
              <a class="button" href={endpointUrl("support.bundle")} download>
                {say(["資料をダウンロードする", "Download the bundle"])}
              </a>
            </div>
          </div>
        </Card>
      ) : null}
    </div>
  );
}
