/** プロキシサーバの状態: what it does, start and stop, workers, counters. */
import type { ProxyState } from "#console/contract/proxy.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { formatCount } from "#console/ui/i18n/format.ts";
import { say } from "#console/ui/i18n/language.ts";
import { unitText } from "#console/ui/i18n/unit-words.ts";
import { alertText } from "#console/ui/shell/alert-text.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Card, Facts } from "#console/ui/widgets/card.tsx";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { StateBadge } from "#console/ui/widgets/state-badge.tsx";
import { Table } from "#console/ui/widgets/table.tsx";
import { Span, Time } from "#console/ui/widgets/time.tsx";
import { ProxyActions } from "./proxy-actions.tsx";
import { PROXY_STATES } from "./proxy-states.ts";

const EVERY_MS = 3_000;

export function Page() {
  const proxy = useAnswer("proxy.read", {}, { everyMs: EVERY_MS });
  return (
    <Answer of={proxy}>
      {(answer) => (
        <div class="stack">
          <Card title={say(["プロキシサーバの状態", "Proxy server state"])}>
            <div class="stack">
              <div class="row">
                <StateBadge tone={PROXY_STATES[answer.state].tone}>
                  {say(PROXY_STATES[answer.state].word)}
                </StateBadge>
                <ProxyActions state={answer.state} onDone={proxy.reload} />
              </div>
              {answer.fault === null ? null : <Notice tone="fault">{unitText(answer.fault)}</Notice>}
              {answer.alerts.map((alert) => (
                <Notice key={alert.code} tone="caution">
                  {alertText(alert)}
                </Notice>
              ))}
              <ProxyFacts proxy={answer} />
            </div>
          </Card>
          <Workers proxy={answer} />
          <CounterTable proxy={answer} />
        </div>
      )}
    </Answer>
  );
}

function ProxyFacts({ proxy }: { readonly proxy: ProxyState }) {
  const { accessLog, lastReload } = proxy;
  return (
    <Facts
      rows={[
        [say(["待ち受け", "Listening"]), <span class="mono">{proxy.listening.join(", ") || "–"}</span>],
        [say(["起動", "Started"]), proxy.startedAt === null ? "–" : <Time at={proxy.startedAt} />],
        [say(["稼働時間", "Uptime"]), proxy.uptimeMs === null ? "–" : <Span ms={proxy.uptimeMs} />],
        [say(["プロセス番号", "Process"]), proxy.pid ?? "–"],
        [say(["バージョン", "Version"]), proxy.version],
        [
          say(["設定の再読み込み", "Last reload"]),
          lastReload === null ? (
            "–"
          ) : (
            <span>
              <Time at={lastReload.at} />{" "}
              {lastReload.ok ? say(["成功", "worked"]) : lastReload.faults.join("; ")}
            </span>
          ),
        ],
        [
          say(["アクセスログ", "Access log"]),
          accessLog === null
            ? say(["記録しない", "off"])
            : say(
                [
                  "{file}: {lines} 行（書けなかった行 {dropped}）",
                  "{file}: {lines} lines ({dropped} dropped)",
                ],
                {
                  file: accessLog.file,
                  lines: formatCount(accessLog.writtenLines),
                  dropped: accessLog.droppedLines,
                },
              ),
        ],
      ]}
    />
  );
}

function Workers({ proxy }: { readonly proxy: ProxyState }) {
  return (
    <Card title={say(["ワーカー", "Workers"])}>
      <Table
        caption={say(["ワーカー", "Workers"])}
        rows={proxy.workers}
        rowKey={({ worker }) => String(worker)}
        empty={say(["プロキシを起動すると表示されます。", "Start the proxy to see them."])}
        columns={[
          { key: "worker", title: say(["番号", "Number"]), cell: ({ worker }) => worker, numeric: true },
          { key: "state", title: say(["状態", "State"]), cell: ({ state }) => state },
          {
            key: "generation",
            title: say(["世代", "Generation"]),
            cell: ({ generation }) => generation,
            numeric: true,
          },
          {
            key: "restarts",
            title: say(["再起動", "Restarts"]),
            cell: ({ restarts }) => restarts,
            numeric: true,
          },
          { key: "end", title: say(["最後の終了理由", "Last end"]), cell: ({ lastEnd }) => lastEnd },
        ]}
      />
    </Card>
  );
}

function CounterTable({ proxy }: { readonly proxy: ProxyState }) {
  return (
    <details class="card">
      <summary>
        <h2>{say(["カウンタ", "Counters"])}</h2>
      </summary>
      <Table
        caption={say(["カウンタ", "Counters"])}
        filter
        rows={Object.entries(proxy.counters)}
        rowKey={([name]) => name}
        empty={say(["プロキシを起動すると表示されます。", "Start the proxy to see them."])}
        columns={[
          {
            key: "name",
            title: say(["名前", "Name"]),
            cell: ([name]) => name,
            show: ([name]) => <code>{name}</code>,
          },
          {
            key: "count",
            title: say(["値", "Count"]),
            cell: ([, count]) => count,
            show: ([, count]) => formatCount(count),
            numeric: true,
          },
        ]}
      />
    </details>
  );
}
