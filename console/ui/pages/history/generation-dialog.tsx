/** One generation: what it changed, what differs from now, and its restore. */
import { useState } from "preact/hooks";
import type { GenerationRow } from "#console/contract/settings.ts";
import { call, type Trouble } from "#console/ui/api/client.ts";
import { may } from "#console/ui/api/session.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { ApplyOptions, type Trial, trialSeconds } from "#console/ui/forms/apply-options.tsx";
import { DifferenceView } from "#console/ui/forms/difference-view.tsx";
import { say } from "#console/ui/i18n/language.ts";
import { Answer, TroubleNotice } from "#console/ui/widgets/answer.tsx";
import { Button } from "#console/ui/widgets/button.tsx";
import { Dialog } from "#console/ui/widgets/dialog.tsx";
import { Time } from "#console/ui/widgets/time.tsx";
import { toast } from "#console/ui/widgets/toast.tsx";

interface GenerationDialogProps {
  readonly row: GenerationRow;
  readonly onClose: () => void;
  readonly onRestored: () => Promise<void>;
}

export function GenerationDialog({ row, onClose, onRestored }: GenerationDialogProps) {
  const [reason, setReason] = useState("");
  const [trial, setTrial] = useState<Trial>("120");
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const state = useAnswer("settings.read", {});
  const current = state.answer?.generation ?? null;
  const isOther = current !== null && current !== row.generation;
  const restore = async (): Promise<void> => {
    if (state.answer === null) return;
    const outcome = await call("settings.restore", {
      params: { number: row.generation },
      body: { reason, confirmWithinS: trialSeconds(trial) },
      ifMatch: state.answer.etag,
    });
    setTrouble(outcome.ok ? null : outcome.error);
    if (!outcome.ok) return;
    toast(
      "active",
      say(["世代 {n} の設定に戻しました。", "The settings of generation {n} are back."], {
        n: row.generation,
      }),
    );
    await onRestored();
  };
  const buttons = (
    <>
      <Button onPress={onClose}>{say(["閉じる", "Close"])}</Button>
      {isOther && may("settings.restore") ? (
        <Button look="primary" disabled={reason.trim() === ""} onPress={restore}>
          {say(["世代 {n} に戻す", "Restore generation {n}"], { n: row.generation })}
        </Button>
      ) : null}
    </>
  );
  return (
    <Dialog
      title={say(["世代 {n}", "Generation {n}"], { n: row.generation })}
      large
      onClose={onClose}
      buttons={buttons}
    >
      <p class="soft">
        <Time at={row.at} /> {row.author}: {row.reason}
      </p>
      <h3>{say(["この世代での変更", "What it changed"])}</h3>
      <Changes generation={row.generation} />
      {isOther && current !== null ? (
        <>
          <h3>
            {say(
              ["いまの設定（世代 {n}）から変わるもの", "What a restore would change (from generation {n})"],
              { n: current },
            )}
          </h3>
          <Difference from={current} to={row.generation} />
          {may("settings.restore") ? (
            <ApplyOptions reason={reason} onReason={setReason} trial={trial} onTrial={setTrial} />
          ) : null}
        </>
      ) : null}
      <TroubleNotice trouble={trouble} />
    </Dialog>
  );
}

function Changes({ generation }: { readonly generation: number }) {
  const answered = useAnswer("settings.generation", { params: { number: generation } });
  return <Answer of={answered}>{({ changes }) => <DifferenceView changes={changes} />}</Answer>;
}

function Difference({ from, to }: { readonly from: number; readonly to: number }) {
  const answered = useAnswer("settings.difference", { query: { from, to } });
  return <Answer of={answered}>{({ changes }) => <DifferenceView changes={changes} />}</Answer>;
}
