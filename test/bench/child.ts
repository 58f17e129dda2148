/**
 * Child processes that cannot outlive the benchmark: each has its own process group, is pinned to its cores,
 * gets SIGTERM from the kernel should we die, and is ended by `await using`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { createConnection } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { LOAD_CORE } from "./machine.ts";

const STOP_GRACE_MS = 5_000;
const READY_WITHIN_MS = 20_000;
const OUTPUT_BYTES_MAX = 4 * 1024 * 1024;
/** Debian's `nobody` and `nogroup`: daemons that refuse to serve as root run as this. */
const NOBODY = 65_534;

export interface ChildOptions {
  readonly cores: readonly number[];
  /** Where stdout and stderr go. */
  readonly outputFile: string;
  readonly asNobody?: boolean;
}

export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** Settles when the process has ended. */
  readonly ended: Promise<void>;
  readonly hasEnded: () => boolean;
}

const isRoot = process.getuid?.() === 0;

/** The user and group that a daemon gets, for handing it its folder; null where we cannot change users. */
export const daemonOwner = (): number | null => (isRoot ? NOBODY : null);

function pinned(cores: readonly number[], command: readonly string[], asNobody: boolean): readonly string[] {
  const drop = asNobody && isRoot ? [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"] : [];
  return ["taskset", "-c", cores.join(","), "setpriv", ...drop, "--pdeathsig", "TERM", "--", ...command];
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended by itself.
  }
}

/** Starts a daemon; it is stopped with SIGTERM, and with SIGKILL after five seconds. */
export function startChild(command: readonly string[], options: ChildOptions): Child {
  const [program = "", ...args] = pinned(options.cores, command, options.asNobody === true);
  const output = openSync(options.outputFile, "a");
  const child = spawn(program, args, { stdio: ["ignore", output, output], detached: true });
  closeSync(output);
  let over = false;
  const ended = new Promise<void>((resolve) => {
    const finish = (): void => {
      over = true;
      resolve();
    };
    child.once("exit", finish);
    child.once("error", finish);
  });
  return {
    pid: child.pid ?? -1,
    ended,
    hasEnded: () => over,
    async [Symbol.asyncDispose]() {
      if (!over) {
        signalGroup(child, "SIGTERM");
        await Promise.race([ended, sleep(STOP_GRACE_MS, undefined, { ref: false })]);
      }
      signalGroup(child, "SIGKILL"); // and helpers that it left
      await ended;
    },
  };
}

/** Runs a command to its end on the load generator's core and gives its stdout; throws with stderr when it fails. */
export async function runTool(command: readonly string[], signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const [program = "", ...args] = pinned([LOAD_CORE], command, false);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (stdout.length < OUTPUT_BYTES_MAX) stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    if (stderr.length < OUTPUT_BYTES_MAX) stderr += text;
  });
  const onAbort = (): void => signalGroup(child, "SIGKILL");
  signal.addEventListener("abort", onAbort, { once: true });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once("error", reject);
  child.once("close", resolve);
  try {
    const code = await promise;
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`${command[0]} ended with ${code}: ${stderr.trim().slice(-600)}`);
    return stdout;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

/**
 * Waits until the child accepts connections on a port; null when it does, else why not. Twice in a row: a program may
 * listen for a moment only to see whether the port is free.
 */
export async function untilListening(
  child: Child,
  port: number,
  signal: AbortSignal,
): Promise<string | null> {
  const deadline = performance.now() + READY_WITHIN_MS;
  let accepted = 0;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    if (child.hasEnded()) return "it ended at once";
    accepted = (await accepts(port)) ? accepted + 1 : 0;
    if (accepted === 2) return null;
    await sleep(50, undefined, { signal });
  }
  return `it did not listen within ${READY_WITHIN_MS / 1_000} s`;
}
