/** Start, stop, restart, drain and reload of the proxy, each with its consequence. */
import type { ProxyState } from "#console/contract/proxy.ts";
import type { BodyOf } from "#console/contract/routes.ts";
import { call } from "#console/ui/api/client.ts";
import { may } from "#console/ui/api/session.ts";
import { say } from "#console/ui/i18n/language.ts";
import type { Phrase } from "#console/ui/i18n/phrase.ts";
import { act } from "#console/ui/widgets/act.ts";
import { Button } from "#console/ui/widgets/button.tsx";
import { ask } from "#console/ui/widgets/dialog.tsx";

type Action = BodyOf<"proxy.action">["action"];

interface ActionWords {
  readonly name: Phrase;
  /** Absent where nothing is lost. */
  readonly consequence?: Phrase;
  readonly when: readonly ProxyState["state"][];
}

const ACTIONS: Readonly<Record<Action, ActionWords>> = {
  start: { name: ["起動", "Start"], when: ["stopped"] },
  reload: { name: ["設定を読み直す", "Reload the settings"], when: ["serving"] },
  restart: {
    name: ["再起動", "Restart"],
    consequence: [
      "通信中の接続は、停止時の猶予が過ぎると切れます。起動するまでの間、クライアントは接続できません。",
      "Connections end once the drain time is over; until it has started again, clients cannot connect.",
    ],
    when: ["serving", "unreachable"],
  },
  drain: {
    name: ["終了処理", "Drain"],
    consequence: [
      "新しい接続を受け付けず、通信中のものが終わったら停止します。ペアで運用していれば、F-IP は相手サーバに移ります。",
      "No new connection is taken, and it ends when what runs has finished. In a pair, the floating addresses move to the other unit.",
    ],
    when: ["serving"],
  },
  stop: {
    name: ["停止", "Stop"],
    consequence: [
      "プロキシを停止します。クライアントはこのユニットに接続できなくなります。「起動」で元に戻せます。",
      "The proxy stops, and clients cannot connect to this unit. Start it to undo this.",
    ],
    when: ["serving", "draining", "starting"],
  },
};

interface ProxyActionsProps {
  readonly state: ProxyState["state"];
  readonly onDone: () => Promise<void>;
}

export function ProxyActions({ state, onDone }: ProxyActionsProps) {
  if (!may("proxy.action")) return null;
  const run = async (action: Action): Promise<void> => {
    const { name, consequence } = ACTIONS[action];
    const yes =
      consequence === undefined ||
      (await ask({
        title: say(["プロキシ: {name}", "Proxy: {name}"], { name: say(name) }),
        consequence: say(consequence),
        action: say(["{name}する", "{name}"], { name: say(name) }),
        danger: action === "stop",
      }));
    if (!yes) return;
    await act(
      call("proxy.action", { body: { action } }),
      say(["指示しました: {name}", "Asked: {name}"], { name: say(name) }),
    );
    await onDone();
  };
  return (
    <>
      {(Object.keys(ACTIONS) as readonly Action[])
        .filter((action) => ACTIONS[action].when.includes(state))
        .map((action) => (
          <Button key={action} onPress={() => run(action)}>
            {say(ACTIONS[action].name)}
          </Button>
        ))}
    </>
  );
}
