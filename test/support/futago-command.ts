/** The command line under test: within this process, and as its users run it. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Test } from "tap";
import { runCommandLine } from "#appliance/cli/command-line.ts";

interface Answer {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Within this process. */
export async function futago(...words: readonly string[]): Promise<Answer> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommandLine(words, {
    out: (line) => out.push(`${line}\n`),
    err: (line) => err.push(`${line}\n`),
  });
  return { code, out: out.join(""), err: err.join("") };
}

/** A process that runs on; `ended` is its whole answer. */
export function startFutago(...words: readonly string[]): {
  readonly child: ChildProcess;
  readonly ended: Promise<Answer>;
} {
  const child = spawn(process.execPath, ["appliance/cli/futago.ts", ...words], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  const ended = Promise.all([closed, text(child.stdout), text(child.stderr)]).then(([code, out, err]) => ({
    code,
    out,
    err,
  }));
  return { child, ended };
}

/** In a process of its own. */
export const futagoProcess = (...words: readonly string[]): Promise<Answer> => startFutago(...words).ended;

/** A state folder with settings in it, its path short enough for a unix socket (107 bytes). */
export function stateFolder(t: Test, settings?: object): string {
  const folder = mkdtempSync(join(tmpdir(), "futago-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  if (settings !== undefined) writeFileSync(join(folder, "settings.json"), JSON.stringify(settings));
  return folder;
}
