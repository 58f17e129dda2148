/** システム冗長化設定: the state of the pair above, its settings below. */
import type { Pair } from "#console/contract/pair.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { SettingsForm } from "#console/ui/forms/settings-form.tsx";
import { say } from "#console/ui/i18n/language.ts";
import { pairNews } from "#console/ui/shell/live-news.ts";
import { routeTo } from "#console/ui/shell/route.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { OperationStatus } from "./operation-status.tsx";
import { PairKey } from "./pair-key.tsx";
import { PairSyncCard } from "./pair-sync-card.tsx";
import { PlannedMoves } from "./planned-moves.tsx";
import { PresetButtons } from "./preset-buttons.tsx";

const EVERY_MS = 10_000;

export function Page() {
  const pair = useAnswer("pair.read", {}, { everyMs: EVERY_MS });
  return (
    <div class="stack">
      <Answer of={pair}>
        {(answer) => {
          const current: Pair = pairNews.value?.data ?? answer;
          return (
            <>
              <OperationStatus pair={current} at={pairNews.value?.at ?? pair.at} />
              {current.enabled ? <PlannedMoves pair={current} onDone={pair.reload} /> : null}
              {current.peerAddress === null ? null : <PairSyncCard />}
            </>
          );
        }}
      </Answer>
      <RedundancyForm />
    </div>
  );
}

function RedundancyForm() {
  return (
    <SettingsForm
      groups={[
        {
          title: say(["システム冗長化設定", "Redundancy settings"]),
          paths: [
            "redundancy.enabled",
            "redundancy.role",
            "redundancy.peerAddress",
            "redundancy.port",
            "redundancy.intervalMs",
            "redundancy.count",
          ],
          outro: (draft) => (
            <div class="stack">
              <PresetButtons draft={draft} />
              <p class="soft prose">
                {say([
                  "※システム冗長化設定を行う場合は、本設定完了後、",
                  "When redundancy is set up, set the floating addresses on the page ",
                ])}
                <a href={routeTo("/system/interfaces")}>{say(["インタフェース設定", "Interfaces"])}</a>
                {say([
                  "にてシステム冗長化で使用するフローティングIPアドレスの設定を行ってください。",
                  " afterwards.",
                ])}
              </p>
            </div>
          ),
        },
        {
          title: say(["F-IP（フローティングIPアドレス）", "Floating addresses"]),
          isFolded: true,
          paths: ["redundancy.floatingAddresses"],
        },
        {
          title: say(["認証と確認", "Authentication and checks"]),
          isFolded: true,
          paths: [
            "redundancy.keyFile",
            "redundancy.pairId",
            "redundancy.secondPeerAddress",
            "redundancy.gateway",
            "redundancy.services",
          ],
          outro: (draft) => <PairKey draft={draft} />,
        },
        {
          title: say(["フェイルバックと切り替え", "Failback and moves"]),
          isFolded: true,
          paths: [
            "redundancy.failback.mode",
            "redundancy.failback.holdMs",
            "redundancy.failback.delayMs",
            "redundancy.damping.moves",
            "redundancy.damping.windowMs",
            "redundancy.drainMs",
            "redundancy.leaseMs",
            "redundancy.announce.afterMs",
            "redundancy.announce.everyMs",
          ],
        },
      ]}
    />
  );
}
