/** The cache in the administrator's hands: what `futago cache …` tells and does to a running unit. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { CacheStatsAnswer, InspectAnswer } from "#control/cache-contract.ts";
import { futago } from "#test/support/futago-command.ts";
import { type OriginServer, startOriginServer } from "#test/support/origin-server.ts";
import { RawClient } from "#test/support/raw-client.ts";
import { type RunningProxy, startProxy } from "#test/support/running-proxy.ts";
import { until } from "#test/support/until.ts";
import { get } from "./messages.ts";

const LIMIT_MS = 8_000;
const resources = new AsyncDisposableStack();
t.teardown(() => resources.disposeAsync());
let origin: OriginServer;
let other: OriginServer;
let proxy: RunningProxy;

const answer = (body: string, ...fields: readonly string[]): string =>
  [
    "HTTP/1.1 200 OK",
    "Cache-Control: max-age=600",
    ...fields,
    `Content-Length: ${body.length}`,
    "",
    body,
  ].join("\r\n");

t.before(async () => {
  origin = resources.use(await startOriginServer());
  other = resources.use(await startOriginServer());
  origin.on("/plain", answer("plain", 'ETag: "1"'));
  origin.on("/dir/a", answer("aa"));
  origin.on("/dir/b", answer("bb"));
  origin.on("/image", answer("image", "Content-Type: image/png"));
  origin.on("/tagged", answer("tagged", "Surrogate-Key: product-7 shop"));
  origin.on("/private", answer("mine", "Cache-Control: private"));
  origin.on("/language", answer("de", "Vary: Accept-Language", "Content-Language: de"));
  other.on("/plain", answer("other"));
  proxy = resources.use(
    await startProxy({
      workers: 2,
      metrics: { enabled: true, port: 0 },
      cache: {
        overrides: [
          { pattern: "*/never", never: true },
          { pattern: "*/dir/*", lifetimeMaxMs: 300_000 },
        ],
      },
    }),
  );
});

const urlOf = (server: OriginServer, path: string): string => `http://${server.authority}${path}`;

/** Cache-Status of the answer. */
async function ask(server: OriginServer, path: string, ...fields: readonly string[]): Promise<string> {
  await using client = await RawClient.open(proxy.port);
  client.send(get(server, path, ...fields));
  return (await client.answer()).field("cache-status") ?? "";
}

async function cache(...words: readonly string[]): Promise<string> {
  const { code, out, err } = await futago("cache", ...words, "--state", proxy.stateDir);
  if (code !== 0) throw new Error(`exit code ${code}: ${err}`);
  return out;
}

const inspect = async (url: string, ...words: readonly string[]): Promise<InspectAnswer> =>
  JSON.parse(await cache("inspect", url, "--json", ...words)) as InspectAnswer;

/** How many a selector finds. */
const count = async (...selector: readonly string[]): Promise<number> =>
  (JSON.parse(await cache("purge", ...selector, "--count", "--json")) as { entries: number }).entries;

/** Stores a path, and waits until the whole unit sees it. */
async function store(server: OriginServer, path: string, ...fields: readonly string[]): Promise<void> {
  await ask(server, path, ...fields);
  const url = urlOf(server, path);
  await until(async () => ((await inspect(url)).variants.length > 0 ? true : undefined), LIMIT_MS);
}

t.test("inspect explains what is stored, and why the last request was a hit or not", async (t) => {
  const url = urlOf(origin, "/plain");
  t.match(await inspect(url), { key: url, verdict: "miss", variants: [], last: null });
  t.match(await ask(origin, "/plain"), /fwd=uri-miss; stored/);
  const stored = await until(async () => {
    const found = await inspect(url);
    return found.variants.length > 0 ? found : undefined;
  }, LIMIT_MS);
  t.match(stored, {
    verdict: "hit",
    reason: /^it is fresh for (600|59\d) s more \(max-age\)$/,
    variants: [{ isSelected: true, lifetimeMs: 600_000, lifetimeSource: "max-age", etag: '"1"' }],
    last: {
      method: "GET",
      status: 200,
      result: "TCP_MISS",
      reason: "no hit: nothing was stored for the URL",
    },
  });
  t.match(await ask(origin, "/plain"), /^futago; hit/);
  const hit = await until(async () => {
    const { last } = await inspect(url);
    return last?.result === "TCP_MISS" ? undefined : last;
  }, LIMIT_MS);
  t.match(hit?.reason, /^a hit, from (memory|the disk)$/);
  await ask(origin, "/private");
  t.match((await inspect(urlOf(origin, "/private"))).last, {
    reason: "no hit: nothing was stored for the URL; its answer was not stored: private",
  });
  await ask(origin, "/never");
  t.match(await inspect(urlOf(origin, "/never")), {
    verdict: "bypass",
    override: { pattern: "*/never", never: true },
    last: { reason: "no hit: the settings say never" },
  });
});

t.test("inspect tells overrides that act, and takes the fields that select a variant", async (t) => {
  await store(origin, "/dir/a");
  t.match(await inspect(urlOf(origin, "/dir/a")), {
    override: { pattern: "*/dir/*" },
    variants: [{ lifetimeMs: 300_000, lifetimeSource: "override" }],
  });
  await store(origin, "/language", "Accept-Language: de");
  const url = urlOf(origin, "/language");
  t.match(await inspect(url), { verdict: "miss", reason: "none of 1 stored variants matches the request" });
  t.match(await inspect(url, "--field", "Accept-Language: de"), { verdict: "hit" });
  const shown = await cache("inspect", url.replace("http", "HTTP"));
  t.match(shown, new RegExp(`^key +${url}\nnow +miss: none of 1 stored variants`));
  t.match(shown, /\nlast request +no hit: nothing was stored for the URL\n/);
  t.match(shown, /\nvariants:\n {2}selected +status +age/);
  t.match(shown, /accept-language: de +whole +none$/m);
});

t.test("count previews, and each selector finds its own and removes it", async (t) => {
  for (const path of ["/plain", "/dir/a", "/dir/b", "/image", "/tagged"]) await store(origin, path);
  await store(other, "/plain");
  const cases: readonly (readonly [selector: readonly string[], entries: number, left: string])[] = [
    [[urlOf(origin, "/dir/a")], 1, "/dir/b"],
    [["--prefix", urlOf(origin, "/dir/").replace("http", "HTTP")], 1, "/plain"],
    [["--pattern", `${urlOf(origin, "/l")}*uage`], 1, "/plain"],
    [["--tag", "shop"], 1, "/plain"],
    [["--content-type", "image/*"], 1, "/plain"],
  ];
  for (const [selector, entries, left] of cases) {
    t.equal(await count(...selector), entries, selector.join(" "));
    t.equal(await count(...selector), entries, "counting changes nothing");
    t.match(
      await cache("purge", ...selector),
      /^1 stored response .*, with bodies of \d+ B, was removed\.\n$/,
    );
    t.equal(await count(...selector), 0);
    t.match(await ask(origin, left), /; hit/, "the others are still there");
  }
  t.match(await ask(origin, "/image"), /fwd=uri-miss/);
  t.equal(await count("--older-than", "1h"), 0);
  t.equal(await count("--older-than", "0s"), await count("--all"));
  t.ok((await count("--host", "127.0.0.1")) >= 2);
  t.equal(await count("--host", "example.com"), 0);
  t.match(await cache("purge", "--host", "127.0.0.1", "--count"), /would go; nothing was changed\.\n$/);
  t.match(
    await cache("purge", "--host", "127.0.0.1"),
    /stored responses of the host 127\.0\.0\.1, .* were removed\.\n$/,
  );
  t.match(await cache("purge", "--all"), /^There are no stored responses: nothing was changed\.\n$/);
  t.match(await ask(other, "/plain"), /fwd=uri-miss/);
});

t.test("a soft purge makes the next request validate, and says so", async (t) => {
  const url = urlOf(origin, "/plain");
  await store(origin, "/plain");
  t.match(await ask(origin, "/plain"), /; hit/);
  t.match(
    await cache("purge", url, "--soft"),
    `1 stored response for ${url}, with bodies of 5 B, is stale now: it is validated before its next use.\n`,
  );
  t.match(await inspect(url), {
    verdict: "validation",
    reason: "it was invalidated or purged softly",
    variants: [{ invalidated: true }],
  });
  t.match(await ask(origin, "/plain"), /fwd=stale/);
  t.equal(
    origin.requests
      .filter(({ target }) => target === "/plain")
      .at(-1)
      ?.header("if-none-match"),
    '"1"',
  );
  await cache("purge", "--older-than", "0s");
  t.equal(await count("--all"), 0);
});

t.test("the figures are the same everywhere", async (t) => {
  await store(origin, "/plain");
  await ask(origin, "/plain");
  const stats = await until(async () => {
    const now = JSON.parse(await cache("stats", "--json")) as CacheStatsAnswer;
    return now.store.entries === 1 ? now : undefined;
  }, LIMIT_MS);
  t.match(stats.store, { diskBytesMax: 10 * 1024 ** 3, errors: 0, lastError: null });
  t.equal(stats.store.memoryBytesMax, 2 * 256 * 1024 ** 2);
  const hits = stats.counters["cache_hits"] ?? 0;
  t.ok(hits >= 8, String(hits));
  t.equal(
    stats.workers.reduce((sum, { counters }) => sum + (counters["cache_hits"] ?? 0), 0),
    hits,
  );
  t.strictSame(
    stats.ratios.map(({ minutes }) => minutes),
    [1, 5, 60],
  );
  for (const ratio of stats.ratios) t.match(ratio, { hits, hitRatio: hits / ratio.requests });
  const shown = await cache("stats");
  t.match(shown, /^entries +1\n/);
  t.match(shown, /\nratios:\n {2}minutes +requests +hits +hit ratio +bytes saved\n/);
  const { stdout } = await status();
  t.match(stdout, { alerts: [], cache: { entries: 1, hitRatio: stats.ratios[1]?.hitRatio } });
  const metrics = await (await fetch(`http://${stdout.metrics}/metrics`)).text();
  t.match(metrics, '\nfutago_cache_entries{worker="main"} 1\n');
  t.match(metrics, `\nfutago_cache_hit_ratio_60min{worker="all"} ${stats.ratios[2]?.hitRatio}\n`);
  t.match(metrics, /\nfutago_cache_evictions_total\{worker="main"\} 0\n/);
});

async function status() {
  const { out } = await futago("status", "--json", "--state", proxy.stateDir);
  return { stdout: JSON.parse(out) as { readonly metrics: string } };
}

t.test("a store that fails is an alert in the status, and in the figures", async (t) => {
  const folder = join(proxy.stateDir, "cache/bodies");
  rmSync(folder, { recursive: true });
  // What cannot be a folder: every body that needs a file fails.
  writeFileSync(folder, "");
  origin.on("/large", answer("x".repeat(300_000)));
  await ask(origin, "/large");
  const shown = await until(async () => {
    const { out } = await futago("status", "--state", proxy.stateDir);
    return /^alerts +none$/m.test(out) ? undefined : out;
  }, LIMIT_MS);
  t.match(
    shown,
    /^alerts +the cache's store had 1 error within the last hour, .*: store-write-failed: ENOTDIR/m,
  );
  t.match(await cache("stats"), /^last error +store-write-failed: ENOTDIR/m);
});

t.test("a unit that stores nothing says so", async (t) => {
  await using off = await startProxy({ cache: { enabled: false } });
  for (const words of [["stats"], ["purge", "--all"], ["inspect", "http://example.com/"]])
    t.match(await futago("cache", ...words, "--state", off.stateDir), {
      code: 1,
      out: "",
      err: /: nothing is stored on this unit: cache\.enabled is false\n$/,
    });
  const { out } = await futago("status", "--state", off.stateDir);
  t.match(out, /^alerts +none$/m);
  t.match(out, /^cache +–$/m);
});
