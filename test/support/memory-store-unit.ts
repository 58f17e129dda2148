/** `futago run` with the tests' own store: `node memory-store-unit.ts run --settings FILE --state DIR`. */
import { parseArgs } from "node:util";
import { runUnit } from "#appliance/main/run-unit.ts";

const { values } = parseArgs({
  allowPositionals: true,
  options: { settings: { type: "string" }, state: { type: "string" } },
});

process.exitCode = await runUnit({
  settingsPath: values.settings ?? null,
  stateDir: values.state ?? "./.state",
  print: (line) => void process.stdout.write(`${line}\n`),
  workerEntry: new URL("./memory-store-worker.ts", import.meta.url),
});
