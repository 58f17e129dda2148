/** プロキシ > セキュリティ設定: who may use the proxy, for what, and where it may connect to. */
import { SettingsForm } from "#console/ui/forms/settings-form.tsx";
import { say } from "#console/ui/i18n/language.ts";

export function Page() {
  return (
    <SettingsForm
      groups={[
        { title: say(["クライアント", "Clients"]), paths: ["clients.allowedNetworks"] },
        {
          title: say(["リクエスト", "Requests"]),
          paths: ["requests.methods", "requests.ports", "connect.ports", "requests.upgradeProtocols"],
        },
        {
          title: say(["宛先の制限", "Egress policy"]),
          intro: (
            <p class="soft prose">
              {say([
                "ループバック、社内、リンクローカル、メタデータなど特別なアドレスへの接続は、どのような書き方でも拒否されます。必要なものだけ許可してください。",
                "Connections to loopback, private, link-local, metadata and other special addresses are refused in every spelling. Allow only what is needed.",
              ])}
            </p>
          ),
          paths: ["egress.allow", "egress.refuse"],
        },
        {
          title: say(["利用者認証", "User authentication"]),
          intro: (
            <p class="soft">
              {say([
                "利用者認証はまだありません。クライアントのネットワークで制限してください。",
                "There is no user authentication yet; restrict by client networks.",
              ])}
            </p>
          ),
          paths: [],
        },
      ]}
    />
  );
}
