/** What is stored for one URL, and whether the next request would be a hit. */
import { useState } from "preact/hooks";
import type { CacheAnswer } from "#console/contract/cache.ts";
import { call, type Trouble } from "#console/ui/api/client.ts";
import { say } from "#console/ui/i18n/language.ts";
import type { Phrase } from "#console/ui/i18n/phrase.ts";
import { unitText } from "#console/ui/i18n/unit-words.ts";
import { TroubleNotice } from "#console/ui/widgets/answer.tsx";
import { Card, Facts } from "#console/ui/widgets/card.tsx";
import { CodeView } from "#console/ui/widgets/code-view.tsx";
import { TextField } from "#console/ui/widgets/text-field.tsx";

const VERDICTS: Readonly<Record<string, Phrase>> = {
  hit: ["ヒット", "hit"],
  "stale hit": ["期限切れのヒット", "stale hit"],
  validation: ["オリジンに確認", "validation"],
  partial: ["一部だけ保存", "partial"],
  miss: ["ミス", "miss"],
  bypass: ["保存しない", "bypass"],
};

export function InspectCard() {
  const [url, setUrl] = useState("");
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [answer, setAnswer] = useState<CacheAnswer | null>(null);
  const inspect = async (): Promise<void> => {
    const outcome = await call("cache.inspect", { body: { url: url.trim() } });
    setTrouble(outcome.ok ? null : outcome.error);
    setAnswer(outcome.ok ? outcome.value : null);
  };
  return (
    <Card title={say(["1 つの URL を調べる", "Look at one URL"])}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void inspect();
        }}
      >
        <TextField
          label="URL"
          value={url}
          onValue={setUrl}
          required
          placeholder="http://www.example.com/"
          after={
            <button type="submit" class="button">
              {say(["調べる", "Look"])}
            </button>
          }
        />
        <TroubleNotice trouble={trouble} />
        {answer === null ? null : (
          <div class="stack" aria-live="polite">
            <Facts
              rows={[
                [
                  say(["次のリクエスト", "Next request"]),
                  say(VERDICTS[answer.verdict] ?? [answer.verdict, answer.verdict]),
                ],
                [say(["理由", "Reason"]), unitText(answer.reason)],
                [say(["キー", "Key"]), <code>{answer.key}</code>],
                [say(["保存された種類", "Variants"]), answer.variants.length],
              ]}
            />
            {answer.variants.length === 0 ? null : (
              <CodeView
                label={say(["保存された種類", "Variants"])}
                text={JSON.stringify(answer.variants, null, 2)}
              />
            )}
          </div>
        )}
      </form>
    </Card>
  );
}
