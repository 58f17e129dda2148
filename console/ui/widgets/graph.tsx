/** Values over time with uPlot, renewed in place; the last values stand beside it in words. */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { formatClock, formatTime } from "#console/ui/i18n/format.ts";
import { say } from "#console/ui/i18n/language.ts";
import { theme } from "#console/ui/shell/theme.ts";

export interface GraphLine {
  readonly label: string;
  /** One for each time; null is a gap. */
  readonly values: readonly (number | null)[];
}

interface GraphProps {
  readonly title: string;
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly lines: readonly GraphLine[];
  /** A value with its unit. */
  readonly format: (value: number) => string;
  /** The top of the axis, where there is one. */
  readonly max?: number;
  /** An axis of values that are all nothing goes up to here. */
  readonly topMin?: number;
}

const HEIGHT = 200;
const AXIS_WIDTH = 76;

const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function optionsOf({ lines, format, max, topMin = 1 }: GraphProps, width: number): uPlot.Options {
  const soft = { stroke: colour("--ink-soft"), grid: { stroke: colour("--edge"), width: 1 } };
  return {
    width,
    height: HEIGHT,
    scales: { y: { range: (_, __, top) => [0, max ?? Math.max(top * 1.1, topMin)] } },
    axes: [
      { ...soft, values: (_, marks) => marks.map((mark) => formatClock(new Date(mark * 1_000))) },
      { ...soft, size: AXIS_WIDTH, values: (_, marks) => marks.map((mark) => format(mark)) },
    ],
    series: [
      {
        label: say(["時刻", "Time"]),
        value: (_, at) => (at === null ? "–" : formatTime(new Date(at * 1_000))),
      },
      ...lines.map(({ label }, index) => ({
        label,
        stroke: colour(`--chart-${(index % 4) + 1}`),
        width: 1.5,
        points: { show: false },
        value: (_: uPlot, value: number | null) => (value === null ? "–" : format(value)),
      })),
    ],
    cursor: { drag: { x: false, y: false } },
  };
}

export function Graph(props: GraphProps) {
  const { title, times, lines, format } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const data: uPlot.AlignedData = [[...times], ...lines.map(({ values }) => [...values])];
  const labels = lines.map(({ label }) => label).join("\n");
  const drawn = theme.value;
  // The data has an effect of its own below.
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const made = new uPlot(optionsOf(props, element.clientWidth), data, element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [labels, drawn]);
  useEffect(() => plot.current?.setData(data));
  const last = lines.map(({ label, values }) => `${label} ${format(values.at(-1) ?? 0)}`).join(", ");
  return (
    <figure>
      <figcaption class="row spread">
        <h3>{title}</h3>
        <span class="soft">
          {times.length === 0 ? say(["記録を待っています", "Waiting for figures"]) : last}
        </span>
      </figcaption>
      <div class="graph" ref={place} />
    </figure>
  );
}
