/**
 * `node test/bench/console.ts`: how soon the console answers what each of its pages asks, while the proxy beside
 * it runs as fast as it can. The unit, its console too, has the proxy core; the load and the asking have the other.
 * What a page asks is not listed here: a browser opens each of them once, before the load.
 */
import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { ConsoleBrowser } from "#test/support/console-browser.ts";
import { ConsoleClient } from "#test/support/console-client.ts";
import { ADMIN_PASSWORD, greeting } from "#test/support/running-console.ts";
import { until } from "#test/support/until.ts";
import { watchCores } from "./core-use.ts";
import { ratePerSecond, runWrk, type WrkLoad } from "./load/wrk.ts";
import { describeMachine, pinSelf } from "./machine.ts";
import { type BenchOptions, runMain, writeResults } from "./options.ts";
import { startOrigin } from "./origin.ts";
import { findPeer, startPeer } from "./peers.ts";
import { quantile } from "./stats.ts";
import { createWorkspace, freePort } from "./workspace.ts";

const DATA_MS_MAX = 200;
const START_LIMIT_MS = 30_000;
const CONNECTIONS = 64;
/** So many that misses, hits and what is stored anew take turns. */
const URLS = 50_000;
const QUICK_SECONDS = 10;
const QUIET_MS = 200;
/** The last round must not outlast the load. */
const BEFORE_THE_END_MS = 2_000;

/** One question of a page, as the browser asked it. */
interface Question {
  readonly method: string;
  readonly url: string;
  readonly body: string | null;
}

interface PageAsks {
  readonly path: string;
  readonly questions: readonly Question[];
}

interface PageSample {
  /** Until the last of its answers was there. */
  readonly ms: number;
  readonly slowest: string;
}

interface PageFigures {
  readonly path: string;
  readonly questions: number;
  readonly rounds: number;
  readonly p50Ms: number;
  readonly worstMs: number;
  /** The question that was answered last in the worst round. */
  readonly slowest: string;
}

const sortKey = ({ method, url, body }: Question): string => `${method} ${url} ${body ?? ""}`;

const isQuestion = (url: string): boolean => {
  const { pathname } = new URL(url);
  // Live news are a stream that never ends.
  return pathname.startsWith("/api/") && !pathname.endsWith("/events");
};

/** Opens every page in a browser, and writes down what it asks for until it asks no more. */
async function pagesOf(console: string): Promise<readonly PageAsks[]> {
  await using browser = await ConsoleBrowser.launch();
  await using opened = await browser.openSignedIn(console);
  const { page } = opened;
  let [asked, changedMs] = [[] as Question[], 0];
  const waiting = new Set<object>();
  page.on("request", (request) => {
    if (!isQuestion(request.url())) return;
    waiting.add(request);
    changedMs = performance.now();
    asked.push({ method: request.method(), url: request.url(), body: request.postData() });
  });
  const onEnd = (request: object): void => {
    waiting.delete(request);
    changedMs = performance.now();
  };
  page.on("requestfinished", onEnd).on("requestfailed", onEnd);
  const asksNoMore = (): Promise<true> =>
    until(
      () => (waiting.size === 0 && performance.now() - changedMs > QUIET_MS ? true : undefined),
      START_LIMIT_MS,
    );
  const paths = await page.$$eval(".nav a", (links) =>
    links.map((link) => (link.getAttribute("href") ?? "").slice(1)),
  );
  const pages: PageAsks[] = [];
  // The first page is open already: it is gone to again from another one.
  for (const path of [...paths.slice(1), "/"]) {
    await asksNoMore();
    asked = [];
    await opened.goTo(path);
    await asksNoMore();
    pages.push({ path, questions: [...new Map(asked.map((one) => [sortKey(one), one])).values()] });
  }
  return pages;
}

/** Asks all that a page asks, at once as the page does; throws when one is refused. */
async function askPage({ questions }: PageAsks, client: ConsoleClient): Promise<PageSample> {
  const startedMs = performance.now();
  let slowest = "";
  await Promise.all(
    questions.map(async ({ method, url, body }) => {
      const answer = await fetch(url, {
        method,
        body,
        headers: {
          origin: client.origin,
          cookie: client.cookie ?? "",
          ...(body === null ? {} : { "content-type": "application/json" }),
        },
        signal: AbortSignal.timeout(START_LIMIT_MS),
      });
      await answer.arrayBuffer();
      if (answer.status !== 200) throw new Error(`${method} ${url}: ${answer.status}`);
      slowest = `${method} ${new URL(url).pathname}`;
    }),
  );
  return { ms: performance.now() - startedMs, slowest };
}

/** Asks page after page, in rounds, for as long as it is told to. */
async function askInRounds(
  pages: readonly PageAsks[],
  client: ConsoleClient,
  goesOn: (rounds: number) => boolean,
): Promise<readonly PageFigures[]> {
  const taken = pages.map((page) => ({ page, samples: [] as PageSample[] }));
  for (let round = 0; goesOn(round); round += 1)
    for (const { page, samples } of taken) samples.push(await askPage(page, client));
  return taken.map(({ page, samples }) => {
    const worst = samples.reduce((most, sample) => (sample.ms > most.ms ? sample : most));
    const times = samples.map(({ ms }) => ms);
    return {
      path: page.path,
      questions: page.questions.length,
      rounds: samples.length,
      p50Ms: quantile(times, 0.5),
      worstMs: worst.ms,
      slowest: worst.slowest,
    };
  });
}

async function signedIn(outputFile: string): Promise<{ client: ConsoleClient; url: string }> {
  const { url, password } = await until(() => greeting(readFileSync(outputFile, "utf8")), START_LIMIT_MS);
  const client = new ConsoleClient(url);
  await client.signIn("admin", password);
  await client.must("account.password", { body: { current: password, next: ADMIN_PASSWORD } });
  return { client, url };
}

function printFigures(figures: readonly PageFigures[]): void {
  console.log(`\n${"page".padEnd(28)} asks  p50 ms  worst ms  answered last`);
  for (const { path, questions, p50Ms, worstMs, slowest } of figures)
    console.log(
      `${path.padEnd(28)} ${String(questions).padStart(4)}  ${p50Ms.toFixed(1).padStart(6)}  ${worstMs.toFixed(1).padStart(8)}  ${slowest}`,
    );
}

async function main(options: BenchOptions, signal: AbortSignal): Promise<boolean> {
  using workspace = createWorkspace();
  await using origin = await startOrigin(workspace, signal);
  const folder = workspace.folder("futago");
  const start = await startPeer(
    findPeer("futago"),
    {
      ...{ name: "bench", folder, port: await freePort(), originPort: origin.port, tunnelPort: origin.port },
      settings: {
        console: { enabled: true, listen: [{ address: "127.0.0.1", port: await freePort() }] },
        cache: { enabled: true },
      },
    },
    signal,
  );
  if (!start.ok) throw new Error(start.why);
  await using running = start.running;
  const { client, url } = await signedIn(join(folder, "output.txt"));
  const pages = await pagesOf(url);
  pinSelf();
  const seconds = options.quick ? QUICK_SECONDS : options.rounds * options.secondsEach;
  const load: WrkLoad = {
    port: running.port,
    method: "GET",
    target: `http://${origin.authority}/small?{n}`,
    targets: URLS,
    host: origin.authority,
    connections: CONNECTIONS,
    seconds,
  };
  console.log(`${pages.length} pages, for ${seconds} s beside ${CONNECTIONS} busy connections …`);
  const cores = watchCores();
  const loading = runWrk(load, signal);
  const untilMs = performance.now() + seconds * 1_000 - BEFORE_THE_END_MS;
  const figures = await askInRounds(pages, client, (round) => round === 0 || performance.now() < untilMs);
  const perSecond = ratePerSecond(await loading);
  const { proxyCore, loadCore } = cores();
  printFigures(figures);
  console.log(
    `\nmeanwhile ${Math.round(perSecond)} requests/s; load average ${loadavg()[0]?.toFixed(1)}; proxy core ${Math.round(proxyCore * 100)} % busy, load core ${Math.round(loadCore * 100)} %`,
  );
  const worst = figures.reduce((most, page) => (page.worstMs > most.worstMs ? page : most));
  const isSoon = worst.worstMs < DATA_MS_MAX;
  console.log(
    `${isSoon ? "PASS" : "FAIL"}  any page's data in less than ${DATA_MS_MAX} ms at full load (worst ${worst.worstMs.toFixed(0)} ms: ${worst.path}, of ${worst.rounds} times)`,
  );
  writeResults("console", { machine: describeMachine(), options, perSecond, proxyCore, loadCore, figures });
  return isSoon;
}

await runMain(main);
