/** Reloading while traffic runs: nothing fails, nothing is dropped. `make bench` does the same at full size. */
import { readFileSync, writeFileSync } from "node:fs";
import t from "tap";
import { type ReloadPlan, reloadUnderLoad, startFarEnds } from "#test/bench/load/reload-load.ts";
import { startProxy } from "#test/support/running-proxy.ts";

const PLAN: ReloadPlan = { reloads: 10, requests: 5_000, connections: 16, tunnels: 20 };
const LIMIT_MS = 60_000;

t.test("reloads under load lose no request and drop no tunnel", async (t) => {
  using ends = await startFarEnds();
  await using proxy = await startProxy({ unit: { name: "reload-0" }, workers: 2 });
  let name = "reload-0";
  const reload = (unitName: string): void => {
    const settings = readFileSync(proxy.settingsFile, "utf8").replace(`"${name}"`, `"${unitName}"`);
    writeFileSync(proxy.settingsFile, settings);
    name = unitName;
    proxy.signal("SIGHUP");
  };
  const subject = { proxyPort: proxy.port, ends, reload };
  const result = await reloadUnderLoad(subject, PLAN, AbortSignal.timeout(LIMIT_MS));
  t.strictSame(result.faults, []);
  t.equal(result.failed, 0, "no request failed");
  t.equal(result.dropped, 0, "no tunnel was dropped");
  t.equal(result.reloadsSeen, PLAN.reloads, "every reload took effect");
  t.ok(result.requests >= PLAN.requests && result.bytesEchoed > 0, "there was traffic");
});
