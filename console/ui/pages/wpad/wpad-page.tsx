/** サービス > WPADサーバ: what is served, what lint says of it, what a browser would do, and its settings. */
import type { Wpad } from "#console/contract/wpad.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { formatCount } from "#console/ui/i18n/format.ts";
import { say } from "#console/ui/i18n/language.ts";
import type { Phrase } from "#console/ui/i18n/phrase.ts";
import { unitText } from "#console/ui/i18n/unit-words.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Card, Facts } from "#console/ui/widgets/card.tsx";
import { CodeView } from "#console/ui/widgets/code-view.tsx";
import { Copyable } from "#console/ui/widgets/copyable.tsx";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { StateBadge, type Tone } from "#console/ui/widgets/state-badge.tsx";
import { Evaluator } from "./evaluator.tsx";
import { WpadForm } from "./wpad-form.tsx";

const EVERY_MS = 5_000;

const STATES: Readonly<Record<Wpad["state"], { readonly tone: Tone; readonly word: Phrase }>> = {
  off: { tone: "unknown", word: ["使用しない", "Off"] },
  serving: { tone: "active", word: ["起動中", "Running"] },
  stopped: { tone: "unknown", word: ["停止中", "Stopped"] },
  unreachable: { tone: "fault", word: ["応答なし", "Does not answer"] },
};

const LINT_TONES = { error: "fault", warning: "caution", note: "unknown" } as const satisfies Record<
  string,
  Tone
>;

const UNIT_TONES = {
  up: "active",
  draining: "caution",
  down: "fault",
  unknown: "unknown",
} as const satisfies Record<string, Tone>;
const UNIT_WORDS: Readonly<Record<Wpad["units"][number]["state"], Phrase>> = {
  up: ["稼働", "up"],
  draining: ["終了処理中", "draining"],
  down: ["停止", "down"],
  unknown: ["不明", "unknown"],
};

export function Page() {
  const wpad = useAnswer("wpad.read", {}, { everyMs: EVERY_MS });
  return (
    <div class="stack">
      <Answer of={wpad}>
        {(answer) => (
          <div class="stack">
            <WpadState wpad={answer} />
            <Script wpad={answer} />
            <Evaluator />
          </div>
        )}
      </Answer>
      <WpadForm />
    </div>
  );
}

function WpadState({ wpad }: { readonly wpad: Wpad }) {
  const { tone, word } = STATES[wpad.state];
  return (
    <Card
      title={say(["WPADサーバの状態", "WPAD server state"])}
      actions={<StateBadge tone={tone}>{say(word)}</StateBadge>}
    >
      <div class="stack">
        {wpad.fault === null ? null : <Notice tone="fault">{unitText(wpad.fault)}</Notice>}
        {wpad.enabled ? null : (
          <p class="prose">
            {say([
              "アクティブ-アクティブ構成では、両方のユニットで WPAD サーバを使用し、ブラウザに自動構成スクリプトを配信します。下の設定で「する」にしてください。",
              "In an active-active pair both units serve the browsers a script. Turn the WPAD server on below.",
            ])}
          </p>
        )}
        <Facts
          rows={[
            [say(["待ち受け", "Listening"]), wpad.listening.join(", ") || "–"],
            [say(["配信回数", "Requests"]), formatCount(wpad.requests)],
            [
              say(["スクリプトのアドレス", "Script addresses"]),
              <span class="stack">
                {wpad.urls.map((url) => (
                  <Copyable key={url} text={url} />
                ))}
              </span>,
            ],
            [
              say(["ユニット", "Units"]),
              <span class="row">
                {wpad.units.map(({ proxy, state }) => (
                  <StateBadge key={proxy} tone={UNIT_TONES[state]}>
                    {proxy} {say(UNIT_WORDS[state])}
                  </StateBadge>
                ))}
              </span>,
            ],
          ]}
        />
      </div>
    </Card>
  );
}

function Script({ wpad }: { readonly wpad: Wpad }) {
  return (
    <Card title={say(["自動構成スクリプト", "Script"])}>
      <div class="stack">
        {wpad.lint.map(({ level, line, message }) => (
          <Notice key={`${line} ${message}`} tone={LINT_TONES[level]}>
            {line === null
              ? unitText(message)
              : say(["{line} 行目: {message}", "Line {line}: {message}"], {
                  line,
                  message: unitText(message),
                })}
          </Notice>
        ))}
        {wpad.script === null ? (
          <p class="soft">{say(["まだ配信するものがありません。", "Nothing to serve yet."])}</p>
        ) : (
          <CodeView label={say(["自動構成スクリプト", "Script"])} text={wpad.script} />
        )}
      </div>
    </Card>
  );
}
