/** One run of the public suite through a proxy. The suite keeps its state in its modules: once a process. */
import { getResults, runTests } from "http-cache-tests/client/runner.mjs";
import { type JudgedCase, judgeCases } from "./case-verdict.ts";
import { createProxyFetch } from "./proxy-fetch.ts";
import { runnableSuites, SUITE_CASES } from "./suite-cases.ts";
import { startSuiteOrigin } from "./suite-origin.ts";
import { type ProxyName, startSuiteProxy } from "./suite-proxies.ts";

export interface SuiteRun {
  readonly proxy: ProxyName;
  readonly version: string;
  readonly seconds: number;
  readonly requests: number;
  /** All cases that apply, or the one that was asked for. */
  readonly cases: readonly JudgedCase[];
}

/** The cases wait more than they work (3 s in each that lets an answer grow old): all of them at once. */
const AT_ONCE = 1_000;

/**
 * Runs all cases, or one by its id with everything it sends and gets printed. Throws when the requests did
 * not reach the proxy in absolute form: then nothing was tested.
 */
export async function runSuite(name: ProxyName, only: string | null, signal: AbortSignal): Promise<SuiteRun> {
  const startedMs = performance.now();
  await using origin = await startSuiteOrigin();
  await using proxy = await startSuiteProxy(name, origin.port, signal);
  const client = createProxyFetch(proxy.port);
  const base = `http://127.0.0.1:${origin.port}`;
  await runTests(runnableSuites(only), client.fetch, false, base, AT_ONCE);
  signal.throwIfAborted();
  const seconds = (performance.now() - startedMs) / 1_000;
  await assertAllProxied(proxy.loggedTargets(client.sent()), base, client.sent());
  // One case alone is judged alone: what it depends on has not been run.
  const alone = SUITE_CASES.filter(({ id }) => id === only).map((one) => ({ ...one, dependsOn: [] }));
  const cases = judgeCases(only === null ? SUITE_CASES : alone, getResults());
  return { proxy: name, version: proxy.version, seconds, requests: client.sent(), cases };
}

async function assertAllProxied(
  logged: Promise<readonly string[]>,
  base: string,
  sent: number,
): Promise<void> {
  const whole = (await logged).filter((target) => target.startsWith(`${base}/`)).length;
  if (whole < sent)
    throw new Error(`only ${whole} of ${sent} requests stand in the proxy's access log in absolute form`);
}
