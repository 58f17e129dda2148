/** Planned moves as buttons that say what they do: hand over, announce again, maintenance. */
import type { Pair, PairGroup } from "#console/contract/pair.ts";
import { call } from "#console/ui/api/client.ts";
import { may } from "#console/ui/api/session.ts";
import { say } from "#console/ui/i18n/language.ts";
import { groupsOf } from "#console/ui/shell/pair-groups.ts";
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
  const held = groupsOf(pair.status).filter((group) => group.own.holds);
  const peer = pair.peerAddress ?? "–";
  const isInMaintenance = own?.health === "maintenance";
  const maintenance = async (on: boolean): Promise<void> => {
    await act(
      call("pair.maintenance", { body: { on } }),
      on
        ? say(["保守を始めました。", "Maintenance has begun."])
        : say(["保守を終えました。", "Maintenance has ended."]),
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
        <HandoverButtons held={held} peer={peer} onDone={onDone} />
        {isInMaintenance ? (
          <Button look="primary" onPress={() => maintenance(false)}>
            {say(["保守を終える", "End maintenance"])}
          </Button>
        ) : (
          <Button onPress={begin}>{say(["保守を始める…", "Begin maintenance …"])}</Button>
        )}
        <Button
          disabled={held.length === 0}
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
      {held.length > 0 ? null : (
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

interface HandoverButtonsProps {
  readonly held: readonly PairGroup[];
  readonly peer: string;
  readonly onDone: () => Promise<void>;
}

/** One for all that move together: a unit that has those of both may keep its own. */
function HandoverButtons({ held, peer, onDone }: HandoverButtonsProps) {
  const handOver = async ({ floatingAddresses }: PairGroup): Promise<void> => {
    const [address = ""] = floatingAddresses;
    const addresses = floatingAddresses.join(", ");
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
      call("pair.handover", { body: { address } }),
      say(["引き継ぎを指示しました。", "The hand-over has been asked for."]),
    );
    await onDone();
  };
  const [only] = held;
  if (held.length < 2)
    return (
      <Button disabled={only === undefined} onPress={() => (only === undefined ? undefined : handOver(only))}>
        {say(["相手サーバに引き継ぐ…", "Hand over to the other unit …"])}
      </Button>
    );
  return (
    <>
      {held.map((group) => (
        <Button key={group.floatingAddresses.join()} onPress={() => handOver(group)}>
          {say(["{addresses} を相手サーバに引き継ぐ…", "Hand {addresses} over to the other unit …"], {
            addresses: group.floatingAddresses.join(", "),
          })}
        </Button>
      ))}
    </>
  );
}
