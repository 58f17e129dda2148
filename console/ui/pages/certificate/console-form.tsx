/** The console's own settings, all of them, whatever the unit's version has. */
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { SettingsForm } from "#console/ui/forms/settings-form.tsx";
import { say } from "#console/ui/i18n/language.ts";

export function ConsoleForm() {
  const { answer } = useAnswer("settings.schema", {});
  const paths = (answer?.rows ?? [])
    .filter(({ path, section }) => section === "console" && !path.includes("[]."))
    .map(({ path }) => path);
  if (paths.length === 0) return null;
  return <SettingsForm groups={[{ title: say(["管理コンソールの設定", "Console settings"]), paths }]} />;
}
