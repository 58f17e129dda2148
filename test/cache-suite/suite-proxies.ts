/** The proxies that the suite can be run against, each started with its cache on. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CACHE_PEERS } from "#test/bench/cache-peers.ts";
import { startPeer } from "#test/bench/peers.ts";
import { createWorkspace, freePort } from "#test/bench/workspace.ts";
import { type SettingsOverrides, startProxy } from "#test/support/running-proxy.ts";
import { until } from "#test/support/until.ts";

export const PROXY_NAMES = ["futago", "squid", "trafficserver"] as const;
export type ProxyName = (typeof PROXY_NAMES)[number];

const isProxyName = (name: string): name is ProxyName => PROXY_NAMES.some((one) => one === name);

/** Reads a name from a command line; throws when there is no such proxy. */
export function parseProxyName(name: string): ProxyName {
  if (!isProxyName(name)) throw new Error(`no such proxy: ${name}; there are ${PROXY_NAMES.join(", ")}`);
  return name;
}

export interface SuiteProxy extends AsyncDisposable {
  readonly port: number;
  readonly version: string;
  /** The request targets in its access log once all `sent` requests stand in it; it may stop for that. */
  readonly loggedTargets: (sent: number) => Promise<readonly string[]>;
}

/** The suite sends methods that nobody uses, to see them pass. */
const FUTAGO_SETTINGS: SettingsOverrides = { requests: { methods: ["*"], ports: ["1-65535"] } };

const MIB = 1024 * 1024;
const PEER_MEMORY_BYTES = 64 * MIB;
const PEER_LOG_LIMIT_MS = 15_000;

async function startFutago(): Promise<SuiteProxy> {
  const proxy = await startProxy(FUTAGO_SETTINGS);
  return {
    port: proxy.port,
    version: "this tree",
    loggedTargets: async (sent) => (await proxy.accessLog(sent)).map((entry) => entry.target),
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}

/** A peer's log has one request a line, with the target as a word of its own: METHOD TARGET in all of them. */
const targetOf = (line: string): string => /\b[A-Z-]+ ([a-z]+:\/\/\S+|\S+:\d+)/.exec(line)?.[1] ?? "";

const readTargets = (log: string): readonly string[] =>
  readFileSync(log, "utf8")
    .split("\n")
    .map(targetOf)
    .filter((target) => target !== "");

async function startSuitePeer(name: ProxyName, originPort: number, signal: AbortSignal): Promise<SuiteProxy> {
  await using stack = new AsyncDisposableStack();
  const workspace = stack.use(createWorkspace());
  const peer = CACHE_PEERS.find((one) => one.name === name);
  if (peer === undefined) throw new Error(`${name} is no cache that the bench knows`);
  const folder = workspace.folder(name);
  const port = await freePort();
  const place = { name, folder, port, originPort, tunnelPort: originPort };
  const budget = {
    memoryBytes: PEER_MEMORY_BYTES,
    diskBytes: 0,
    memoryFolder: folder,
    objectBytes: 1_024,
    overflows: false,
    workers: 1,
  };
  const start = await startPeer(peer, { ...place, ...budget }, signal);
  if (!start.ok) throw new Error(`${name} did not start: ${start.why}`);
  const running = stack.use(start.running);
  const kept = stack.move();
  return {
    port,
    version: running.version,
    loggedTargets: async (sent) => {
      const read = (): readonly string[] => readTargets(join(folder, "access.log"));
      const complete = (): true | undefined => (read().length >= sent ? true : undefined);
      // Squid writes the last lines at its end; Traffic Server within seconds, and at its end forgets them.
      if (name === "squid") await running[Symbol.asyncDispose]();
      else await until(complete, PEER_LOG_LIMIT_MS).catch(() => null);
      return read();
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Starts a proxy for the suite's origin on that port. */
export const startSuiteProxy = (
  name: ProxyName,
  originPort: number,
  signal: AbortSignal,
): Promise<SuiteProxy> => (name === "futago" ? startFutago() : startSuitePeer(name, originPort, signal));
