import { askUnit } from "./ask-unit.ts";
import { type Command, EXIT } from "./command.ts";
import { formatStatus } from "./format-status.ts";
import { JSON_OPTION, SETTINGS_OPTION, SOCKET_OPTION, STATE_OPTION } from "./state-folder.ts";

type Ratios = readonly { readonly minutes: number; readonly hitRatio: number | null }[];

/** A worker as a row of a table. */
const rowOf = (one: {
  readonly worker: number;
  readonly memoryBytes: number;
  readonly counters: Readonly<Record<string, number>>;
  readonly ratios: Ratios;
}): Readonly<Record<string, unknown>> => ({
  worker: one.worker,
  memoryBytes: one.memoryBytes,
  hits: one.counters["cache_hits"],
  revalidated: one.counters["cache_revalidated"],
  misses: one.counters["cache_misses"],
  bytesSaved: one.counters["cache_bytes_saved"],
  ...Object.fromEntries(
    one.ratios.map(({ minutes, hitRatio }) => [`hit_ratio_${minutes}_min`, hitRatio] as const),
  ),
});

export const cacheStatsCommand: Command = {
  name: "cache stats",
  summary: "Tells what is stored, what it saved and how often it served.",
  operands: "",
  operandsMin: 0,
  operandsMax: 0,
  options: [JSON_OPTION, STATE_OPTION, SETTINGS_OPTION, SOCKET_OPTION],
  async run(args, io) {
    const answer = await askUnit({ command: "cache-stats" }, args, io);
    if (answer === null) return EXIT.failed;
    const { store, ratios, counters, workers } = answer;
    io.out(
      args.switches.has("json")
        ? JSON.stringify(answer, null, 2)
        : formatStatus({ ...store, ratios, counters, workers: workers.map(rowOf) }),
    );
    return EXIT.ok;
  },
};
