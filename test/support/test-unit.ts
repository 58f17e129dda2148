/** `futago run` with the small test worker, as a program: test-unit.ts STATE-FOLDER SETTINGS-FILE */
import { runUnit } from "#appliance/main/run-unit.ts";

const [stateDir = "", settingsPath = ""] = process.argv.slice(2);

process.exitCode = await runUnit({
  settingsPath,
  stateDir,
  print: (line) => void process.stdout.write(`${line}\n`),
  workerEntry: new URL("./test-worker.ts", import.meta.url),
});
