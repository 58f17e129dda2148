/** 概要: the pair as a picture, what needs attention, and the traffic now. */
import type { Overview } from "#console/contract/host.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { formatBytes, formatCount, formatShare } from "#console/ui/i18n/format.ts";
import { say } from "#console/ui/i18n/language.ts";
import { alertNews, figureNews, pairNews } from "#console/ui/shell/live-news.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Card, Facts } from "#console/ui/widgets/card.tsx";
import { Figure } from "#console/ui/widgets/figure.tsx";
import { SeriesGraph } from "#console/ui/widgets/series-graph.tsx";
import { Span } from "#console/ui/widgets/time.tsx";
import { AlertList } from "./alert-list.tsx";
import { PairPicture } from "./pair-picture.tsx";

const EVERY_MS = 10_000;
const KIB = 1024;

export function Page() {
  const overview = useAnswer("overview.read", {}, { everyMs: EVERY_MS });
  return (
    <Answer of={overview}>
      {(answer) => (
        <div class="stack">
          <AlertList alerts={alertNews.value?.data ?? answer.alerts} />
          <PairPicture
            unit={answer.unit}
            pair={pairNews.value?.data ?? answer.pair}
            heardAt={pairNews.value?.at ?? overview.at}
          />
          <TrafficFigures overview={answer} />
          <div class="columns">
            <Card title={say(["リクエスト", "Requests"])}>
              <SeriesGraph
                title={say(["毎秒のリクエスト（1 時間）", "Requests per second (1 h)"])}
                names={["requests", "hits"]}
                span="hour"
                format={(value) => `${value.toFixed(1)} /s`}
              />
            </Card>
            <Card title={say(["通信量", "Traffic"])}>
              <SeriesGraph
                title={say(["クライアントとの通信（1 時間）", "Client traffic (1 h)"])}
                names={["receivedBytes", "sentBytes"]}
                span="hour"
                format={(value) => `${formatBytes(value)}/s`}
                topMin={KIB}
              />
            </Card>
          </div>
          <UnitFacts overview={answer} />
        </div>
      )}
    </Answer>
  );
}

function TrafficFigures({ overview }: { readonly overview: Overview }) {
  const { traffic, cache, proxy } = overview;
  const live = figureNews.value?.data.values ?? {};
  const requests = live["requests"] ?? traffic.requestsPerSecond;
  const sent = live["sentBytes"] ?? traffic.sentBytesPerSecond;
  return (
    <div class="figures">
      <Figure label={say(["リクエスト", "Requests"])} amount={requests.toFixed(1)} unit="/s" />
      <Figure label={say(["クライアントへの送信", "Sent to clients"])} amount={formatBytes(sent)} unit="/s" />
      <Figure
        label={say(["ヒット率（5 分）", "Hit ratio (5 min)"])}
        amount={formatShare(cache?.hitRatio ?? null)}
        unit=""
      />
      <Figure
        label={say(["接続 / トンネル", "Connections / tunnels"])}
        amount={`${formatCount(live["connections"] ?? proxy.connections)} / ${formatCount(live["tunnels"] ?? proxy.tunnels)}`}
        unit=""
      />
      <Figure
        label={say(["起動後のエラー", "Errors since start"])}
        amount={formatCount(traffic.errors)}
        unit=""
      />
    </div>
  );
}

function UnitFacts({ overview }: { readonly overview: Overview }) {
  const { proxy, cache, version, generation } = overview;
  return (
    <Card title={say(["このユニット", "This unit"])}>
      <Facts
        rows={[
          [say(["バージョン", "Version"]), version],
          [say(["設定の世代", "Settings generation"]), generation],
          [say(["待ち受け", "Listening"]), <span class="mono">{proxy.listening.join(", ") || "–"}</span>],
          [
            say(["プロキシの稼働時間", "Proxy uptime"]),
            proxy.uptimeMs === null ? "–" : <Span ms={proxy.uptimeMs} />,
          ],
          [
            say(["キャッシュ", "Cache"]),
            cache === null
              ? say(["使用していません", "Not used"])
              : say(["{entries} 件、ディスク {used} / {max}", "{entries} entries, disk {used} of {max}"], {
                  entries: formatCount(cache.entries),
                  used: formatBytes(cache.diskBytes),
                  max: formatBytes(cache.diskBytesMax),
                }),
          ],
        ]}
      />
    </Card>
  );
}
