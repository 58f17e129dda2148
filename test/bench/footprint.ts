/** `make bench`, second part: how little a slow reader, idle connections and slow heads cost. */
import { idleConnections } from "./footprint/idle-connections.ts";
import type { Part, PartResult } from "./footprint/part.ts";
import { slowHeads } from "./footprint/slow-heads.ts";
import { slowReader } from "./footprint/slow-reader.ts";
import { describeMachine, pinSelf, raiseOpenFiles } from "./machine.ts";
import { type BenchOptions, runMain, writeResults } from "./options.ts";
import { type Origin, startOrigin } from "./origin.ts";
import { findPeer, startPeer } from "./peers.ts";
import { createWorkspace, freePort, type Workspace } from "./workspace.ts";

const PARTS: readonly Part[] = [idleConnections, slowHeads, slowReader];
const OPEN_FILES_WANTED = 65_536;
const OPEN_FILES_NEEDED = 12_000;
/** Idle connections have to stay while they are measured; everything else is as it ships. */
const SETTINGS = { limits: { idleTimeoutMs: 3_600_000 } };

/** Each part has a proxy of its own, so that none inherits another's memory. */
async function runPart(
  part: Part,
  place: { readonly options: BenchOptions; readonly workspace: Workspace; readonly origin: Origin },
  signal: AbortSignal,
): Promise<PartResult> {
  const { options, workspace, origin } = place;
  const folder = workspace.folder(part.name);
  const ports = { port: await freePort(), originPort: origin.port, tunnelPort: origin.port };
  const start = await startPeer(
    findPeer(options.proxy),
    { name: options.proxy, folder, ...ports, settings: SETTINGS },
    signal,
  );
  if (!start.ok) return { holds: false, text: `${options.proxy} did not start: ${start.why}`, figures: {} };
  await using running = start.running;
  const say = (text: string): void => console.log(`  ${part.name}: ${text}`);
  const context = { pid: running.child.pid, proxyPort: running.port, origin, quick: options.quick, say };
  try {
    return await part.run(context, signal);
  } catch (error) {
    signal.throwIfAborted();
    return { holds: false, text: String(error), figures: {} };
  }
}

async function main(options: BenchOptions, signal: AbortSignal): Promise<boolean> {
  const openFiles = raiseOpenFiles(OPEN_FILES_WANTED);
  if (openFiles < OPEN_FILES_NEEDED)
    console.log(
      `only ${openFiles} open files are allowed here; the idle connections need ${OPEN_FILES_NEEDED} (ulimit -n)`,
    );
  pinSelf();
  using workspace = createWorkspace();
  await using origin = await startOrigin(workspace, signal);
  const results: (PartResult & { readonly part: string; readonly claim: string })[] = [];
  for (const part of PARTS) {
    if (options.only.length > 0 && !options.only.includes(part.name)) continue;
    const result = await runPart(part, { options, workspace, origin }, signal);
    results.push({ part: part.name, claim: part.claim, ...result });
    console.log(`${result.holds ? "PASS" : "FAIL"}  ${part.claim}\n      ${result.text}`);
  }
  const { quick, proxy } = options;
  writeResults("footprint", {
    at: new Date().toISOString(),
    machine: describeMachine(),
    proxy,
    quick,
    results,
  });
  return results.every((result) => result.holds);
}

await runMain(main);
