/** Asks for objects of the cache comparison's origin through a proxy: see objects.lua. */
import { join } from "node:path";
import { runTool } from "#test/bench/child.ts";

const SCRIPT = join(import.meta.dirname, "objects.lua");
const RESULT_FIELDS = ["requests", "bytes", "failures", "seconds", "p50Ms", "p99Ms"] as const;

export type ObjectsResult = Readonly<Record<(typeof RESULT_FIELDS)[number], number>>;

export interface ObjectsLoad {
  readonly port: number;
  readonly authority: string;
  readonly connections: number;
  readonly objects: number;
  readonly draw:
    | { readonly mode: "each"; readonly bytes: number }
    | { readonly mode: "repeat"; readonly bytes: number; readonly seconds: number }
    | { readonly mode: "zipf"; readonly requests: number; readonly seed: number };
}

function drawWords({ draw, objects }: ObjectsLoad): readonly (string | number)[] {
  switch (draw.mode) {
    case "each":
      return [draw.mode, objects, draw.bytes];
    case "repeat":
      return [draw.mode, objects, draw.bytes, draw.seconds];
    case "zipf":
      return [draw.mode, objects, draw.requests, draw.seed];
  }
}

/** Runs the generator to its end on the load core; throws when its answer is not understood. */
export async function runObjects(load: ObjectsLoad, signal: AbortSignal): Promise<ObjectsResult> {
  const output = await runTool(
    [
      "luajit",
      SCRIPT,
      String(load.port),
      load.authority,
      String(load.connections),
      ...drawWords(load).map(String),
    ],
    signal,
  );
  const parsed = JSON.parse(output) as Record<string, unknown>;
  for (const field of RESULT_FIELDS)
    if (typeof parsed[field] !== "number") throw new Error(`the generator gave no ${field}: ${output}`);
  return parsed as ObjectsResult;
}
