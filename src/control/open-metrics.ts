/** Counters as OpenMetrics 1.0 text, which Prometheus and its relatives read. */
import { describeCounter } from "#http/counters.ts";

export const OPEN_METRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** The counters of one thread. */
export interface MetricsSource {
  /** The value of the label `worker`: a worker's number, or "main". */
  readonly worker: string;
  readonly values: Readonly<Record<string, number>>;
}

/** What the supervisor adds to the workers' own counters. */
const SUPERVISION: Readonly<Record<string, ReturnType<typeof describeCounter>>> = {
  worker_serving: { type: "gauge", help: "Whether the worker serves now" },
  worker_restarts: { type: "counter", help: "Restarts of the worker after it died" },
  settings_generation: { type: "gauge", help: "The generation of the settings in use" },
  cache_entries: { type: "gauge", help: "Stored responses" },
  cache_memory_bytes: { type: "gauge", help: "Bytes of responses in memory" },
  cache_memory_bytes_max: { type: "gauge", help: "The budget of memory of all workers" },
  cache_disk_bytes: { type: "gauge", help: "Bytes of responses and their index on disk" },
  cache_disk_bytes_max: { type: "gauge", help: "The budget of disk space" },
  cache_evictions: { type: "counter", help: "Stored responses that made room for others" },
  cache_store_errors: { type: "counter", help: "Writes and reads of the store that failed; each was a miss" },
  cache_hit_ratio_1min: { type: "gauge", help: "Hits among the requests of the last minute" },
  cache_hit_ratio_5min: { type: "gauge", help: "Hits among the requests of the last 5 minutes" },
  cache_hit_ratio_60min: { type: "gauge", help: "Hits among the requests of the last 60 minutes" },
};

const escapeHelp = (text: string): string =>
  text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');

/** All families, each once with the samples of every source that has it. Unknown names are left out. */
export function openMetrics(sources: readonly MetricsSource[]): string {
  const names = new Set(sources.flatMap((source) => Object.keys(source.values)));
  let text = "";
  for (const name of names) {
    const family = describeCounter(name) ?? SUPERVISION[name];
    if (family === undefined) continue;
    text += `# TYPE futago_${name} ${family.type}\n# HELP futago_${name} ${escapeHelp(family.help)}.\n`;
    // OpenMetrics 1.0: the sample of a counter carries the suffix, its family does not.
    const sample = family.type === "counter" ? `futago_${name}_total` : `futago_${name}`;
    for (const { worker, values } of sources) {
      const value = values[name];
      if (value !== undefined) text += `${sample}{worker="${escapeHelp(worker)}"} ${value}\n`;
    }
  }
  return `${text}# EOF\n`;
}
