/** Purge in two steps: first what it would be, then the deed. */
import { useState } from "preact/hooks";
import type { PurgeSelector } from "#console/contract/cache.ts";
import { call } from "#console/ui/api/client.ts";
import { formatBytes, formatCount } from "#console/ui/i18n/format.ts";
import { say } from "#console/ui/i18n/language.ts";
import { act } from "#console/ui/widgets/act.ts";
import { Button } from "#console/ui/widgets/button.tsx";
import { Card } from "#console/ui/widgets/card.tsx";
import { ask } from "#console/ui/widgets/dialog.tsx";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { SelectField } from "#console/ui/widgets/select-field.tsx";
import { TextField } from "#console/ui/widgets/text-field.tsx";
import { SELECTORS, type SelectorKind, selectorOf } from "./selector.ts";

interface Preview {
  readonly selector: PurgeSelector;
  readonly entries: number;
  readonly bytes: number;
}

export function PurgeCard({ onPurged }: { readonly onPurged: () => Promise<void> }) {
  const [by, setBy] = useState<SelectorKind>("url");
  const [text, setText] = useState("");
  const [preview, setPreview] = useState<Preview | null>(null);
  const selector = selectorOf(by, text);
  const { example } = SELECTORS[by];
  const look = async (): Promise<void> => {
    if (selector === null) return;
    const found = await act(call("cache.purge", { body: { selector, mode: "count" } }));
    setPreview(found === null ? null : { selector, ...found });
  };
  return (
    <Card title={say(["キャッシュデータの削除", "Purge"])}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void look();
        }}
      >
        <div class="fields">
          <SelectField
            label={say(["対象", "What"])}
            value={by}
            choices={(Object.keys(SELECTORS) as readonly SelectorKind[]).map((kind) => [
              kind,
              say(SELECTORS[kind].name),
            ])}
            onValue={(kind) => {
              setBy(kind);
              setPreview(null);
            }}
          />
          {example === null ? null : (
            <TextField
              label={say(SELECTORS[by].name)}
              value={text}
              placeholder={example}
              required
              onValue={(value) => {
                setText(value);
                setPreview(null);
              }}
            />
          )}
        </div>
        <div>
          <button type="submit" class="button" disabled={selector === null}>
            {say(["対象を確認する", "Preview"])}
          </button>
        </div>
        {preview === null ? null : (
          <PreviewNotice
            preview={preview}
            onDone={async () => {
              setPreview(null);
              await onPurged();
            }}
          />
        )}
      </form>
    </Card>
  );
}

function PreviewNotice({
  preview,
  onDone,
}: {
  readonly preview: Preview;
  readonly onDone: () => Promise<void>;
}) {
  const { selector, entries, bytes } = preview;
  const amount = { entries: formatCount(entries), bytes: formatBytes(bytes) };
  if (entries === 0)
    return (
      <Notice tone="unknown" urgent>
        {say(["該当する応答は保存されていません。", "Nothing stored fits."])}
      </Notice>
    );
  const purge = async (mode: "stale" | "remove"): Promise<void> => {
    const yes =
      mode === "stale" ||
      (await ask({
        title: say(["保存された応答を削除しますか？", "Remove the stored responses?"]),
        consequence: say(
          [
            "{entries} 件（{bytes}）を削除します。元に戻せません。次のリクエストはオリジンから取得します。",
            "{entries} responses ({bytes}) are removed. This cannot be undone; the next requests go to the origins.",
          ],
          amount,
        ),
        action: say(["{entries} 件を削除する", "Remove {entries}"], amount),
        danger: true,
      }));
    if (!yes) return;
    const done = await act(call("cache.purge", { body: { selector, mode } }));
    if (done === null) return;
    await onDone();
  };
  return (
    <Notice tone="caution" urgent>
      <p>
        {say(
          [
            "{entries} 件、{bytes} が該当します。まだ何も削除していません。",
            "{entries} responses, {bytes}. Nothing is removed yet.",
          ],
          amount,
        )}
      </p>
      <div class="row">
        <Button look="danger" onPress={() => purge("remove")}>
          {say(["削除する…", "Remove …"])}
        </Button>
        <Button
          title={say(["次に使うとき、オリジンに確認します。", "Validated before their next use."])}
          onPress={() => purge("stale")}
        >
          {say(["期限切れにする", "Mark as stale"])}
        </Button>
      </div>
    </Notice>
  );
}
