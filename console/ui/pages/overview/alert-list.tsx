/** What an administrator should look at; that all is well is said too. */
import type { Alert } from "#console/contract/host.ts";
import { say } from "#console/ui/i18n/language.ts";
import { alertText } from "#console/ui/shell/alert-text.ts";
import { Notice } from "#console/ui/widgets/notice.tsx";
import type { Tone } from "#console/ui/widgets/state-badge.tsx";

const TONES = { error: "fault", warning: "caution", note: "unknown" } as const satisfies Record<
  Alert["level"],
  Tone
>;

export function AlertList({ alerts }: { readonly alerts: readonly Alert[] }) {
  if (alerts.length === 0)
    return (
      <Notice tone="active">{say(["注意が必要なことはありません。", "Nothing needs attention."])}</Notice>
    );
  return (
    <div class="stack">
      {alerts.map((alert) => (
        <Notice key={`${alert.code} ${alert.message}`} tone={TONES[alert.level]}>
          {alertText(alert)}
        </Notice>
      ))}
    </div>
  );
}
