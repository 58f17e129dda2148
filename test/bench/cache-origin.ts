/** The far end of the cache comparison: nginx on the load core, which counts what the caches let through. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startChild, untilListening } from "./child.ts";
import { findProgram, LOAD_CORE } from "./machine.ts";
import { writeTemplate } from "./template.ts";
import { freePort, type Workspace } from "./workspace.ts";

const KIB = 1_024;
/** Objects of the mixed load have 1 to 64 KiB; the rest is for hits. */
const OBJECT_BYTES = [...Array.from({ length: 64 }, (_, index) => (index + 1) * KIB), 1_024 * KIB];
const LOG_WITHIN_MS = 5_000;
const LOG_STEP_MS = 50;

/** What has reached the origin so far. */
export interface OriginCount {
  readonly requests: number;
  readonly bodyBytes: number;
}

export interface CacheOrigin extends AsyncDisposable {
  readonly port: number;
  readonly authority: string;
  /** How many requests it has answered so far. */
  readonly answers: () => Promise<number>;
  /** The same with the bytes of their bodies, once its log has them all. */
  readonly count: () => Promise<OriginCount>;
}

/** Asks nginx's stub_status for its requests in all; its questions are requests too. */
async function requestsInAll(port: number): Promise<number> {
  const status = await (await fetch(`http://127.0.0.1:${port}/answers`)).text();
  const requests = /\n\s*\d+ \d+ (\d+)/.exec(status)?.[1];
  if (requests === undefined) throw new Error(`the origin does not count: ${status}`);
  return Number(requests);
}

/** Adds up what a log with a number in each line says. */
function sumLog(file: string): OriginCount {
  const text = readFileSync(file, "latin1");
  let bodyBytes = 0;
  let requests = 0;
  for (let at = 0, end = text.indexOf("\n"); end >= 0; at = end + 1, end = text.indexOf("\n", at)) {
    bodyBytes += Number(text.slice(at, end));
    requests += 1;
  }
  return { requests, bodyBytes };
}

/** Starts it; throws when nginx is not there, for nothing else answers cheaply enough. */
export async function startCacheOrigin(workspace: Workspace, signal: AbortSignal): Promise<CacheOrigin> {
  const nginx = findProgram("nginx");
  if (nginx === null) throw new Error("the cache comparison needs nginx for its origin");
  const files = workspace.folder("cache-files");
  for (const bytes of OBJECT_BYTES)
    writeFileSync(join(files, String(bytes)), "x".repeat(bytes), { mode: 0o644 });
  const folder = workspace.folder("cache-origin");
  const port = await freePort();
  const configuration = writeTemplate("cache-origin.conf", join(folder, "origin.conf"), {
    folder,
    files,
    port,
  });
  await using stack = new AsyncDisposableStack();
  const options = { cores: [LOAD_CORE], outputFile: join(folder, "output.txt"), asNobody: true };
  const child = stack.use(startChild([nginx, "-c", configuration], options));
  const fault = await untilListening(child, port, signal);
  if (fault !== null) throw new Error(`the origin: ${fault}`);
  let questions = 0;
  const answers = async (): Promise<number> => {
    questions += 1;
    return (await requestsInAll(port)) - questions;
  };
  const count = async (): Promise<OriginCount> => {
    const wanted = await answers();
    const deadline = performance.now() + LOG_WITHIN_MS;
    for (;;) {
      const logged = sumLog(join(folder, "answers.log"));
      if (logged.requests >= wanted) return logged;
      if (performance.now() > deadline)
        throw new Error(`the origin's log has ${logged.requests} of ${wanted} answers`);
      await pause(LOG_STEP_MS, undefined, { signal });
    }
  };
  const kept = stack.move();
  const authority = `127.0.0.1:${port}`;
  return { port, authority, answers, count, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
