/** A change that is rolled back by itself unless somebody keeps it; above every page while it waits. */
import { useEffect, useState } from "preact/hooks";
import type { Pending } from "#console/contract/settings.ts";
import { call } from "#console/ui/api/client.ts";
import { may } from "#console/ui/api/session.ts";
import { say } from "#console/ui/i18n/language.ts";
import { act } from "#console/ui/widgets/act.ts";
import { Button } from "#console/ui/widgets/button.tsx";
import { now } from "#console/ui/widgets/clock.ts";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { settingsNews } from "./live-news.ts";

export function PendingBanner() {
  const [known, setKnown] = useState<{ readonly pending: Pending; readonly at: number } | null>(null);
  const news = settingsNews.value;
  const read = async (): Promise<void> => {
    const outcome = await call("settings.pending", {});
    if (!outcome.ok) return;
    const { pending } = outcome.value;
    setKnown(pending === null ? null : { pending, at: Date.now() });
  };
  useEffect(() => {
    if (news === null) void read();
    else setKnown(news.data.pending === null ? null : { pending: news.data.pending, at: news.at });
  }, [news]);
  if (known === null) return null;
  const leftS = Math.max(0, Math.ceil((known.pending.leftMs - Math.max(0, now.value - known.at)) / 1_000));
  const { generation, previous, author, reason } = known.pending;
  return (
    <Notice tone="caution">
      <p>
        <strong>
          {say(
            [
              "世代 {generation} を試用中です。あと {left} 秒以内に確定しなければ、世代 {previous} に戻ります。",
              "Generation {generation} is on trial. Unless it is kept within {left} s, generation {previous} comes back.",
            ],
            { generation, previous, left: leftS },
          )}
        </strong>
      </p>
      <p class="soft">
        {author}: {reason}
      </p>
      {may("settings.confirm") ? (
        <div class="row">
          <Button
            look="primary"
            onPress={async () => {
              await act(
                call("settings.confirm", { body: {} }),
                say(["変更を確定しました。", "The change was kept."]),
              );
              await read();
            }}
          >
            {say(["この変更を確定する", "Keep this change"])}
          </Button>
          <Button
            onPress={async () => {
              await act(
                call("settings.revert", { body: {} }),
                say(["世代 {previous} に戻しました。", "Back to generation {previous}."], { previous }),
              );
              await read();
            }}
          >
            {say(["今すぐ元に戻す", "Roll back now"])}
          </Button>
        </div>
      ) : null}
    </Notice>
  );
}
