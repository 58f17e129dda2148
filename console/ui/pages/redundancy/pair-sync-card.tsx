/** Whether both units have the shared settings alike; copying them is optional and never by itself. */
import type { PairSync } from "#console/contract/pair.ts";
import { call } from "#console/ui/api/client.ts";
import { may } from "#console/ui/api/session.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { say } from "#console/ui/i18n/language.ts";
import type { Phrase } from "#console/ui/i18n/phrase.ts";
import { unitText } from "#console/ui/i18n/unit-words.ts";
import { act } from "#console/ui/widgets/act.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Button } from "#console/ui/widgets/button.tsx";
import { ask } from "#console/ui/widgets/dialog.tsx";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { StateBadge, type Tone } from "#console/ui/widgets/state-badge.tsx";
import { Table } from "#console/ui/widgets/table.tsx";
import { Time } from "#console/ui/widgets/time.tsx";

type Section = PairSync["sections"][number];

const STATES: Readonly<Record<Section["state"], { readonly tone: Tone; readonly word: Phrase }>> = {
  equal: { tone: "active", word: ["同じ", "Equal"] },
  different: { tone: "caution", word: ["違いあり", "Different"] },
  unknown: { tone: "unknown", word: ["不明", "Unknown"] },
};

export function PairSyncCard() {
  return (
    <details class="card">
      <summary>
        <h2>{say(["設定の比較（稼働系と待機系）", "Both units' settings"])}</h2>
      </summary>
      <Comparison />
    </details>
  );
}

function Comparison() {
  const sync = useAnswer("pair.sync.read", {});
  const send = async (sections: readonly string[]): Promise<void> => {
    const yes = await ask({
      title: say(["相手サーバにコピーしますか？", "Copy to the other unit?"]),
      consequence: say(
        [
          "相手サーバの {sections} が、このユニットの設定に置き換わります。相手側では新しい世代になり、履歴から戻せます。",
          "{sections} of the other unit are replaced by this unit's. There they become a new generation, which its history can undo.",
        ],
        { sections: sections.join(", ") },
      ),
      action: say(["相手サーバにコピーする", "Copy to the other unit"]),
    });
    if (!yes) return;
    const answer = await act(
      call("pair.sync.send", { body: { sections: [...sections] } }),
      say(["コピーしました。", "Copied."]),
    );
    if (answer !== null) sync.replace(answer);
  };
  return (
    <Answer of={sync}>
      {(answer) => {
        const different = answer.sections
          .filter(({ state }) => state === "different")
          .map(({ section }) => section);
        return (
          <div class="stack">
            <p class="soft prose">
              {say([
                "稼働系、待機系の各種設定の共有は行いません。必要な設定だけをここからコピーできます。",
                "The units do not share their settings. What is wanted can be copied from here.",
              ])}
            </p>
            {answer.fault === null ? null : <Notice tone="caution">{unitText(answer.fault)}</Notice>}
            <Table
              caption={say(["設定の比較", "Comparison"])}
              rows={answer.sections}
              rowKey={({ section }) => section}
              empty={say([
                "相手サーバに問い合わせできていません。",
                "The other unit has not been asked yet.",
              ])}
              columns={[
                { key: "section", title: say(["区分", "Section"]), cell: ({ section }) => section },
                {
                  key: "state",
                  title: say(["状態", "State"]),
                  cell: ({ state }) => state,
                  show: ({ state }) => (
                    <StateBadge tone={STATES[state].tone}>{say(STATES[state].word)}</StateBadge>
                  ),
                },
                {
                  key: "paths",
                  title: say(["違う項目", "Differences"]),
                  cell: ({ paths }) => paths.join(", "),
                },
              ]}
            />
            <div class="row">
              <Button onPress={sync.reload}>{say(["もう一度比べる", "Compare again"])}</Button>
              {may("pair.sync.send") ? (
                <Button disabled={different.length === 0} onPress={() => send(different)}>
                  {say(["違う設定を相手サーバにコピーする…", "Copy what differs to the other unit …"])}
                </Button>
              ) : null}
              {answer.comparedAt === null ? null : <Time at={answer.comparedAt} />}
            </div>
          </div>
        );
      }}
    </Answer>
  );
}
