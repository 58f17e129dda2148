/** curl as a client: what it printed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const LIMIT_S = 60;

export interface CurlRun {
  readonly stdout: Buffer;
  /** With `-v`: the dialogue as curl saw it. */
  readonly stderr: string;
}

/** Runs curl with those words (and none of the user's settings); throws when it ends with another code. */
export async function runCurl(
  words: readonly string[],
  options: { readonly input?: Iterable<Buffer>; readonly code?: number } = {},
): Promise<CurlRun> {
  const { PATH } = process.env;
  const child = spawn("curl", ["-q", "-sS", "--max-time", String(LIMIT_S), ...words], {
    env: { PATH, LANG: "C.UTF-8" },
  });
  const stdout: Buffer[] = [];
  let stderr = "";
  child.stdout.on("data", (bytes: Buffer) => stdout.push(bytes));
  child.stderr.on("data", (bytes: Buffer) => {
    stderr += bytes.toString("latin1");
  });
  const ended = once(child, "close");
  // curl may close its input early; its exit code tells the story then.
  await pipeline(Readable.from(options.input ?? []), child.stdin).catch(() => undefined);
  const [code] = (await ended) as [number | null];
  if (code !== (options.code ?? 0)) throw new Error(`curl ${words.join(" ")} ended with ${code}:\n${stderr}`);
  return { stdout: Buffer.concat(stdout), stderr };
}
