/** システム停止/再起動, where the host allows it. */
import type { Host } from "#console/contract/host.ts";
import { call } from "#console/ui/api/client.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { say } from "#console/ui/i18n/language.ts";
import { unitText } from "#console/ui/i18n/unit-words.ts";
import { act } from "#console/ui/widgets/act.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Button } from "#console/ui/widgets/button.tsx";
import { Card } from "#console/ui/widgets/card.tsx";
import { ask } from "#console/ui/widgets/dialog.tsx";
import { Notice } from "#console/ui/widgets/notice.tsx";

export function Page() {
  const host = useAnswer("host.read", {});
  return <Answer of={host}>{({ power }) => <PowerCard power={power} />}</Answer>;
}

function PowerCard({ power }: { readonly power: Host["power"] }) {
  const run = async (action: "stop" | "restart"): Promise<void> => {
    const isStop = action === "stop";
    const yes = await ask({
      title: isStop
        ? say(["システムを停止しますか？", "Stop the system?"])
        : say(["システムを再起動しますか？", "Restart the system?"]),
      consequence: isStop
        ? say([
            "ペアで運用していれば、先に F-IP を相手サーバに渡します。停止したユニットは、この画面からは起動できません。電源を入れ直してください。",
            "In a pair the floating addresses go to the other unit first. A stopped unit cannot be started from here: its power must be switched on.",
          ])
        : say([
            "ペアで運用していれば、先に F-IP を相手サーバに渡します。数分間、このユニットの管理コンソールは使えません。",
            "In a pair the floating addresses go to the other unit first. This console is away for some minutes.",
          ]),
      action: isStop
        ? say(["システムを停止する", "Stop the system"])
        : say(["システムを再起動する", "Restart the system"]),
      danger: true,
    });
    if (yes)
      await act(
        call("host.power", { body: { action } }),
        say(["指示しました。まもなく止まります。", "Asked; it stops in a moment."]),
      );
  };
  return (
    <Card title={say(["システム停止/再起動", "Stop and restart"])}>
      <div class="stack">
        {power.mayStop ? null : (
          <Notice tone="caution">
            {say(["この環境では停止・再起動できません: {why}", "Not permitted here: {why}"], {
              why: unitText(power.why ?? ""),
            })}
          </Notice>
        )}
        <div class="row">
          <Button disabled={!power.mayStop} onPress={() => run("restart")}>
            {say(["システムの再起動…", "Restart the system …"])}
          </Button>
          <Button look="danger" disabled={!power.mayStop} onPress={() => run("stop")}>
            {say(["システムの停止…", "Stop the system …"])}
          </Button>
        </div>
      </div>
    </Card>
  );
}
