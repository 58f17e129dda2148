/** The last look before settings are applied: what changes, what follows from it, why, and for how long on trial. */
import { useState } from "preact/hooks";
import type { Applied, CheckAnswer } from "#console/contract/settings.ts";
import { call, type Trouble } from "#console/ui/api/client.ts";
import { say } from "#console/ui/i18n/language.ts";
import type { Phrase } from "#console/ui/i18n/phrase.ts";
import { TroubleNotice } from "#console/ui/widgets/answer.tsx";
import { Button } from "#console/ui/widgets/button.tsx";
import { Dialog } from "#console/ui/widgets/dialog.tsx";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { ApplyOptions, type Trial, trialSeconds } from "./apply-options.tsx";
import { DifferenceView } from "./difference-view.tsx";
import type { Draft } from "./draft.ts";
import { settingName } from "./setting-field.tsx";

interface ReviewDialogProps {
  readonly draft: Draft;
  readonly check: CheckAnswer;
  readonly onClose: () => void;
  readonly onApplied: (applied: Applied) => Promise<void>;
  /** Somebody else was first. */
  readonly onStale: () => void;
}

const WARNINGS: Readonly<Record<CheckAnswer["warnings"][number], Phrase>> = {
  "console-moves": [
    "管理コンソールのアドレスが変わります。適用後、新しいアドレスで開き直して確定してください。",
    "The console's own address changes. Open the new one and keep the change there.",
  ],
  "console-off": [
    "管理コンソールが止まります。試用にしておけば、自動で元に戻ります。",
    "The console is turned off. On trial it comes back by itself.",
  ],
  "listeners-change": [
    "待ち受けアドレスが変わります。クライアントの設定も確認してください。",
    "Where clients connect changes; check what they are set to.",
  ],
  "pair-changes": [
    "システム冗長化の設定が変わります。相手サーバも同じように設定してください。",
    "The pair's settings change; set the other unit accordingly.",
  ],
  "no-floating-address": [
    "F-IP がまだありません。インタフェースで追加するまで、引き継ぐものがなく、監視も始まりません。",
    "There is no floating address yet: nothing can move, and no heartbeat begins, until one is added at Interfaces.",
  ],
};

export function ReviewDialog({ draft, check, onClose, onApplied, onStale }: ReviewDialogProps) {
  const [reason, setReason] = useState("");
  const [trial, setTrial] = useState<Trial>("120");
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const apply = async (): Promise<void> => {
    const outcome = await call("settings.apply", {
      body: { settings: { ...draft.document }, reason, confirmWithinS: trialSeconds(trial) },
      ifMatch: draft.base.etag,
    });
    if (outcome.ok) await onApplied(outcome.value);
    else if (outcome.error.kind === "stale") onStale();
    else setTrouble(outcome.error);
  };
  const buttons = (
    <>
      <Button onPress={onClose}>{say(["編集に戻る", "Back to editing"])}</Button>
      <Button look="primary" disabled={reason.trim() === ""} onPress={apply}>
        {trial === "off"
          ? say(["この設定を適用する", "Apply these settings"])
          : say(["試用を始める", "Start the trial"])}
      </Button>
    </>
  );
  return (
    <Dialog title={say(["変更内容の確認", "Review the changes"])} large onClose={onClose} buttons={buttons}>
      <TroubleNotice trouble={trouble} />
      <DifferenceView changes={check.changes} />
      {check.warnings.map((warning) => (
        <Notice key={warning} tone="caution">
          {say(WARNINGS[warning])}
        </Notice>
      ))}
      {check.notes.length === 0 ? null : (
        <Notice tone="standby">
          {say(
            [
              "次の項目はユニットの再起動後に有効になります: {names}",
              "These take effect after a restart of the unit: {names}",
            ],
            {
              names: check.notes.map(settingName).join("、"),
            },
          )}
        </Notice>
      )}
      <ApplyOptions reason={reason} onReason={setReason} trial={trial} onTrial={setTrial} />
    </Dialog>
  );
}
