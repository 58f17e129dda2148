/** Planned moves as buttons that say what they do: hand over, announce again, maintenance. */
import type { Pair } from "#console/contract/pair.ts";
import { call } from "#console/ui/api/client.ts";
import { may } from "#console/ui/api/session.ts";
import { say } from "#console/ui/i18n/language.ts";
import { act } from "#console/ui/widgets/act.ts";
import { Button } from "#console/ui/widgets/button.tsx";
import { Card } from "#console/ui/widgets/card.tsx";
import { ask } from "#console/ui/widgets/dialog.tsx";

interface PlannedMovesProps {
  readonly pair: Pair;
  readonly onDone: () => Promise<void>;
}

export function PlannedMoves({ pair, onDone }: PlannedMovesProps) {
  const own = pair.status?.own ?? null;
  const addresses = pair.floatingAddresses.map(({ address }) => address).join(", ") || "F-IP";
  const peer = pair.peerAddress ?? "–";
  const isInMaintenance = own?.reason === "maintenance";
  const maintenance = async (on: boolean): Promise<void> => {
    await act(
      call("pair.maintenance", { body: { on } }),
      on
        ? say(["保守を始めました。", "Maintenance has begun."])
        : say(["保守を終えました。", "Maintenance has ended."]),
    );
    await onDone();
  };
  const handOver = async (): Promise<void> => {
    const yes = await ask({
      title: say(["相手サーバに引き継ぎますか？", "Hand over to the other unit?"]),
      consequence: say(
        [
          "F-IP {addresses} が {peer} に移ります。相手が先に受け取るため、新しい接続は途切れません。フェイルバックが「すぐに行う」なら、稼働系が取り戻すことがあります。",
          "{addresses} move to {peer}. The other unit takes first, so that new connections never fail. With failback at once, the unit set as active may take them back.",
        ],
        { addresses, peer },
      ),
      action: say(["引き継ぐ", "Hand over"]),
    });
    if (!yes) return;
    await act(
      call("pair.handover", { body: {} }),
      say(["引き継ぎを指示しました。", "The hand-over has been asked for."]),
    );
    await onDone();
  };
  const begin = async (): Promise<void> => {
    const yes = await ask({
      title: say(["保守を始めますか？", "Begin maintenance?"]),
      consequence: say(
        [
          "F-IP を {peer} に渡し、保守を終えるまでこのユニットは引き継ぎません。その間、相手が停止するとサービスも止まります。",
          "The floating addresses go to {peer}, and this unit takes none until maintenance ends. Should the other unit fail meanwhile, the service fails with it.",
        ],
        { peer },
      ),
      action: say(["保守を始める", "Begin maintenance"]),
      danger: true,
    });
    if (yes) await maintenance(true);
  };
  if (!may("pair.handover")) return null;
  return (
    <Card title={say(["計画切り替え", "Planned moves"])}>
      <div class="row">
        <Button onPress={handOver} disabled={own?.holds !== true}>
          {say(["相手サーバに引き継ぐ…", "Hand over to the other unit …"])}
        </Button>
        {isInMaintenance ? (
          <Button look="primary" onPress={() => maintenance(false)}>
            {say(["保守を終える", "End maintenance"])}
          </Button>
        ) : (
          <Button onPress={begin}>{say(["保守を始める…", "Begin maintenance …"])}</Button>
        )}
        <Button
          disabled={own?.holds !== true}
          onPress={async () => {
            await act(
              call("pair.announce", { body: {} }),
              say(["もう一度通知しました。", "Announced again."]),
            );
          }}
        >
          {say(["F-IP をもう一度通知する", "Announce again"])}
        </Button>
      </div>
      {own?.holds === true ? null : (
        <p class="soft">
          {say([
            "このユニットは F-IP を保持していません。引き継ぎは、保持しているユニットから行います。",
            "This unit holds no floating address; hand over from the one that does.",
          ])}
        </p>
      )}
    </Card>
  );
}
