/**
 * What keeps a unit and a pair going, in both languages: services stopped and started, the certificate replaced, settings
 * copied to the other unit.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { makeCa } from "#test/support/certificates.ts";
import { ConsoleBrowser } from "#test/support/console-browser.ts";
import { startTwins } from "#test/support/console-twins.ts";
import type { RunningConsole } from "#test/support/running-console.ts";
import { until } from "#test/support/until.ts";

// The certificates of these units are self-signed.
process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";

const LIMIT_MS = 20_000;
const resources = new AsyncDisposableStack();
t.teardown(() => resources.disposeAsync());
let browser: ConsoleBrowser;
let own: RunningConsole;
let other: RunningConsole;

t.before(async () => {
  browser = resources.use(await ConsoleBrowser.launch());
  [own, other] = await startTwins(t, { isSecure: true });
});

const WORDS = {
  ja: {
    ...{ stop: "停止 プロキシサーバ", stopNow: "停止する", start: "起動 プロキシサーバ" },
    ...{ restart: "再起動 プロキシサーバ", restartNow: "再起動する" },
    ...{ certificate: "証明書（PEM）", key: "秘密鍵（PEM）", replace: "置き換える" },
    ...{ compare: "設定の比較（稼働系と待機系）", equal: "同じ", different: "違いあり" },
    ...{ copy: "違う設定を相手サーバにコピーする…", copyNow: "相手サーバにコピーする" },
  },
  en: {
    ...{ stop: "Stop Proxy server", stopNow: "Stop", start: "Start Proxy server" },
    ...{ restart: "Restart Proxy server", restartNow: "Restart" },
    ...{ certificate: "Certificate (PEM)", key: "Private key (PEM)", replace: "Replace" },
    ...{ compare: "Both units' settings", equal: "Equal", different: "Different" },
    ...{ copy: "Copy what differs to the other unit …", copyNow: "Copy to the other unit" },
  },
} as const;

const proxyState = async (): Promise<string> => (await own.admin.must("proxy.read")).state;

async function becomes(state: string): Promise<void> {
  await until(async () => ((await proxyState()) === state ? true : undefined), LIMIT_MS);
}

for (const language of ["ja", "en"] as const) {
  const words = WORDS[language];
  t.test(`services are stopped, started and restarted: ${language}`, async (t) => {
    await using console = await browser.openSignedIn(own.url, { language });
    const { page } = console;
    const press = (name: string): Promise<void> => page.getByRole("button", { name, exact: true }).click();
    await console.goTo("/services");
    await press(words.stop);
    await page.locator("dialog").waitFor();
    await console.picture(`care-stop-question-${language}`);
    await press(words.stopNow);
    await page.getByRole("button", { name: words.start, exact: true }).waitFor();
    await becomes("stopped");
    await console.picture(`care-stopped-${language}`);
    t.strictSame(await console.axeFindings(), []);
    await press(words.start);
    await becomes("serving");
    await page.getByRole("button", { name: words.restart, exact: true }).click();
    await page.locator("dialog").waitFor();
    const { pid } = await own.admin.must("proxy.read");
    await press(words.restartNow);
    await console.dialogClosed();
    await becomes("serving");
    t.equal((await own.admin.must("proxy.read")).pid, pid, "the unit itself goes on");
    t.strictSame(console.takeFaults(), []);
  });

  t.test(`the console's certificate is replaced from its page: ${language}`, async (t) => {
    const ca = makeCa();
    t.teardown(() => ca.remove());
    const name = `console-${language}.example`;
    const made = ca.makeCertificate([name, "127.0.0.1"]);
    const folder = t.testdir();
    writeFileSync(join(folder, "own.pem"), made.certificate);
    writeFileSync(join(folder, "own.key"), made.key);
    await using console = await browser.openSignedIn(own.url, { language });
    const { page } = console;
    await console.goTo("/system/certificate");
    await page.getByLabel(words.certificate).setInputFiles(join(folder, "own.pem"));
    await page.getByLabel(words.key).setInputFiles(join(folder, "own.key"));
    await page.getByRole("button", { name: words.replace, exact: true }).click();
    await page.locator("dd", { hasText: name }).first().waitFor();
    await console.picture(`care-certificate-${language}`);
    t.strictSame(await console.axeFindings(), []);
    t.match((await own.admin.must("certificate.read")).certificate, { isSelfSigned: false });
    t.strictSame(console.takeFaults(), []);
  });

  t.test(`settings are compared with the other unit's and copied there: ${language}`, async (t) => {
    const timeoutMs = language === "ja" ? 3_111 : 3_222;
    const now = await own.admin.must("settings.read");
    await own.admin.must("settings.apply", {
      ifMatch: now.etag,
      body: {
        settings: { ...now.settings, dns: { ...(now.settings["dns"] as object), timeoutMs } },
        reason: "other than there",
        confirmWithinS: null,
      },
    });
    await using console = await browser.openSignedIn(own.url, { language });
    const { page } = console;
    await console.goTo("/system/redundancy");
    await page.getByText(words.compare).click();
    const row = page.locator("tr", { hasText: "dns" });
    await row.getByText(words.different, { exact: true }).waitFor();
    t.match(await row.textContent(), "dns.timeoutMs");
    await console.picture(`care-compared-${language}`);
    await page.getByRole("button", { name: words.copy }).click();
    await page.getByRole("button", { name: words.copyNow, exact: true }).click();
    await row.getByText(words.equal, { exact: true }).waitFor();
    t.match((await other.admin.must("settings.read")).settings, { dns: { timeoutMs } });
    await console.picture(`care-copied-${language}`);
    t.strictSame(await console.axeFindings(), []);
    t.strictSame(console.takeFaults(), []);
  });
}
