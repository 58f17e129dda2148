/** 判定の説明: each decision about a request, in the order in which the proxy makes them. */
import { useState } from "preact/hooks";
import type { Explanation } from "#console/contract/cache.ts";
import { call, type Trouble } from "#console/ui/api/client.ts";
import { say } from "#console/ui/i18n/language.ts";
import type { Phrase } from "#console/ui/i18n/phrase.ts";
import { unitText } from "#console/ui/i18n/unit-words.ts";
import { TroubleNotice } from "#console/ui/widgets/answer.tsx";
import { Card } from "#console/ui/widgets/card.tsx";
import { SelectField } from "#console/ui/widgets/select-field.tsx";
import { StateBadge, type Tone } from "#console/ui/widgets/state-badge.tsx";
import { TextField } from "#console/ui/widgets/text-field.tsx";
import { stepInJapanese } from "./step-text.ts";

const OUTCOMES: Readonly<Record<Explanation["outcome"], { readonly tone: Tone; readonly word: Phrase }>> = {
  forwarded: { tone: "active", word: ["オリジンへ転送", "Forwarded to the origin"] },
  parent: { tone: "active", word: ["親プロキシへ転送", "Forwarded to a parent"] },
  hit: { tone: "active", word: ["キャッシュから応答", "Answered from the cache"] },
  refused: { tone: "fault", word: ["拒否", "Refused"] },
  fails: { tone: "fault", word: ["失敗", "Fails"] },
  local: { tone: "active", word: ["プロキシ自身が応答", "Answered by the proxy itself"] },
};

const STEPS: Readonly<Record<Explanation["steps"][number]["step"], Phrase>> = {
  request: ["リクエスト", "Request"],
  client: ["クライアント", "Client"],
  method: ["メソッド", "Method"],
  port: ["ポート", "Port"],
  egress: ["宛先", "Destination"],
  resolve: ["名前解決", "Name resolution"],
  cache: ["キャッシュ", "Cache"],
  parent: ["親プロキシ", "Parent"],
  answer: ["応答", "Answer"],
};

const VERDICTS: Readonly<
  Record<Explanation["steps"][number]["verdict"], { readonly tone: Tone; readonly word: Phrase }>
> = {
  pass: { tone: "active", word: ["許可", "Allowed"] },
  refuse: { tone: "fault", word: ["拒否", "Refused"] },
  hit: { tone: "active", word: ["ヒット", "Hit"] },
  miss: { tone: "standby", word: ["ミス", "Miss"] },
  parent: { tone: "standby", word: ["親プロキシ", "Parent"] },
  direct: { tone: "standby", word: ["直接", "Direct"] },
  note: { tone: "unknown", word: ["情報", "Note"] },
};

const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT"] as const;

export function Page() {
  const [url, setUrl] = useState("");
  const [method, setMethod] = useState<(typeof METHODS)[number]>("GET");
  const [client, setClient] = useState("");
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [explanation, setExplanation] = useState<Explanation | null>(null);
  const show = (outcome: Awaited<ReturnType<typeof call<"explain.url">>>): void => {
    setTrouble(outcome.ok ? null : outcome.error);
    setExplanation(outcome.ok ? outcome.value : null);
  };
  const submit = async (): Promise<void> => {
    const body = {
      url: url.trim(),
      method,
      ...(client.trim() === "" ? {} : { clientAddress: client.trim() }),
    };
    show(await call("explain.url", { body }));
  };
  return (
    <div class="stack">
      <Card title={say(["調べるリクエスト", "The request"])}>
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <div class="fields">
            <TextField
              label="URL"
              value={url}
              onValue={setUrl}
              placeholder="http://example.com/"
              required
              help={say(["実際には送信しません。", "Nothing is sent."])}
            />
            <SelectField
              label={say(["メソッド", "Method"])}
              value={method}
              choices={METHODS.map((one) => [one, one])}
              onValue={setMethod}
            />
            <TextField
              label={say(["クライアントのIPアドレス", "Client address"])}
              value={client}
              onValue={setClient}
              help={say(["空なら、クライアントの判定は省きます。", "Without it the client is not judged."])}
            />
          </div>
          <div>
            <button type="submit" class="button primary">
              {say(["説明する", "Explain"])}
            </button>
          </div>
        </form>
      </Card>
      <PastRequest
        onExplain={async (request) => show(await call("explain.request", { params: { request } }))}
      />
      <TroubleNotice trouble={trouble} />
      {explanation === null ? null : <ExplanationCard explanation={explanation} />}
    </div>
  );
}

/** A request that was made, by the id that its line in the log and its error page have. */
function PastRequest({ onExplain }: { readonly onExplain: (id: string) => Promise<void> }) {
  const [id, setId] = useState("");
  return (
    <Card title={say(["過去のリクエスト", "A request of the past"])}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void onExplain(id.trim());
        }}
      >
        <TextField
          label={say(["リクエスト ID", "Request id"])}
          value={id}
          onValue={setId}
          placeholder="mfx1k2p9-c4z1-7"
          required
          help={say([
            "アクセスログの id= の値、またはエラーページの「リクエスト」。詳細プロキシ設定の「リクエスト ID」を有効にすると記録されます。",
            "The value of id= in the access log, or what error pages call Request; kept while accessLog.requestIds is on.",
          ])}
        />
        <div>
          <button type="submit" class="button">
            {say(["経緯を説明する", "Explain it"])}
          </button>
        </div>
      </form>
    </Card>
  );
}

function ExplanationCard({ explanation }: { readonly explanation: Explanation }) {
  const { tone, word } = OUTCOMES[explanation.outcome];
  return (
    <Card title={say(["判定", "Decisions"])} actions={<StateBadge tone={tone}>{say(word)}</StateBadge>}>
      <div class="stack" aria-live="polite">
        <p class="mono">{explanation.url}</p>
        <ol class="verdict">
          {explanation.steps.map((step, at) => (
            // A decision is its place in the order.
            <li key={at} class="row">
              <StateBadge tone={VERDICTS[step.verdict].tone}>{say(VERDICTS[step.verdict].word)}</StateBadge>
              <strong>{say(STEPS[step.step])}</strong>
              <span>{say([step.japanese ?? stepInJapanese(step.text) ?? step.text, step.text])}</span>
              {step.setting === null ? null : <code class="soft">{step.setting}</code>}
            </li>
          ))}
        </ol>
        {explanation.last === null ? null : (
          <p>
            {say(["最後のリクエスト: ", "Last request: "])}
            {unitText(explanation.last)}
          </p>
        )}
      </div>
    </Card>
  );
}
