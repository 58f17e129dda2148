/** One's own draft that was staged earlier, on any page. */

import { call } from "#console/ui/api/client.ts";
import { may } from "#console/ui/api/session.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { say } from "#console/ui/i18n/language.ts";
import { act } from "#console/ui/widgets/act.ts";
import { Button } from "#console/ui/widgets/button.tsx";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { Time } from "#console/ui/widgets/time.tsx";
import type { Draft } from "./draft.ts";
import { mergeDocuments } from "./merge.ts";

export function StagedNotice({ draft }: { readonly draft: Draft }) {
  return may("settings.draft.read") ? <Staged draft={draft} /> : null;
}

function Staged({ draft }: { readonly draft: Draft }) {
  const { answer, reload } = useAnswer("settings.draft.read", {});
  const staged = answer?.draft ?? null;
  if (staged === null) return null;
  const open = async (): Promise<void> => {
    const base = await act(call("settings.generation", { params: { number: staged.base } }));
    if (base === null) return;
    const { merged } = mergeDocuments(base.settings, staged.settings, draft.base.settings);
    draft.replace(merged);
    await act(call("settings.draft.remove", {}));
    await reload();
  };
  return (
    <Notice tone="standby">
      <p>
        {say(
          ["保存した下書きがあります（{count} 件の変更）。", "There is a saved draft ({count} changes)."],
          {
            count: staged.check.changes.length,
          },
        )}{" "}
        <Time at={staged.savedAt} />
      </p>
      <div class="row">
        <Button small onPress={open}>
          {say(["下書きを開く", "Open the draft"])}
        </Button>
        <Button
          small
          onPress={async () => {
            await act(
              call("settings.draft.remove", {}),
              say(["下書きを捨てました。", "The draft was discarded."]),
            );
            await reload();
          }}
        >
          {say(["捨てる", "Discard it"])}
        </Button>
      </div>
    </Notice>
  );
}
