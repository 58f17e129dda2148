/**
 * Chromium through the running proxy: pages of many objects over http and https, by names that only the
 * proxy can resolve, and what a person sees when a host does not exist.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import t from "tap";
import { makeCa } from "#test/support/certificates.ts";
import { startDnsServer } from "#test/support/dns-server.ts";
import { PAGE_OBJECTS, type PageOrigin, startPageOrigin } from "#test/support/page-origin.ts";
import { type RunningProxy, startProxy } from "#test/support/running-proxy.ts";

const CHROMIUM = "/usr/bin/chromium";
const LOAD_LIMIT_MS = 30_000;
const SCREENSHOTS = ".state/screenshots";
const HTTP_NAME = "www.pages.test";
const HTTPS_NAME = "secure.pages.test";

const ca = makeCa();
const resources = new AsyncDisposableStack();
t.teardown(() => resources.disposeAsync());
resources.defer(() => ca.remove());
let proxy: RunningProxy;
let origin: PageOrigin;
let tlsOrigin: PageOrigin;
let browser: BrowserContext;

t.before(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  const dns = await startDnsServer({ [HTTP_NAME]: { a: ["127.0.0.1"] }, [HTTPS_NAME]: { a: ["127.0.0.1"] } });
  resources.defer(() => dns.close());
  origin = resources.use(await startPageOrigin());
  tlsOrigin = resources.use(await startPageOrigin(ca.makeCertificate([HTTPS_NAME])));
  proxy = resources.use(
    await startProxy({ workers: 2, dns: { servers: [dns.address] }, unit: { name: "unit-a" } }),
  );
  const home = homeThatTrusts(ca.certificateFile);
  resources.defer(() => rmSync(home, { recursive: true, force: true }));
  browser = await openBrowser(home, proxy.port);
  resources.defer(() => browser.close());
});

/** A home folder whose certificate store has that authority: how Chromium on Linux is told whom to trust. */
function homeThatTrusts(certificateFile: string): string {
  const home = mkdtempSync(join(tmpdir(), "futago-home-"));
  const store = join(home, ".pki/nssdb");
  mkdirSync(store, { recursive: true });
  const certutil = (...words: string[]) => execFileSync("certutil", ["-d", `sql:${store}`, ...words]);
  certutil("-N", "--empty-password");
  certutil("-A", "-t", "C,,", "-n", "Futago test authority", "-i", certificateFile);
  return home;
}

function openBrowser(home: string, proxyPort: number): Promise<BrowserContext> {
  const { PATH } = process.env;
  return chromium.launchPersistentContext(join(home, "profile"), {
    executablePath: CHROMIUM,
    headless: true,
    env: { PATH: PATH ?? "", HOME: home, LANG: "en_US.UTF-8" },
    viewport: { width: 640, height: 720 },
    args: [
      `--proxy-server=127.0.0.1:${proxyPort}`,
      // Loopback goes through the proxy too, but for the page that the proxy itself serves.
      `--proxy-bypass-list=<-loopback>;127.0.0.1:${proxyPort}`,
      // Tests may run as root, where Chromium has no sandbox of its own.
      "--no-sandbox",
      // No traffic but the test's own.
      ...["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
      ...["--disable-component-update", "--disable-sync"],
    ],
  });
}

/** Opens a page and waits until its own script has counted the objects. */
async function openCounted(address: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(address, { timeout: LOAD_LIMIT_MS });
  await page.waitForFunction("document.title !== 'loading'", null, { timeout: LOAD_LIMIT_MS });
  return page;
}

t.test("a page of 50 objects loads over http, in absolute form", async (t) => {
  const base = `http://${HTTP_NAME}:${origin.port}`;
  const page = await openCounted(`${base}/page`);
  t.equal(await page.title(), `${PAGE_OBJECTS} loaded`);
  await page.screenshot({ path: `${SCREENSHOTS}/page-http.png` });
  await page.close();
  for (let number = 0; number < PAGE_OBJECTS; number += 1) {
    const entry = await proxy.logged(({ target }) => target === `${base}/object/${number}`);
    t.equal(entry.method, "GET");
    t.equal(entry.status, 200);
    t.equal(entry.upstream, `127.0.0.1:${origin.port}`);
  }
  t.ok(
    origin.seen.every(({ headers }) => headers.via !== undefined),
    "all of it came through the proxy",
  );
});

for (const [language, words] of [
  ["en", "the host name does not exist"],
  ["ja", "ホスト名が見つかりません"],
] as const) {
  t.test(`a host that does not exist is explained in ${language}`, async (t) => {
    const page = await browser.newPage();
    await page.setExtraHTTPHeaders({ "Accept-Language": language });
    const answer = await page.goto("http://nowhere.pages.test/some/page", { timeout: LOAD_LIMIT_MS });
    t.equal(answer?.status(), 502);
    t.match(await page.locator("body").textContent(), new RegExp(words, "i"));
    t.equal(await page.locator("html").getAttribute("lang"), language);
    await page.screenshot({ path: `${SCREENSHOTS}/unknown-host-${language}.png` });
    await page.close();
  });
}

t.test("the unit's own page is there for a browser", async (t) => {
  const page = await browser.newPage();
  const answer = await page.goto(`${proxy.url}/`, { timeout: LOAD_LIMIT_MS });
  t.equal(answer?.status(), 200);
  t.match(await page.locator("body").textContent(), /unit-a/);
  await page.screenshot({ path: `${SCREENSHOTS}/status-page.png` });
  await page.close();
});

t.test("a page of 50 objects loads over https, in tunnels", async (t) => {
  const authority = `${HTTPS_NAME}:${tlsOrigin.port}`;
  const page = await openCounted(`https://${authority}/page`);
  t.equal(await page.title(), `${PAGE_OBJECTS} loaded`);
  await page.screenshot({ path: `${SCREENSHOTS}/page-https.png` });
  const objects = new Set(tlsOrigin.seen.map(({ url }) => url).filter((url) => url.startsWith("/object/")));
  t.equal(objects.size, PAGE_OBJECTS);
  await page.close();
  proxy.signal("SIGTERM"); // ends the tunnels that Chromium keeps, so that they are logged
  await proxy.exited;
  const tunnels = (await proxy.accessLog()).filter(({ target }) => target === authority);
  t.ok(tunnels.length >= 1 && tunnels.length <= PAGE_OBJECTS + 1, `${tunnels.length} tunnels`);
  for (const { method, status, cacheResult, upstream } of tunnels) {
    t.equal(method, "CONNECT");
    t.equal(status, 200);
    t.equal(cacheResult, "TCP_TUNNEL");
    t.equal(upstream, `127.0.0.1:${tlsOrigin.port}`);
  }
});
