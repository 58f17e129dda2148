/** プロキシ > 基本設定: server kind, and where clients connect, chosen from real and floating addresses. */
import { useAnswer } from "#console/ui/api/use-answer.ts";
import type { Suggestion } from "#console/ui/forms/controls.tsx";
import { SettingsForm } from "#console/ui/forms/settings-form.tsx";
import { say } from "#console/ui/i18n/language.ts";
import { Card, Facts } from "#console/ui/widgets/card.tsx";

export function Page() {
  const { answer } = useAnswer("interfaces.list", {});
  const addresses: readonly Suggestion[] = (answer?.interfaces ?? []).flatMap(({ name, addresses: listed }) =>
    listed.map(({ address, kind }) => ({
      value: address,
      words: kind === "floating" ? `F-IP (${name})` : say(["実IP ({name})", "real ({name})"], { name }),
    })),
  );
  const anyAddress = { value: "0.0.0.0", words: say(["すべてのアドレス", "every address"]) };
  return (
    <div class="stack">
      <Card title={say(["サーバ種別設定", "Server kind"])}>
        <Facts rows={[[say(["サーバ種別", "Kind"]), "Forward"]]} />
      </Card>
      <SettingsForm
        suggestions={{ "listen[].address": [...addresses, anyAddress] }}
        groups={[
          {
            title: say(["キャッシュサーバ設定", "Cache server"]),
            intro: (
              <p class="soft prose">
                {say([
                  "アクティブ-スタンバイ構成では F-IPアドレスを追加します。0.0.0.0 で待ち受けると、F-IP を保持していない間も起動に失敗しません。",
                  "For an active-standby pair add the floating address. Listening on 0.0.0.0 never fails on the unit that does not hold it.",
                ])}
              </p>
            ),
            paths: ["listen", "clients.allowedNetworks"],
          },
          { title: say(["ユニット", "Unit"]), paths: ["unit.name", "workers", "drain.timeoutMs"] },
        ]}
      />
    </div>
  );
}
