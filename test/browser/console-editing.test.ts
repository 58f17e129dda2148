/**
 * Changing settings in the browser: by keyboard alone, two administrators at once, on trial, with faults, and
 * with a session that ends in between. The API is asked what really holds.
 */
import t from "tap";
import { ConsoleBrowser, type ConsolePage, PAGE_LIMIT_MS } from "#test/support/console-browser.ts";
import { ADMIN_PASSWORD, type RunningConsole, startConsole } from "#test/support/running-console.ts";
import { until } from "#test/support/until.ts";

const REDUNDANCY = "/system/redundancy";
const TABS_MAX = 120;

const resources = new AsyncDisposableStack();
t.teardown(() => resources.disposeAsync());
let unit: RunningConsole;
let browser: ConsoleBrowser;

t.before(async () => {
  browser = resources.use(await ConsoleBrowser.launch());
  unit = resources.use(await startConsole({ unit: { name: "unit-a" } }));
});

interface Redundancy {
  readonly enabled: boolean;
  readonly role: string;
  readonly peerAddress?: string;
  readonly intervalMs: number;
  readonly count: number;
  readonly port: number;
}

async function redundancyNow(): Promise<Redundancy> {
  const { settings } = await unit.admin.must("settings.read");
  return settings["redundancy"] as Redundancy;
}

/** Presses Tab until what has the focus is described by the selector. */
async function tabTo({ page }: ConsolePage, selector: string): Promise<void> {
  const isThere = `document.activeElement?.matches(${JSON.stringify(selector)}) === true`;
  for (let pressed = 0; pressed < TABS_MAX; pressed += 1) {
    if (await page.evaluate<boolean>(isThere)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${selector} was not reached with ${TABS_MAX} tabs`);
}

/** Fills a field of a settings form, found by its path. */
const fill = ({ page }: ConsolePage, path: string, text: string): Promise<void> =>
  page.fill(`[id="${path}"]`, text);

/** The button that opens the review, once the server has judged the draft. */
const review = ({ page }: ConsolePage): Promise<void> =>
  page.locator(".save-bar .button.primary:not(:disabled)").click();

/** In the review: the reason, whether there is a trial, and the deed. */
async function apply({ page }: ConsolePage, reason: string, trial: string): Promise<void> {
  await page.locator("dialog input").first().fill(reason);
  await page.locator("dialog select").selectOption(trial);
  await page.locator("dialog .button.primary").click();
}

const closed = ({ page }: ConsolePage): Promise<void> =>
  page.waitForSelector("dialog", { state: "detached" }) as Promise<unknown> as Promise<void>;

t.test("redundancy is set up by keyboard alone", async (t) => {
  await using console = await browser.openSignedIn(unit.url);
  const { page } = console;
  await tabTo(console, `.nav a[href="#${REDUNDANCY}"]`);
  await page.keyboard.press("Enter");
  await console.settled(REDUNDANCY);
  await tabTo(console, '[name="redundancy.enabled"]');
  await page.keyboard.press("ArrowLeft");
  await tabTo(console, '[name="redundancy.role"]');
  await page.keyboard.press("ArrowRight");
  await tabTo(console, '[id="redundancy.peerAddress"]');
  await page.keyboard.type("192.0.2.2");
  await tabTo(console, '[id="redundancy.count"]');
  await page.keyboard.press("Control+A");
  await page.keyboard.type("4");
  await page.locator(".save-bar .button.primary:not(:disabled)").waitFor();
  await tabTo(console, ".save-bar .button.primary");
  await page.keyboard.press("Enter");
  await page.locator("dialog").waitFor();
  await tabTo(console, "dialog input");
  await page.keyboard.type("by keyboard");
  await tabTo(console, "dialog select");
  await page.keyboard.press("End");
  await tabTo(console, "dialog .button.primary");
  await page.keyboard.press("Enter");
  await closed(console);
  const { enabled, role, peerAddress, count } = await redundancyNow();
  t.strictSame(
    { enabled, role, peerAddress, count },
    { enabled: true, role: "standby", peerAddress: "192.0.2.2", count: 4 },
  );
  await page.getByText("現在のシステム運用状況").waitFor();
  await console.picture("redundancy-set-up");
  t.strictSame(console.takeFaults(), []);
});

t.test(
  "what is wrong is said beside the field while it is typed, in the administrator's words",
  async (t) => {
    await using console = await browser.openSignedIn(unit.url);
    await console.goTo(REDUNDANCY);
    await fill(console, "redundancy.count", "0");
    const error = console.page.locator('[id="redundancy.count-about"] .error');
    await error.waitFor();
    t.match(await error.textContent(), "0 は使えません。使える値: 1 ～ 100 の整数");
    t.equal(await console.page.getAttribute('[id="redundancy.count"]', "aria-invalid"), "true");
    t.ok(await console.page.locator(".save-bar .button.primary").isDisabled());
    await console.picture("fault");
    await fill(console, "redundancy.count", "6");
    await error.waitFor({ state: "detached" });
    t.strictSame(console.takeFaults(), []);
  },
);

t.test("a page with changes is not left without asking", async (t) => {
  await using console = await browser.openSignedIn(unit.url);
  const { page } = console;
  await console.goTo(REDUNDANCY);
  await fill(console, "redundancy.count", "7");
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
  await fill(second, "redundancy.port", "7911");
  await fill(first, "redundancy.count", "8");
  await review(first);
  await apply(first, "first", "off");
  await closed(first);
  await second.page.getByRole("button", { name: "変更を取り込む" }).click();
  await second.picture("merge");
  await second.page.locator("dialog .button.primary").click();
  await closed(second);
  t.equal(await second.page.inputValue('[id="redundancy.count"]'), "8");
  await review(second);
  await apply(second, "second", "off");
  await closed(second);
  const { count, port } = await redundancyNow();
  t.strictSame({ count, port }, { count: 8, port: 7911 });
});

t.test(
  "an apply that comes too late is answered 412 and becomes a merge, in which nothing is lost",
  async (t) => {
    await using first = await browser.openSignedIn(unit.url);
    await using second = await browser.openSignedIn(unit.url);
    for (const console of [first, second]) await console.goTo(REDUNDANCY);
    await fill(second, "redundancy.count", "9");
    await fill(second, "redundancy.port", "7912");
    await review(second);
    await second.page.locator("dialog").waitFor();
    await fill(first, "redundancy.count", "10");
    await review(first);
    await apply(first, "faster", "off");
    await closed(first);
    await apply(second, "late", "off");
    await second.page.getByText("両方が変更した項目があります").waitFor();
    t.strictSame(second.takeFaults(), ["412 POST /api/v1/settings/generations"]);
    await second.picture("conflict");
    t.strictSame(await second.axeFindings(), []);
    await second.page.locator("dialog fieldset input[type=radio]").nth(1).check();
    await second.page.locator("dialog .button.primary").click();
    await closed(second);
    t.equal(await second.page.inputValue('[id="redundancy.count"]'), "10", "theirs was chosen");
    t.equal(await second.page.inputValue('[id="redundancy.port"]'), "7912", "mine is still there");
    await review(second);
    await apply(second, "merged", "off");
    await closed(second);
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
    await fill(console, "redundancy.count", "11");
    await review(console);
    await apply(console, "a trial", "120");
    await closed(console);
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
  await fill(console, "redundancy.port", "7999");
  await page.context().clearCookies();
  await fill(console, "redundancy.count", "12");
  await page.getByText("もう一度サインインしてください").waitFor();
  await console.signIn("admin", ADMIN_PASSWORD);
  await closed(console);
  t.equal(await page.inputValue('[id="redundancy.port"]'), "7999");
  t.equal(await page.inputValue('[id="redundancy.count"]'), "12");
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
  await apply(console, "back to the keyboard", "off");
  await closed(console);
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
