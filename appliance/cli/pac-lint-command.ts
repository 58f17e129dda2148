import { readFile } from "node:fs/promises";
import { LINT_BYTES_MAX } from "#pac/limits.ts";
import { type Finding, lintScript } from "#pac/lint-script.ts";
import { PacEngine } from "#pac-engine/pac-engine.ts";
import { type Command, EXIT } from "./command.ts";

const SAMPLES = [
  ["http://www.example.com/", "www.example.com"],
  ["https://192.0.2.1/", "192.0.2.1"],
  ["http://intranet/", "intranet"],
] as const;

/** What is found by running it: a script that the engine does not take, or that answers no text. */
async function runs(script: string): Promise<readonly Finding[]> {
  const finding = (text: string): readonly Finding[] => [
    { level: "error", rule: "does-not-run", line: 0, text },
  ];
  const engine = await PacEngine.load(script, {
    nowMs: () => performance.now(),
    resolve: () => [],
    client: "192.0.2.10",
  });
  if (!engine.ok) return finding(engine.error);
  using running = engine.value;
  for (const [url, host] of SAMPLES) {
    const answer = running.find(url, host);
    if (!answer.ok) return finding(`for ${url}: ${answer.error}`);
    if (!/^(?:DIRECT|[A-Z0-9]+ \S+)/i.test(answer.value.trim()))
      return finding(
        `for ${url} it answers ${JSON.stringify(answer.value.slice(0, 60))}, which no browser understands`,
      );
  }
  return [];
}

export const pacLintCommand: Command = {
  name: "pac lint",
  summary: "Tells what browsers would read otherwise than meant in a proxy script, each with its reason.",
  operands: "FILE",
  operandsMin: 1,
  operandsMax: 1,
  options: [],
  async run({ operands: [file = ""] }, io) {
    const bytes = await readFile(file).catch((error: Error) => error);
    if (bytes instanceof Error) {
      io.err(`futago: pac lint: ${bytes.message}`);
      return EXIT.failed;
    }
    const script = bytes.toString("utf8", 0, LINT_BYTES_MAX);
    const found = lintScript(script);
    const isBroken = found.some(({ rule }) => rule === "syntax" || rule === "no-function");
    const all = isBroken ? found : [...found, ...(await runs(script))];
    for (const { level, rule, line, text } of all) io.out(`${file}:${line}: ${level}: ${text} [${rule}]`);
    const errors = all.filter(({ level }) => level === "error").length;
    io.out(`${file}: ${errors} errors, ${all.length - errors} warnings`);
    return errors === 0 ? EXIT.ok : EXIT.failed;
  },
};
