/** Language and theme of this browser. */
import { language, say, setLanguage } from "#console/ui/i18n/language.ts";
import { Select } from "#console/ui/widgets/select-field.tsx";
import { setTheme, themeChoice } from "./theme.ts";

export function LanguageChoice() {
  return (
    <Select
      label={say(["言語 / Language", "Language / 言語"])}
      value={language.value}
      choices={[
        ["ja", "日本語"],
        ["en", "English"],
      ]}
      onValue={setLanguage}
    />
  );
}

export function ThemeChoice() {
  return (
    <Select
      label={say(["配色", "Colours"])}
      value={themeChoice.value}
      choices={[
        ["system", say(["自動", "Automatic"])],
        ["light", say(["明るい", "Light"])],
        ["dark", say(["暗い", "Dark"])],
      ]}
      onValue={setTheme}
    />
  );
}
