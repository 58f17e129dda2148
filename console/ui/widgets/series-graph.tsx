/** Figures over time from the unit's own record, renewed while the page is open. */
import type { SERIES } from "#console/contract/host.ts";
import type { QueryOf } from "#console/contract/routes.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { say } from "#console/ui/i18n/language.ts";
import type { Phrase } from "#console/ui/i18n/phrase.ts";
import { Answer } from "./answer.tsx";
import { Graph } from "./graph.tsx";

type SeriesName = (typeof SERIES)[number];
export type SeriesSpan = NonNullable<QueryOf<"series.read">["span"]>;

const NAMES: Readonly<Record<SeriesName, Phrase>> = {
  requests: ["リクエスト", "Requests"],
  hits: ["ヒット", "Hits"],
  receivedBytes: ["クライアントから受信", "From clients"],
  sentBytes: ["クライアントへ送信", "To clients"],
  savedBytes: ["キャッシュから", "From the cache"],
  errors: ["エラー", "Errors"],
  connections: ["接続", "Connections"],
  tunnels: ["トンネル", "Tunnels"],
  cpu: ["CPU", "CPU"],
  memory: ["メモリ", "Memory"],
  networkReceivedBytes: ["受信", "Received"],
  networkSentBytes: ["送信", "Sent"],
  roundTripMs: ["往復時間", "Round trip"],
};

const EVERY_MS = { hour: 5_000, day: 60_000, month: 600_000 } as const satisfies Record<SeriesSpan, number>;

export interface SeriesGraphProps {
  readonly title: string;
  readonly names: readonly SeriesName[];
  readonly span: SeriesSpan;
  readonly format: (value: number) => string;
  readonly max?: number;
  readonly topMin?: number;
}

export function SeriesGraph({ names, span, ...graph }: SeriesGraphProps) {
  const answered = useAnswer(
    "series.read",
    { query: { names: names.join(","), span } },
    { everyMs: EVERY_MS[span] },
  );
  return (
    <Answer of={answered}>
      {({ from, stepMs, series }) => {
        const first = Date.parse(from);
        const length = Math.max(0, ...series.map(({ values }) => values.length));
        return (
          <Graph
            times={Array.from({ length }, (_, at) => (first + at * stepMs) / 1_000)}
            lines={series.map(({ name, values }) => ({ label: say(NAMES[name]), values }))}
            {...graph}
          />
        );
      }}
    </Answer>
  );
}
