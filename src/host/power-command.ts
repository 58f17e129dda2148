/** Stops or restarts the machine with the system's own programs, where there are any and this process may. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { failure, type Outcome, success } from "#base/outcome.ts";

export type PowerAction = "stop" | "restart";

/** The machine, as far as it matters here: tests put another in its place, and nothing is ever stopped by them. */
export interface PowerHost {
  readonly exists: (path: string) => boolean;
  readonly isRoot: boolean;
  /** Runs a program to its end; the error is its own sentence. */
  readonly run: (program: string, args: readonly string[]) => Promise<Outcome<null, string>>;
}

interface Way {
  /** What must be there for it to be the machine's way. */
  readonly needs: readonly string[];
  readonly program: string;
  readonly words: Readonly<Record<PowerAction, readonly string[]>>;
}

/** In the order of preference: systemd, then programs that work without it. */
const WAYS: readonly Way[] = [
  {
    needs: ["/run/systemd/system", "/usr/bin/systemctl"],
    program: "/usr/bin/systemctl",
    words: { stop: ["--no-block", "poweroff"], restart: ["--no-block", "reboot"] },
  },
  {
    needs: ["/run/initctl", "/sbin/shutdown"],
    program: "/sbin/shutdown",
    words: { stop: ["-h", "now"], restart: ["-r", "now"] },
  },
];

const TIMEOUT_MS = 30_000;

const wayOf = ({ exists }: PowerHost): Way | undefined =>
  WAYS.find(({ needs }) => needs.every((path) => exists(path)));

/** Why the machine cannot be stopped from here, or null. */
export function powerFault(host: PowerHost): string | null {
  if (wayOf(host) === undefined) return "this system has neither systemd nor another way to be stopped";
  return host.isRoot ? null : "the unit runs without the right to stop the machine";
}

/** Asks the system; it answers before it has ended anything. */
export async function power(action: PowerAction, host: PowerHost): Promise<Outcome<null, string>> {
  const way = wayOf(host);
  const fault = powerFault(host);
  if (way === undefined || fault !== null) return failure(fault ?? "");
  return host.run(way.program, way.words[action]);
}

/** This machine. */
export const thisMachine: PowerHost = {
  exists: existsSync,
  isRoot: process.geteuid?.() === 0,
  run: (program, args) =>
    new Promise((resolve) => {
      execFile(program, [...args], { timeout: TIMEOUT_MS }, (error, _, stderr) => {
        resolve(error === null ? success(null) : failure(stderr.trim().slice(0, 500) || error.message));
      });
    }),
};
