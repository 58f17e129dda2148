/** A series graph with the choice of its span. */
import { useState } from "preact/hooks";
import { say } from "#console/ui/i18n/language.ts";
import { SeriesGraph, type SeriesGraphProps, type SeriesSpan } from "./series-graph.tsx";
import { SpanChoice } from "./span-choice.tsx";

export function HistoryGraph(props: Omit<SeriesGraphProps, "span">) {
  const [span, setSpan] = useState<SeriesSpan>("hour");
  return (
    <div class="stack">
      <SpanChoice
        label={say(["{title}の期間", "Span of {title}"], { title: props.title })}
        value={span}
        onValue={setSpan}
        choices={[
          ["hour", say(["1 時間", "Hour"])],
          ["day", say(["1 日", "Day"])],
          ["month", say(["1 か月", "Month"])],
        ]}
      />
      <SeriesGraph key={span} {...props} span={span} />
    </div>
  );
}
