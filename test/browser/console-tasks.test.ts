/**
 * What administrators do beside settings: looking through logs, purging with a preview, asking why, tokens,
 * one-time codes, backup and restore. A real origin stands behind the proxy.
 */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import jsQr from "jsqr";
import t from "tap";
import { totpCode } from "#console/server/totp.ts";
import { ConsoleBrowser, PAGE_LIMIT_MS } from "#test/support/console-browser.ts";
import { ADMIN_PASSWORD, type RunningConsole, startConsole } from "#test/support/running-console.ts";
import { until } from "#test/support/until.ts";

const resources = new AsyncDisposableStack();
t.teardown(() => resources.disposeAsync());
let unit: RunningConsole;
let browser: ConsoleBrowser;
let origin: string;

t.before(async () => {
  const server = createServer((_request, response) => {
    response.setHeader("Cache-Control", "max-age=600").end("stored for ten minutes");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  resources.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = resources.use(await ConsoleBrowser.launch());
  unit = resources.use(await startConsole({ unit: { name: "unit-a" } }));
});

/** Not within this process's own turn: the origin answers from here. */
async function fetchThrough(path: string): Promise<void> {
  await promisify(execFile)("curl", ["-s", "--max-time", "5", "-x", unit.unit.url, `${origin}${path}`]);
}

t.test("the access log is searched, its words are marked, and new rows are followed", async (t) => {
  await using console = await browser.openSignedIn(unit.url);
  const { page } = console;
  for (const path of ["/first", "/second"]) await fetchThrough(path);
  await unit.unit.accessLog(2);
  await console.goTo("/system/logs");
  await page.getByLabel("含まれる語").fill("second");
  await page.getByRole("button", { name: "検索" }).click();
  await page.locator(".log mark", { hasText: "second" }).waitFor();
  t.equal(await page.locator(".log li").count(), 1);
  await console.picture("log-search");
  t.strictSame(await console.axeFindings(), []);
  await page.getByLabel("含まれる語").fill("");
  await page.getByRole("button", { name: "検索" }).click();
  await page.getByRole("button", { name: "新しい行を追う" }).click();
  await page.getByText("新しい行を待っています").waitFor();
  await fetchThrough("/third");
  await page.locator(".log li", { hasText: "/third" }).waitFor();
  t.strictSame(console.takeFaults(), []);
});

t.test("a purge shows what it would remove before it does", async (t) => {
  await using console = await browser.openSignedIn(unit.url);
  const { page } = console;
  await fetchThrough("/purged");
  await console.goTo("/system/cache");
  await page.getByLabel("対象", { exact: true }).selectOption("prefix");
  await page.locator("form input.wide").first().fill(`${origin}/`);
  const preview = async (): Promise<void> => page.getByRole("button", { name: "対象を確認する" }).click();
  await until(async () => {
    await preview();
    await page.locator("form .notice").waitFor();
    return (await page.locator("form .notice.caution").count()) > 0 ? true : undefined;
  }, PAGE_LIMIT_MS);
  await console.picture("purge-preview");
  t.strictSame(await console.axeFindings(), []);
  await page.getByRole("button", { name: "削除する…" }).click();
  await console.picture("purge-question");
  await page.locator("dialog .button.danger").click();
  await console.dialogClosed();
  await page.locator("form .notice").waitFor({ state: "detached" });
  const { store } = await unit.admin.must("cache.read");
  t.equal(store?.entries, 0);
  t.strictSame(console.takeFaults(), []);
});

t.test("a refusal is explained step by step", async (t) => {
  await using console = await browser.openSignedIn(unit.url);
  const { page } = console;
  await console.goTo("/proxy/explain");
  await page.getByLabel("URL").fill("http://169.254.169.254/latest");
  await page.getByRole("button", { name: "説明する", exact: true }).click();
  await page.locator(".verdict .badge.fault").first().waitFor();
  await console.picture("explain-refused");
  t.strictSame(await console.axeFindings(), []);
  t.strictSame(console.takeFaults(), []);
});

t.test("a token is shown once and can be revoked", async (t) => {
  await using console = await browser.openSignedIn(unit.url);
  const { page } = console;
  await console.goTo("/administrators/tokens");
  await page.getByLabel("名前").fill("監視システム");
  await page.getByRole("button", { name: "作成", exact: true }).click();
  const secret = (await page.locator(".notice .mono").textContent()) ?? "";
  const program = unit.newClient();
  program.token = secret;
  t.equal(await program.kindOf("overview.read"), "done");
  await console.picture("token");
  await page.getByRole("button", { name: "失効 監視システム" }).click();
  await page.locator("dialog .button.danger").click();
  await page.getByText("まだありません。").waitFor();
  t.equal(await program.kindOf("overview.read"), "not-signed-in");
});

/** What a reader makes of the squares that are drawn. */
function readQrCode(path: string): string | undefined {
  const dark = [...path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
  const scale = 4;
  const side = (1 + Math.max(...dark.flat()) + 8) * scale;
  const pixels = new Uint8ClampedArray(4 * side * side).fill(255);
  for (const [x, y] of dark)
    for (let dot = 0; dot < scale * scale; dot += 1) {
      const [column, row] = [(x + 4) * scale + (dot % scale), (y + 4) * scale + Math.floor(dot / scale)];
      pixels.fill(0, 4 * (row * side + column), 4 * (row * side + column) + 3);
    }
  return jsQr.default(pixels, side, side)?.data;
}

t.test("one-time codes are set up, asked for at sign-in, and turned off again", async (t) => {
  await using console = await browser.openSignedIn(unit.url);
  const { page } = console;
  await console.goTo("/system/password");
  await page.getByRole("button", { name: "認証コードを設定する" }).click();
  const key = (await page.locator("dd .mono").first().textContent()) ?? "";
  const uri = await page.locator('a[href^="otpauth:"]').getAttribute("href");
  t.equal(readQrCode((await page.locator(".qr path").getAttribute("d")) ?? ""), uri);
  await console.picture("one-time-codes");
  await page.getByRole("textbox", { name: "認証コード" }).fill(totpCode(key, Date.now()));
  await page.getByRole("button", { name: "使用を始める" }).click();
  await page.locator(".codes li").first().waitFor();
  const recovery = await page.locator(".codes li").allTextContents();
  t.ok(recovery.length >= 8, `${recovery.length} recovery codes`);
  await console.picture("recovery-codes");
  t.strictSame(await console.axeFindings(), []);
  await using other = await browser.open(unit.url);
  await other.signIn("admin", ADMIN_PASSWORD);
  await other.page.getByRole("textbox", { name: "認証コード" }).fill(recovery[0] ?? "");
  await other.page.keyboard.press("Enter");
  await other.page.waitForSelector(".frame");
  await page.getByRole("button", { name: "控えました" }).click();
  await page.getByLabel("パスワード", { exact: true }).fill(ADMIN_PASSWORD);
  await page.getByRole("button", { name: "認証コードの使用をやめる" }).click();
  await page.getByRole("button", { name: "認証コードを設定する" }).waitFor();
});

t.test("a backup is made, and a restore shows its difference first", async (t) => {
  await using console = await browser.openSignedIn(unit.url);
  const { page } = console;
  await console.goTo("/system/backup");
  const passphrase = page.getByLabel("パスフレーズ");
  await passphrase.first().fill("a long passphrase");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "バックアップを作成する" }).click(),
  ]);
  const file = await readFile(await download.path(), "utf8");
  t.notMatch(file, ADMIN_PASSWORD);
  const { settings, etag } = await unit.admin.must("settings.read");
  await unit.admin.must("settings.apply", {
    body: {
      settings: { ...settings, unit: { name: "renamed" } },
      reason: "another name",
      confirmWithinS: null,
    },
    ifMatch: etag,
  });
  await page
    .getByLabel("バックアップのファイル")
    .setInputFiles({ name: "backup.json", mimeType: "application/json", buffer: Buffer.from(file) });
  await passphrase.nth(1).fill("a long passphrase");
  await page.getByRole("button", { name: "内容を確認する" }).click();
  await page.locator(".difference ins", { hasText: "unit-a" }).waitFor();
  await console.picture("restore-preview");
  t.strictSame(await console.axeFindings(), []);
  await page.getByLabel("変更の理由").fill("the old name");
  await page.getByLabel("試用").selectOption("off");
  await page.getByRole("button", { name: "この内容に戻す" }).click();
  await page.getByText("リストアしました。").waitFor();
  const restored = await unit.admin.must("settings.read");
  t.equal((restored.settings["unit"] as { readonly name: string }).name, "unit-a");
  t.strictSame(console.takeFaults(), []);
});

t.test(
  "a preset fills two fields; a key of the pair is made, told once, and applied with the form",
  async (t) => {
    await using console = await browser.openSignedIn(unit.url);
    const { page } = console;
    await console.goTo("/system/redundancy");
    await page.getByRole("button", { name: "100 ミリ秒 × 3 回" }).click();
    t.equal(await page.locator('[id="redundancy.count"]').inputValue(), "3");
    await page.getByText("認証と確認").click();
    await page.getByRole("button", { name: "事前共有鍵を設定…" }).click();
    await page.getByLabel("相手サーバと同じ鍵").fill("too short");
    await page.getByText("16 文字以上").waitFor();
    await page.getByLabel("相手サーバと同じ鍵").fill("");
    await page.getByRole("button", { name: "鍵を作る" }).click();
    const made = await page.locator("dialog .mono").textContent();
    t.match(made, /^[\w-]{43}$/);
    await console.picture("pair-key-made");
    t.strictSame(await console.axeFindings(), []);
    await page.getByRole("button", { name: "閉じる" }).click();
    await console.review();
    await console.apply("事前共有鍵", "off");
    await console.dialogClosed();
    const { settings } = await unit.admin.must("settings.read");
    t.match(settings["redundancy"], { intervalMs: 100, count: 3 });
    const { keyFile } = settings["redundancy"] as { readonly keyFile?: string };
    t.equal((await readFile(keyFile ?? "", "utf8")).trim(), made);
    t.strictSame(console.takeFaults(), []);
  },
);
