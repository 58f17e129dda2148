/** The WPAD server as `futago run` starts it: in the unit's status, through reloads, the drain and its own death. */
import { readFile, writeFile } from "node:fs/promises";
import t from "tap";
import type { WpadAnswer } from "#control/contract.ts";
import { reservePort } from "#socket/reserve-port.ts";
import { RawClient } from "#test/support/raw-client.ts";
import { type RunningProxy, startProxy } from "#test/support/running-proxy.ts";
import { until } from "#test/support/until.ts";

const LIMIT_MS = 30_000;

async function freePort(): Promise<number> {
  const port = await reservePort("127.0.0.1", 0);
  if (!port.ok) throw new Error(port.error.text);
  return port.value;
}

async function script(port: number): Promise<string | null> {
  try {
    await using client = await RawClient.open(port);
    client.send("GET /wpad.dat HTTP/1.1\r\nHost: wpad\r\n\r\n");
    const answer = await client.answer();
    return answer.status === 200 ? answer.body.toString("latin1") : null;
  } catch {
    return null;
  }
}

const wpadOf = async (proxy: RunningProxy): Promise<WpadAnswer | null> =>
  ((await proxy.status()) as unknown as { readonly wpad: WpadAnswer | null }).wpad;

/** Changes the wpad section of the settings file and reloads. */
async function change(proxy: RunningProxy, wpad: object): Promise<void> {
  const settings = JSON.parse(await readFile(proxy.settingsFile, "utf8")) as { wpad: object };
  await writeFile(proxy.settingsFile, JSON.stringify({ ...settings, wpad: { ...settings.wpad, ...wpad } }));
  proxy.signal("SIGHUP");
}

t.test("a unit serves scripts while its settings want it", async (t) => {
  const port = await freePort();
  const proxies = [
    { name: "a", host: "192.0.2.1", port: 3128, scheme: "http", weight: 1, unit: "this" },
    { name: "b", host: "192.0.2.2", port: 3128, scheme: "http", weight: 1, unit: "peer" },
  ] as const;
  await using proxy = await startProxy({
    wpad: { enabled: true, listen: [{ address: "127.0.0.1", port }], proxies: [...proxies] },
  });
  const first = await until(async () => (await script(port)) ?? undefined, LIMIT_MS);
  t.match(first, "PROXY 192.0.2.2:3128; PROXY 192.0.2.1:3128");
  const told = await until(async () => {
    const wpad = await wpadOf(proxy);
    return wpad !== null && wpad.scripts > 0 ? wpad : undefined;
  }, LIMIT_MS);
  t.match(told, { listening: [`127.0.0.1:${port}`], thisUnit: "unknown", peerUnit: "unknown" });

  await change(proxy, { trailingDirect: true });
  await until(async () => ((await script(port))?.includes("; DIRECT") === true ? true : undefined), LIMIT_MS);

  await change(proxy, { proxies: [] });
  await until(() => (proxy.output().includes("reload-refused") ? true : undefined), LIMIT_MS);
  t.match(await script(port), "; DIRECT", "settings with faults change nothing");

  await change(proxy, { proxies, enabled: false });
  await until(async () => ((await script(port)) === null ? true : undefined), LIMIT_MS);
  await until(async () => ((await wpadOf(proxy)) === null ? true : undefined), LIMIT_MS);

  await change(proxy, { enabled: true });
  await until(async () => (await script(port)) ?? undefined, LIMIT_MS);
});

t.test("a server of scripts that dies is started again, and ends with its unit", async (t) => {
  const port = await freePort();
  const proxies = [
    { name: "a", host: "192.0.2.1", port: 3128, scheme: "http", weight: 1, unit: "this" } as const,
  ];
  await using proxy = await startProxy({
    wpad: { enabled: true, listen: [{ address: "127.0.0.1", port }], proxies },
  });
  await until(async () => (await script(port)) ?? undefined, LIMIT_MS);
  const children = await readFile(`/proc/${proxy.pid}/task/${proxy.pid}/children`, "utf8");
  const pids = children.trim().split(" ").map(Number);
  t.equal(pids.length, 1);
  process.kill(pids[0] ?? 0, "SIGKILL");
  await until(() => (proxy.output().includes("wpad-ended") ? true : undefined), LIMIT_MS);
  await until(async () => (await script(port)) ?? undefined, LIMIT_MS);
  proxy.signal("SIGTERM");
  t.match(await proxy.exited, { code: 0 });
  t.equal(await script(port), null);
});
