/** サービス: at start of the unit, now, and what can be done about each. */
import type { Service } from "#console/contract/proxy.ts";
import { call } from "#console/ui/api/client.ts";
import { may } from "#console/ui/api/session.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { say } from "#console/ui/i18n/language.ts";
import type { Phrase } from "#console/ui/i18n/phrase.ts";
import { unitText } from "#console/ui/i18n/unit-words.ts";
import { serviceNews } from "#console/ui/shell/live-news.ts";
import { routeTo } from "#console/ui/shell/route.ts";
import { act } from "#console/ui/widgets/act.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Button } from "#console/ui/widgets/button.tsx";
import { ask } from "#console/ui/widgets/dialog.tsx";
import { StateBadge, type Tone } from "#console/ui/widgets/state-badge.tsx";
import { Table } from "#console/ui/widgets/table.tsx";

const EVERY_MS = 3_000;

const NAMES: Readonly<Record<Service["service"], { readonly name: Phrase; readonly page: string | null }>> = {
  proxy: { name: ["プロキシサーバ", "Proxy server"], page: "/proxy/basic" },
  heartbeat: { name: ["システム冗長化（監視）", "Redundancy (heartbeat)"], page: "/system/redundancy" },
  wpad: { name: ["WPADサーバ (wpad-httpd)", "WPAD server (wpad-httpd)"], page: "/services/wpad" },
  console: { name: ["管理コンソール", "Management console"], page: "/system/certificate" },
};

const STATES: Readonly<Record<Service["state"], { readonly tone: Tone; readonly word: Phrase }>> = {
  running: { tone: "active", word: ["起動中", "Running"] },
  starting: { tone: "caution", word: ["起動しています", "Starting"] },
  stopping: { tone: "caution", word: ["停止しています", "Stopping"] },
  stopped: { tone: "unknown", word: ["停止中", "Stopped"] },
  failed: { tone: "fault", word: ["異常終了", "Failed"] },
};

const ACTIONS: Readonly<Record<Service["actions"][number], Phrase>> = {
  start: ["起動", "Start"],
  restart: ["再起動", "Restart"],
  stop: ["停止", "Stop"],
};

export function Page() {
  const services = useAnswer("services.list", {}, { everyMs: EVERY_MS });
  return (
    <Answer of={services}>
      {(answer) => (
        <Table
          caption={say(["サービス", "Services"])}
          rows={serviceNews.value?.data ?? answer.services}
          rowKey={({ service }) => service}
          empty={say(["サービスがありません。", "No services."])}
          columns={[
            {
              key: "name",
              title: say(["サービス", "Service"]),
              cell: ({ service }) => say(NAMES[service].name),
            },
            {
              key: "start",
              title: say(["OS起動時の状態", "At start"]),
              cell: ({ atStart }) =>
                atStart === null ? "–" : atStart ? say(["起動", "started"]) : say(["停止", "off"]),
            },
            {
              key: "state",
              title: say(["現在の状態", "Now"]),
              cell: ({ state }) => state,
              show: ({ state, detail }) => (
                <>
                  <StateBadge tone={STATES[state].tone}>{say(STATES[state].word)}</StateBadge>{" "}
                  {state === "failed" ? unitText(detail) : ""}
                </>
              ),
            },
            {
              key: "actions",
              title: say(["操作", "Actions"]),
              show: (service) => <ServiceActions service={service} onDone={services.reload} />,
            },
            {
              key: "settings",
              title: say(["設定", "Settings"]),
              show: ({ service }) => {
                const { page, name } = NAMES[service];
                return page === null ? null : (
                  <a href={routeTo(page)}>
                    {say(["設定", "Settings"])}
                    <span class="sr"> {say(name)}</span>
                  </a>
                );
              },
            },
          ]}
        />
      )}
    </Answer>
  );
}

function ServiceActions({
  service,
  onDone,
}: {
  readonly service: Service;
  readonly onDone: () => Promise<void>;
}) {
  if (!may("services.action") || service.actions.length === 0) return <span class="soft">–</span>;
  const name = say(NAMES[service.service].name);
  const run = async (action: Service["actions"][number]): Promise<void> => {
    const yes =
      action === "start" ||
      (await ask({
        title: `${name}: ${say(ACTIONS[action])}`,
        consequence: say(
          [
            "{name}が止まっている間、その機能は使えません。",
            "While {name} is down, what it does is not available.",
          ],
          {
            name,
          },
        ),
        action: say(["{action}する", "{action}"], { action: say(ACTIONS[action]) }),
        danger: action === "stop",
      }));
    if (!yes) return;
    await act(
      call("services.action", { params: { service: service.service }, body: { action } }),
      say(["指示しました: {action}", "Asked: {action}"], { action: say(ACTIONS[action]) }),
    );
    await onDone();
  };
  return (
    <span class="row">
      {service.actions.map((action) => (
        <Button key={action} small onPress={() => run(action)}>
          {say(ACTIONS[action])}
          <span class="sr"> {name}</span>
        </Button>
      ))}
    </span>
  );
}
