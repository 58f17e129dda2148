/** One press for interval and count. */
import { may } from "#console/ui/api/session.ts";
import type { Draft } from "#console/ui/forms/draft.ts";
import { valueAt } from "#console/ui/forms/settings-path.ts";
import { say } from "#console/ui/i18n/language.ts";
import { SpanChoice } from "#console/ui/widgets/span-choice.tsx";
import { PRESETS } from "./presets.ts";

export function PresetButtons({ draft }: { readonly draft: Draft }) {
  if (!may("settings.draft.write")) return null;
  const label = say([
    "監視間隔と監視回数の組み合わせ（両方のユニットで同じにします）",
    "Interval and count together (the same on both units)",
  ]);
  const now = ["redundancy.intervalMs", "redundancy.count"].map((path) => valueAt(draft.document, path));
  return (
    <div class="stack">
      <span class="soft">{label}</span>
      <SpanChoice
        label={label}
        value={now.join(" ")}
        choices={PRESETS.map((preset) => [`${preset.intervalMs} ${preset.count}`, say(preset.label)])}
        onValue={(value) => {
          const [intervalMs, count] = value.split(" ").map(Number);
          draft.set("redundancy.intervalMs", intervalMs);
          draft.set("redundancy.count", count);
        }}
      />
    </div>
  );
}
