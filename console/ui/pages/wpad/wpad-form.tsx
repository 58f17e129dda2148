/** プロキシサーバ自動構成ファイル: every setting of the section, whatever the unit's version has. */
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { SettingsForm } from "#console/ui/forms/settings-form.tsx";
import { say } from "#console/ui/i18n/language.ts";

export function WpadForm() {
  const { answer } = useAnswer("settings.schema", {});
  const paths = (answer?.rows ?? [])
    .filter(({ path, section }) => section === "wpad" && !path.includes("[]."))
    .map(({ path }) => path);
  if (paths.length === 0) return null;
  return (
    <SettingsForm
      groups={[{ title: say(["プロキシサーバ自動構成ファイル", "Proxy configuration script"]), paths }]}
    />
  );
}
