/** プロキシサーバ自動構成ファイル: the manual's settings first, then every other one that the unit's version has. */
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { SettingsForm } from "#console/ui/forms/settings-form.tsx";
import { say } from "#console/ui/i18n/language.ts";

const MANUAL = ["wpad.enabled", "wpad.proxies", "wpad.directNetworks", "wpad.balance"];
const SERVING = [
  "wpad.listen",
  "wpad.hosts",
  "wpad.clientNetworks",
  "wpad.maxAgeMs",
  "wpad.connectionsMax",
  "wpad.connectionsPerClientMax",
];

export function WpadForm() {
  const { answer } = useAnswer("settings.schema", {});
  const paths = (answer?.rows ?? [])
    .filter(({ path, section }) => section === "wpad" && !path.includes("[]."))
    .map(({ path }) => path);
  if (paths.length === 0) return null;
  return (
    <SettingsForm
      groups={[
        { title: say(["プロキシサーバ自動構成ファイル", "Proxy configuration script"]), paths: MANUAL },
        { title: say(["待ち受けと応答", "Listening and answering"]), paths: SERVING, isFolded: true },
        {
          title: say(["振り分けの詳細", "Routing in detail"]),
          paths: paths.filter((path) => !MANUAL.includes(path) && !SERVING.includes(path)),
          isFolded: true,
        },
      ]}
    />
  );
}
