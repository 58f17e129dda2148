/** What a browser would do with a URL, and which rule decides it. */
import { useState } from "preact/hooks";
import type { WpadAnswer } from "#console/contract/wpad.ts";
import { call, type Trouble } from "#console/ui/api/client.ts";
import { say } from "#console/ui/i18n/language.ts";
import { TroubleNotice } from "#console/ui/widgets/answer.tsx";
import { Card, Facts } from "#console/ui/widgets/card.tsx";
import { TextField } from "#console/ui/widgets/text-field.tsx";
import { reasonInJapanese } from "./reason-text.ts";

export function Evaluator() {
  const [url, setUrl] = useState("http://www.example.com/");
  const [client, setClient] = useState("192.0.2.10");
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [answer, setAnswer] = useState<WpadAnswer | null>(null);
  const evaluate = async (): Promise<void> => {
    const outcome = await call("wpad.evaluate", { body: { url: url.trim(), clientAddress: client.trim() } });
    setTrouble(outcome.ok ? null : outcome.error);
    setAnswer(outcome.ok ? outcome.value : null);
  };
  return (
    <Card title={say(["判定を試す", "Try it"])}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void evaluate();
        }}
      >
        <div class="fields">
          <TextField label="URL" value={url} onValue={setUrl} required />
          <TextField
            label={say(["クライアントのIPアドレス", "Client address"])}
            value={client}
            onValue={setClient}
            required
            help={say([
              "末尾が偶数か奇数かで振り分けが変わることがあります。",
              "Whether it is even or odd may decide the unit.",
            ])}
          />
        </div>
        <div>
          <button type="submit" class="button">
            {say(["判定する", "Evaluate"])}
          </button>
        </div>
        <TroubleNotice trouble={trouble} />
        {answer === null ? null : (
          <div aria-live="polite">
            <Facts
              rows={[
                [say(["結果", "Decision"]), <code>{answer.result}</code>],
                [say(["理由", "Reason"]), say([reasonInJapanese(answer.reason), answer.reason])],
              ]}
            />
          </div>
        )}
      </form>
    </Card>
  );
}
