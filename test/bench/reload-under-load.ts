/** `make bench`, third part: reloads under load lose no request and drop no tunnel. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ReloadPlan, reloadUnderLoad, startFarEnds } from "./load/reload-load.ts";
import { describeMachine, pinSelf, raiseOpenFiles } from "./machine.ts";
import { type BenchOptions, runMain, writeResults } from "./options.ts";
import { findPeer, startPeer } from "./peers.ts";
import { createWorkspace, freePort } from "./workspace.ts";

const OPEN_FILES_WANTED = 8_192;
const WHOLE_PLAN: ReloadPlan = { reloads: 50, requests: 100_000, connections: 32, tunnels: 200 };
const QUICK_PLAN: ReloadPlan = { reloads: 10, requests: 10_000, connections: 16, tunnels: 50 };

async function main(options: BenchOptions, signal: AbortSignal): Promise<boolean> {
  raiseOpenFiles(OPEN_FILES_WANTED);
  pinSelf();
  const plan = options.quick ? QUICK_PLAN : WHOLE_PLAN;
  using workspace = createWorkspace();
  using ends = await startFarEnds();
  const folder = workspace.folder(options.proxy);
  const place = {
    name: "reload-0",
    folder,
    port: await freePort(),
    originPort: ends.originPort,
    tunnelPort: ends.echoPort,
    settings: { workers: 2 },
  };
  const peer = findPeer(options.proxy);
  const start = await startPeer(peer, place, signal);
  if (!start.ok) {
    console.log(`FAIL  reloads: ${peer.name} did not start: ${start.why}`);
    return false;
  }
  await using running = start.running;
  const settingsFile = join(folder, peer.settingsFile);
  let name = place.name;
  const reload = (unitName: string): void => {
    if (running.child.hasEnded()) throw new Error(`FAIL  reloads: ${peer.name} ended`);
    writeFileSync(settingsFile, readFileSync(settingsFile, "utf8").replace(name, unitName));
    name = unitName;
    process.kill(running.child.pid, "SIGHUP");
  };
  console.log(
    `${peer.name}: ${plan.reloads} reloads under ${plan.requests} requests and ${plan.tunnels} tunnels …`,
  );
  const result = await reloadUnderLoad({ proxyPort: running.port, ends, reload }, plan, signal);
  const lost = result.failed + result.dropped + (plan.reloads - result.reloadsSeen);
  for (const fault of result.faults) console.log(`  ${fault}`);
  console.log(
    `${lost === 0 ? "PASS" : "FAIL"}  reloads: ${result.reloadsSeen} of ${plan.reloads} took effect; ` +
      `${result.failed} of ${result.requests} requests failed; ${result.dropped} of ${result.tunnels} tunnels dropped ` +
      `(${(result.bytesEchoed / 1e6).toFixed(1)} MB compared); ${result.reconnects} idle closes; ${result.seconds.toFixed(1)} s`,
  );
  writeResults("reload", {
    at: new Date().toISOString(),
    machine: describeMachine(),
    proxy: peer.name,
    plan,
    result,
  });
  return lost === 0;
}

await runMain(main);
