/** What is asked whenever settings are applied: why, and whether the change is on trial first. */
import { useId } from "preact/hooks";
import { say } from "#console/ui/i18n/language.ts";
import { SelectField } from "#console/ui/widgets/select-field.tsx";
import { TextField } from "#console/ui/widgets/text-field.tsx";

/** Seconds until the roll-back; "off" applies for good. */
export type Trial = "off" | "30" | "120" | "300" | "600";

export const trialSeconds = (trial: Trial): number | null => (trial === "off" ? null : Number(trial));

interface ApplyOptionsProps {
  readonly reason: string;
  readonly onReason: (reason: string) => void;
  readonly trial: Trial;
  readonly onTrial: (trial: Trial) => void;
}

export function ApplyOptions({ reason, onReason, trial, onTrial }: ApplyOptionsProps) {
  const id = useId();
  const seconds = (count: number): string =>
    say(["{count} 秒以内に確定しなければ元に戻す", "Roll back unless kept within {count} s"], { count });
  return (
    <div class="fields stacked" id={id}>
      <TextField
        label={say(["変更の理由", "Reason"])}
        help={say(["履歴に残ります。", "Kept in the history."])}
        value={reason}
        onValue={onReason}
        required
      />
      <SelectField
        label={say(["試用", "Trial"])}
        value={trial}
        onValue={onTrial}
        choices={[
          ["120", seconds(120)],
          ["30", seconds(30)],
          ["300", seconds(300)],
          ["600", seconds(600)],
          ["off", say(["すぐに確定する", "Keep at once"])],
        ]}
        help={say([
          "管理コンソールに繋がらなくなっても、自動で前の設定に戻ります。",
          "Should the console become unreachable, the previous settings come back by themselves.",
        ])}
      />
    </div>
  );
}
