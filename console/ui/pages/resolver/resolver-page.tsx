/** システム > ネットワーク > 名前解決. */
import { SettingsForm } from "#console/ui/forms/settings-form.tsx";
import { say } from "#console/ui/i18n/language.ts";
import { routeTo } from "#console/ui/shell/route.ts";

export function Page() {
  return (
    <SettingsForm
      groups={[
        {
          title: say(["名前解決", "Name resolution"]),
          paths: ["dns.servers", "dns.timeoutMs"],
          outro: (
            <p>
              <a href={routeTo("/system/name-resolution")}>{say(["名前解決診断で試す", "Try it"])}</a>
            </p>
          ),
        },
        {
          title: say(["覚える時間", "What is remembered"]),
          isFolded: true,
          paths: [
            "dns.cacheEntriesMax",
            "dns.ttlMinMs",
            "dns.ttlMaxMs",
            "dns.negativeTtlMs",
            "dns.staleMaxMs",
          ],
        },
      ]}
    />
  );
}
