/**
 * `make pair` (root): two units, a client and a bridge on this machine, to see a floating address move. One key
 * is one deed; q or Ctrl-C ends it, and whatever ends it, nothing stays.
 */
import { setTimeout as pause } from "node:timers/promises";
import { scheduleInRealTime } from "#test/bench/machine.ts";
import { interruptSignal } from "#test/bench/options.ts";
import { needsRoot } from "#test/support/namespaces.ts";
import { ProgramOwner } from "#test/support/owner.ts";
import { DEEDS, Demonstration } from "./demonstration.ts";

const CLEAR_SCREEN = "\u001b[2J\u001b[H";
const BETWEEN_LOOKS_MS = 250;
const QUIT = "q";
const CTRL_C = "\u0003";

const menu = [...DEEDS, { key: QUIT, what: "quit" }].map(({ key, what }) => `${key}  ${what}`);

/** The keys that were pressed: at a terminal each as it comes, else what is in the input. */
async function playKeys(demonstration: Demonstration, quit: () => void, signal: AbortSignal): Promise<void> {
  if (process.stdin.isTTY) process.stdin.setRawMode(true);
  process.stdin.setEncoding("utf8");
  for await (const text of process.stdin)
    for (const key of String(text)) {
      if (signal.aborted) return;
      if (key === QUIT || key === CTRL_C) {
        quit();
        return;
      }
      await demonstration.act(key);
    }
}

async function show(demonstration: Demonstration, signal: AbortSignal): Promise<void> {
  let shown = "";
  while (!signal.aborted) {
    const lines = await demonstration.look();
    if (process.stdout.isTTY) process.stdout.write(`${CLEAR_SCREEN}${[...lines, "", ...menu].join("\n")}\n`);
    else if (lines.at(-1) !== shown) process.stdout.write(`${lines.join("\n")}\n\n`);
    shown = lines.at(-1) ?? "";
    await pause(BETWEEN_LOOKS_MS, undefined, { signal }).catch(() => {});
  }
}

async function main(): Promise<number> {
  if (needsRoot !== false) {
    console.error(`make pair: ${needsRoot}`);
    return 1;
  }
  const quitting = new AbortController();
  const signal = AbortSignal.any([interruptSignal(), quitting.signal]);
  // The machine has other things to do; what is shown here is the pair's time, not its.
  scheduleInRealTime();
  await using owner = new ProgramOwner();
  console.log("Building a bridge, a client and two units …");
  const demonstration = await Demonstration.start(owner, signal);
  // Whoever is asked to look and fails has been ended by the same signal.
  const keys = playKeys(demonstration, () => quitting.abort(), signal);
  await show(demonstration, signal);
  process.stdin.destroy();
  await keys.catch(() => {});
  return 0;
}

try {
  process.exitCode = await main();
} finally {
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
}
