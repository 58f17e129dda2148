/**
 * Changing settings in the browser: by keyboard alone, two administrators at once, on trial, with faults, and
 * with a session that ends in between. The API is asked what really holds.
 */
import t from "tap";
import { ConsoleBrowser, PAGE_LIMIT_MS } from "#test/support/console-browser.ts";
import { ADMIN_PASSWORD, type RunningConsole, startConsole } from "#test/support/running-console.ts";
import { until } from "#test/support/until.ts";

const REDUNDANCY = "/system/redundancy";

const resources = new AsyncDisposableStack();
t.teardown(() => resources.disposeAsync());
let unit: RunningConsole;
let browser: ConsoleBrowser;

t.before(async () => {
  browser = resources.use(await ConsoleBrowser.launch());
  unit = resources.use(await startConsole({ unit: { name: "unit-a" } }));
});

interface Redundancy {
  readonly role: string;
  readonly count: number;
  readonly port: number;
}

async function redundancyNow(): Promise<Redundancy> {
  const { settings } = await unit.admin.must("settings.read");
  return settings["redundancy"] as Redundancy;
}

t.test("settings are changed by keyboard alone", async (t) => {
  await using console = await browser.openSignedIn(unit.url);
  const { page } = console;
  await console.tabTo(`.nav a[href="#${REDUNDANCY}"]`);
  await page.keyboard.press("Enter");
  await console.settled(REDUNDANCY);
  await console.tabTo('[name="redundancy.role"]');
  await page.keyboard.press("ArrowRight");
  await console.tabTo('[id="redundancy.count"]');
  await page.keyboard.press("Control+A");
  await page.keyboard.type("4");
  await console.tabTo(".save-bar .button.primary");
  await page.keyboard.press("Enter");
  await console.tabTo("dialog input");
  await page.keyboard.type("by keyboard");
  await console.tabTo("dialog select");
  await page.keyboard.press("End");
  await console.tabTo("dialog .button.primary");
  await page.keyboard.press("Enter");
  await console.dialogClosed();
  const { role, count } = await redundancyNow();
  t.strictSame({ role, count }, { role: "standby", count: 4 });
  t.strictSame(console.takeFaults(), []);
});

t.test(
  "what is wrong is said beside the field while it is typed, in the administrator's words",
  async (t) => {
    await using console = await browser.openSignedIn(unit.url);
    await console.goTo(REDUNDANCY);
    await console.fillSetting("redundancy.count", "0");
    const error = console.page.locator('[id="redundancy.count-about"] .error');
    await error.waitFor();
    t.match(await error.textContent(), "0 は使えません。使える値: 1 ～ 100 の整数");
    t.equal(await console.page.getAttribute('[id="redundancy.count"]', "aria-invalid"), "true");
    t.ok(await console.page.locator(".save-bar .button.primary").isDisabled());
    await console.picture("fault");
    await console.fillSetting("redundancy.count", "6");
    await error.waitFor({ state: "detached" });
    t.strictSame(console.takeFaults(), []);
  },
);

t.test("a page with changes is not left without asking", async (t) => {
  await using console = await browser.openSignedIn(unit.url);
  const { page } = console;
  await console.goTo(REDUNDANCY);
  await console.fillSetting("redundancy.count", "7");
  const link = page.locator('.nav a[href="#/packages"]');
  await link.click();
  await page.locator("dialog .button").first().click();
  t.equal(await page.inputValue('[id="redundancy.count"]'), "7", "what was typed is still there");
  await link.click();
  await page.locator("dialog .button.danger").click();
  await console.settled("/packages");
  t.not((await redundancyNow()).count, 7);
});

t.test("two administrators change different settings: both changes hold", async (t) => {
  await using first = await browser.openSignedIn(unit.url);
  await using second = await browser.openSignedIn(unit.url);
  for (const console of [first, second]) await console.goTo(REDUNDANCY);
  await second.fillSetting("redundancy.port", "7911");
  await first.fillSetting("redundancy.count", "8");
  await first.review();
  await first.apply("first", "off");
  await first.dialogClosed();
  await second.page.getByRole("button", { name: "変更を取り込む" }).click();
  await second.picture("merge");
  await second.page.locator("dialog .button.primary").click();
  await second.dialogClosed();
  t.equal(await second.page.inputValue('[id="redundancy.count"]'), "8");
  await second.review();
  await second.apply("second", "off");
  await second.dialogClosed();
  const { count, port } = await redundancyNow();
  t.strictSame({ count, port }, { count: 8, port: 7911 });
});

t.test(
  "an apply that comes too late is answered 412 and becomes a merge, in which nothing is lost",
  async (t) => {
    await using first = await browser.openSignedIn(unit.url);
    await using second = await browser.openSignedIn(unit.url);
    for (const console of [first, second]) await console.goTo(REDUNDANCY);
    await second.fillSetting("redundancy.count", "9");
    await second.fillSetting("redundancy.port", "7912");
    await second.review();
    await first.fillSetting("redundancy.count", "10");
    await first.review();
    await first.apply("faster", "off");
    await first.dialogClosed();
    await second.apply("late", "off");
    await second.page.getByText("両方が変更した項目があります").waitFor();
    t.strictSame(second.takeFaults(), ["412 POST /api/v1/settings/generations"]);
    await second.picture("conflict");
    t.strictSame(await second.axeFindings(), []);
    await second.page.locator("dialog fieldset input[type=radio]").nth(1).check();
    await second.page.locator("dialog .button.primary").click();
    await second.dialogClosed();
    t.equal(await second.page.inputValue('[id="redundancy.count"]'), "10", "theirs was chosen");
    t.equal(await second.page.inputValue('[id="redundancy.port"]'), "7912", "mine is still there");
    await second.review();
    await second.apply("merged", "off");
    await second.dialogClosed();
    const { count, port } = await redundancyNow();
    t.strictSame({ count, port }, { count: 10, port: 7912 });
  },
);

t.test("a change on trial comes back when it is rolled back, and stays when it is kept", async (t) => {
  await using console = await browser.openSignedIn(unit.url);
  const { page } = console;
  await console.goTo(REDUNDANCY);
  for (const [decision, wanted] of [
    ["今すぐ元に戻す", 10],
    ["この変更を確定する", 11],
  ] as const) {
    await console.fillSetting("redundancy.count", "11");
    await console.review();
    await console.apply("a trial", "120");
    await console.dialogClosed();
    const button = page.getByRole("button", { name: decision });
    await button.waitFor();
    await console.picture(`trial-${wanted}`);
    t.strictSame(await console.axeFindings(), []);
    await button.click();
    await button.waitFor({ state: "detached" });
    t.equal((await redundancyNow()).count, wanted);
    // The form follows what holds.
    await until(
      async () => ((await page.inputValue('[id="redundancy.count"]')) === String(wanted) ? true : undefined),
      PAGE_LIMIT_MS,
    );
  }
  t.strictSame(console.takeFaults(), []);
});

t.test("a session that ends leaves what was entered in place", async (t) => {
  await using console = await browser.openSignedIn(unit.url);
  const { page } = console;
  await console.goTo(REDUNDANCY);
  await console.fillSetting("redundancy.port", "7999");
  await page.locator(".save-bar .button.primary:not(:disabled)").waitFor();
  await page.context().clearCookies();
  await page.getByRole("button", { name: "下書きとして保存" }).click();
  await page.getByText("もう一度サインインしてください").waitFor();
  await console.picture("signed-out");
  await console.signIn("admin", ADMIN_PASSWORD);
  await console.dialogClosed();
  t.equal(await page.inputValue('[id="redundancy.port"]'), "7999");
});

t.test("the history shows who changed what and brings any generation back", async (t) => {
  await using console = await browser.openSignedIn(unit.url);
  const { page } = console;
  await console.goTo("/administrators/history");
  const row = page.locator("tbody tr", { hasText: "by keyboard" });
  await row.getByRole("button").click();
  await page.locator("dialog .difference").nth(1).waitFor();
  await console.picture("generation");
  t.strictSame(await console.axeFindings(), []);
  await console.apply("back to the keyboard", "off");
  await console.dialogClosed();
  t.equal((await redundancyNow()).count, 4);
  t.strictSame(console.takeFaults(), []);
});

t.test("sign-in says what is wrong and how long it is locked", async (t) => {
  await using console = await browser.open(unit.url);
  await console.signIn("nobody", "wrong wrong wrong");
  await console.page.getByText("利用者名、パスワードまたはコードが違います").waitFor();
  await console.picture("sign-in-refused");
  t.strictSame(await console.axeFindings(), []);
  for (let attempt = 0; attempt < 8; attempt += 1) {
    await console.signIn("nobody", "wrong wrong wrong");
    const isLocked = await console.page
      .getByText("しばらくサインインできません")
      .waitFor({ timeout: 1_000 })
      .then(() => true)
      .catch(() => false);
    if (isLocked) return;
  }
  t.fail("eight failures did not lock the account");
});
