/**
 * The manual's chapters 1 to 4 in two browsers: first sign-in, システム冗長化設定 (one unit with the mouse, the
 * other by keyboard alone), インタフェース, 基本設定; then the failover and the failback, seen on the status page
 * and by a client. Pictures of each step are kept.
 */
import t, { type Test } from "tap";
import type { ConsoleBrowser, ConsolePage } from "#test/support/console-browser.ts";
import {
  CLIENT,
  ConsolePair,
  FLOATING,
  PROXY_PORT,
  REAL,
  type UnitName,
} from "#test/support/console-pair.ts";
import { needsRoot } from "#test/support/namespaces.ts";
import { ADMIN_PASSWORD } from "#test/support/running-console.ts";
import { until } from "#test/support/until.ts";

const REDUNDANCY = "/system/redundancy";
const INTERFACES = "/system/interfaces";
/** The manual's 2 s × 5, a failback after 5 s, and a slow machine. */
const MOVE_LIMIT_MS = 60_000;
const PROXY = `http://${FLOATING}:${PROXY_PORT}`;

const peerOf = (name: UnitName): UnitName => (name === "a" ? "b" : "a");

/** Waits for a sentence of 現在のシステム運用状況. */
const sees = ({ page }: ConsolePage, who: string, sentence: string): Promise<void> =>
  page
    .locator("dt", { hasText: who })
    .locator("xpath=following-sibling::dd[1]")
    .getByText(sentence)
    .waitFor({ timeout: MOVE_LIMIT_MS });

async function setUpRedundancy(
  console: ConsolePage,
  name: UnitName,
  role: "active" | "standby",
): Promise<void> {
  const { page } = console;
  await console.goTo(REDUNDANCY);
  await page.check('[name="redundancy.enabled"][value="yes"]');
  await page.check(`[name="redundancy.role"][value="${role}"]`);
  await console.fillSetting("redundancy.peerAddress", REAL[peerOf(name)]);
  await console.picture(`pair-redundancy-${name}`);
  await console.review();
  await page.getByText("F-IP がまだありません").waitFor();
  await console.apply("システム冗長化の設定", "off");
  await console.dialogClosed();
}

/** システム > ネットワーク > インタフェース: as in the manual after redundancy was turned on. */
async function setUpFloating(console: ConsolePage): Promise<void> {
  await console.goTo(INTERFACES);
  await console.page.getByRole("button", { name: "追加 F-IP" }).click();
  await console.fillSetting("redundancy.floatingAddresses[0].address", FLOATING);
  await console.review();
  await console.apply("F-IP の追加", "off");
  await console.dialogClosed();
  await console.goTo(REDUNDANCY);
}

/** From a form whose fields are filled to its being in effect. */
async function applyByKeyboard(console: ConsolePage, reason: string): Promise<void> {
  const { keyboard } = console.page;
  await console.tabTo(".save-bar .button.primary");
  await keyboard.press("Enter");
  await console.tabTo("dialog input");
  await keyboard.type(reason);
  await console.tabTo("dialog select");
  await keyboard.press("End");
  await console.tabTo("dialog .button.primary");
  await keyboard.press("Enter");
  await console.dialogClosed();
}

async function openByKeyboard(console: ConsolePage, path: string): Promise<void> {
  await console.tabTo(`.nav a[href="#${path}"]`);
  await console.page.keyboard.press("Enter");
  await console.settled(path);
}

async function setUpByKeyboard(console: ConsolePage, name: UnitName): Promise<void> {
  const { keyboard } = console.page;
  await openByKeyboard(console, REDUNDANCY);
  await console.tabTo('[name="redundancy.enabled"]');
  await keyboard.press("ArrowLeft");
  await console.tabTo('[name="redundancy.role"]');
  await keyboard.press("ArrowRight");
  await console.tabTo('[id="redundancy.peerAddress"]');
  await keyboard.type(REAL[peerOf(name)]);
  await applyByKeyboard(console, "システム冗長化の設定");
  await openByKeyboard(console, INTERFACES);
  await console.tabTo(".items > div > .button");
  await keyboard.press("Enter");
  await console.tabTo('[id="redundancy.floatingAddresses[0].address"]');
  await keyboard.type(FLOATING);
  await applyByKeyboard(console, "F-IP の追加");
  await openByKeyboard(console, REDUNDANCY);
}

/** サービス > WPADサーバ: both units, by the manual's chapter 5. */
async function setUpWpad(console: ConsolePage, name: UnitName): Promise<void> {
  const { page } = console;
  await console.goTo("/services/wpad");
  await page.check('[name="wpad.enabled"][value="yes"]');
  for (const [at, unit] of (["a", "b"] as const).entries()) {
    await page.getByRole("button", { name: "追加 プロキシサーバ（負荷分散対象を含む）" }).click();
    const path = `wpad.proxies[${at}]`;
    await console.fillSetting(`${path}.name`, `unit-${unit}`);
    await console.fillSetting(`${path}.host`, REAL[unit]);
    await console.fillSetting(`${path}.port`, String(PROXY_PORT));
    await page.check(`[name="${path}.unit"][value="${unit === name ? "this" : "peer"}"]`);
  }
  await console.picture(`pair-wpad-form-${name}`);
  await console.review();
  await console.apply("WPAD で負荷分散する", "off");
  await console.dialogClosed();
}

/** What the evaluator says for a client. */
async function evaluated({ page }: ConsolePage, client: string): Promise<string> {
  await page.getByLabel("クライアントのIPアドレス").fill(client);
  const answered = page.waitForResponse((response) => response.url().endsWith("/wpad/evaluate"));
  await page.getByRole("button", { name: "判定する" }).click();
  const { result } = (await (await answered).json()) as { readonly result: string };
  const shown = page.locator("dt", { hasText: "結果" }).locator("xpath=following-sibling::dd[1]");
  await shown.getByText(result).waitFor();
  return result;
}

/** プロキシ > 基本設定: the floating address is added; the real one stays. */
async function setUpProxy(console: ConsolePage, name: UnitName): Promise<void> {
  const { page } = console;
  await console.goTo("/proxy/basic");
  await page.getByRole("button", { name: "追加 キャッシュサーバ設定" }).click();
  await console.fillSetting("listen[1].address", FLOATING);
  await console.fillSetting("listen[1].port", String(PROXY_PORT));
  await console.picture(`pair-proxy-${name}`);
  await console.review();
  await console.apply("F-IP で待ち受ける", "off");
  await console.dialogClosed();
}

interface Maintenance {
  readonly language: string;
  readonly words: readonly [ask: string, begin: string, end: string];
  /** The unit in maintenance, and the one that serves meanwhile. */
  readonly units: readonly [own: string, other: string];
  readonly isServedBy: (unit: string) => boolean;
}

/** 保守: the unit gives its addresses away and takes none, until that is ended. */
async function maintain(
  t: Test,
  console: ConsolePage,
  { language, words, units, isServedBy }: Maintenance,
): Promise<void> {
  const { page } = console;
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const served = (unit: string) => until(() => isServedBy(unit) || undefined, MOVE_LIMIT_MS);
  await served(units[0]);
  await button(words[0]).click();
  await page.locator("dialog").waitFor();
  await console.picture(`pair-maintenance-question-${language}`);
  await button(words[1]).click();
  await button(words[2]).waitFor({ timeout: MOVE_LIMIT_MS });
  await served(units[1]);
  await console.picture(`pair-maintenance-${language}`);
  t.strictSame(await console.axeFindings(), [], `maintenance: ${language}`);
  await button(words[2]).click();
  await button(words[0]).waitFor({ timeout: MOVE_LIMIT_MS });
}

async function openFirst(pair: ConsolePair, browser: ConsoleBrowser, name: UnitName): Promise<ConsolePage> {
  const console = await browser.open(pair.urlOf(name));
  await console.signInFirst(pair.oneTimePassword(name));
  return console;
}

void t.test(
  "a pair is set up from two browsers, fails over and fails back",
  { skip: needsRoot, timeout: 300_000 },
  async (t) => {
    const pair = await ConsolePair.start(t);
    await using browser = await pair.launchBrowser();
    await using a = await openFirst(pair, browser, "a");
    await using b = await openFirst(pair, browser, "b");

    await setUpRedundancy(a, "a", "active");
    await setUpFloating(a);
    await sees(a, "本サーバ", "稼働系として運用中です。");
    await setUpByKeyboard(b, "b");
    await sees(b, "本サーバ", "待機系として運用中です。");
    await sees(b, "相手サーバ", "稼働系として運用中です。");
    await sees(a, "相手サーバ", "待機系として運用中です。");
    for (const [name, console] of [
      ["a", a],
      ["b", b],
    ] as const) {
      await console.picture(`pair-operation-${name}`);
      t.strictSame(await console.axeFindings(), [], `axe ${name}`);
    }

    for (const [name, console] of [
      ["a", a],
      ["b", b],
    ] as const) {
      await console.goTo("/system/interfaces");
      const [real, floating] = [
        console.page.locator(".address.real"),
        console.page.locator(".address.floating"),
      ];
      t.ok((await real.allTextContents()).some((text) => text.includes(`${REAL[name]} / 255.255.255.0`)));
      t.ok((await floating.allTextContents()).some((text) => text.includes(`${FLOATING} / 255.255.255.0`)));
      await console.picture(`pair-interfaces-${name}`);
      await setUpProxy(console, name);
    }
    t.match(pair.addressesOf("a"), FLOATING);
    t.notMatch(pair.addressesOf("b"), FLOATING);
    t.match(
      pair.get(PROXY, `http://${FLOATING}:${PROXY_PORT}/`),
      "unit-a",
      "a client is served by the active unit",
    );

    // Chapter 5: both units serve the browsers a script, under the floating address.
    for (const [name, console] of [
      ["a", a],
      ["b", b],
    ] as const)
      await setUpWpad(console, name);
    await a.page.getByText("FindProxyForURL").waitFor();
    const [even, odd] = [await evaluated(a, "192.168.0.10"), await evaluated(a, "192.168.0.11")];
    t.not(even, odd, `the last octet decides: ${even} / ${odd}`);
    await a.picture("pair-wpad-a");
    t.strictSame(await a.axeFindings(), []);
    t.match(pair.fetch(`http://${FLOATING}/wpad.dat`), "FindProxyForURL");

    for (const console of [a, b]) await console.goTo("/");
    await a.picture("pair-overview-a");
    t.strictSame(await a.axeFindings(), []);

    // The other unit's pages through this one, with the other unit's own sign-in.
    await a.page.getByRole("link", { name: "この画面から開く" }).click();
    await a.page.getByRole("heading", { name: "unit-b" }).waitFor();
    await a.signIn("admin", ADMIN_PASSWORD);
    await a.page.locator(".brand", { hasText: "unit-b" }).waitFor();
    await a.goTo(REDUNDANCY);
    await sees(a, "本サーバ", "待機系として運用中です。");
    await a.page.goto(pair.urlOf("a"));
    await a.page.locator(".brand", { hasText: "unit-a" }).waitFor();

    await b.goTo(REDUNDANCY);
    await pair.stopUnit("a");
    await sees(b, "本サーバ", "稼働系として運用中です。");
    await b.page.getByText("通信異常:").waitFor({ timeout: MOVE_LIMIT_MS });
    await b.picture("pair-failover-b");
    t.strictSame(await b.axeFindings(), []);
    t.match(pair.addressesOf("b"), FLOATING);
    t.match(
      pair.get(PROXY, `http://${FLOATING}:${PROXY_PORT}/`),
      "unit-b",
      "a client is served by the other unit",
    );
    await a.page.getByText("管理コンソールと切断中").waitFor();
    await a.picture("pair-cut-off-a");

    await pair.startUnit("a");
    await sees(b, "本サーバ", "待機系として運用中です。");
    await sees(b, "相手サーバ", "稼働系として運用中です。");
    await b.picture("pair-failback-b");
    await until(
      async () =>
        pair.get(PROXY, `http://${FLOATING}:${PROXY_PORT}/`).includes("unit-a") ? true : undefined,
      MOVE_LIMIT_MS,
    );
    // The manual, section 4.3: the access log tells which unit served.
    await b.goTo("/system/logs");
    await b.page.locator(".log li", { hasText: CLIENT }).first().waitFor();
    await b.picture("pair-log-b");
    // And the unit's log has the manual's lines of both moves, whether or not the machine has a syslog.
    await b.page.getByRole("button", { name: "ユニットログ" }).click();
    for (const line of [
      `CStrap(6) : Standby System(${REAL.a}) is an Active System renew.`,
      `CStrap(5) : Standby System(${REAL.b}) is a Enable.`,
    ])
      await b.page.locator(".log li", { hasText: line }).first().waitFor();
    await b.picture("pair-unit-log-b");

    await a.page.reload();
    await a.signIn("admin", ADMIN_PASSWORD);
    await a.page.waitForSelector(".frame");
    await a.goTo(REDUNDANCY);
    await a.page.getByRole("button", { name: "相手サーバに引き継ぐ…" }).click();
    await a.picture("pair-hand-over-question");
    await a.page.getByRole("button", { name: "引き継ぐ", exact: true }).click();
    // Given away by hand, the addresses stay there: maintenance of that unit brings them back.
    const isServedBy = (unit: string): boolean =>
      pair.get(PROXY, `http://${FLOATING}:${PROXY_PORT}/`).includes(unit);
    await using english = await browser.open(pair.urlOf("b"), { language: "en" });
    await english.signIn("admin", ADMIN_PASSWORD);
    await english.page.waitForSelector(".frame");
    await english.goTo(REDUNDANCY);
    await maintain(t, english, {
      language: "en",
      words: ["Begin maintenance …", "Begin maintenance", "End maintenance"],
      units: ["unit-b", "unit-a"],
      isServedBy,
    });
    await maintain(t, a, {
      language: "ja",
      words: ["保守を始める…", "保守を始める", "保守を終える"],
      units: ["unit-a", "unit-b"],
      isServedBy,
    });
  },
);
