/**
 * Every page of the console in Chromium against the real daemons: in both languages, narrow and wide, light and
 * dark; without an error, a refused request or a serious finding of axe-core. Pictures of all are kept.
 */
import t from "tap";
import { ConsoleBrowser, type ConsolePage } from "#test/support/console-browser.ts";
import { type RunningConsole, startConsole } from "#test/support/running-console.ts";

const resources = new AsyncDisposableStack();
t.teardown(() => resources.disposeAsync());
let unit: RunningConsole;
let browser: ConsoleBrowser;
let paths: readonly string[];

t.before(async () => {
  browser = resources.use(await ConsoleBrowser.launch());
  unit = resources.use(await startConsole({ unit: { name: "unit-a" } }));
});

const nameOf = (path: string): string => (path === "/" ? "overview" : path.slice(1).replaceAll("/", "-"));

const isWiderThanWindow = (console: ConsolePage): Promise<boolean> =>
  console.page.evaluate<boolean>(
    "document.documentElement.scrollWidth > document.documentElement.clientWidth",
  );

t.test("the navigation of an administrator names every page", async (t) => {
  await using console = await browser.openSignedIn(unit.url);
  paths = await console.page.$$eval(".nav a", (links) =>
    links.map((link) => (link.getAttribute("href") ?? "").slice(1)),
  );
  t.ok(paths.length >= 30, `${paths.length}`);
  t.strictSame(console.takeFaults(), []);
});

for (const look of [
  { language: "ja", theme: "light", width: 1280, height: 900 },
  { language: "en", theme: "dark", width: 360, height: 740 },
] as const) {
  const { language, theme, width } = look;
  t.test(
    `every page comes, fits, is clean and accessible: ${language}, ${theme}, ${width} pixels`,
    async (t) => {
      await using console = await browser.openSignedIn(unit.url, look);
      for (const path of paths) {
        await console.goTo(path);
        await console.picture(`${nameOf(path)}-${language}-${theme}-${width}`);
        t.strictSame(await console.axeFindings(), [], `${path}: axe`);
        t.strictSame(console.takeFaults(), [], `${path}: faults`);
        t.notOk(await isWiderThanWindow(console), `${path}: fits`);
        const words = (await console.page.locator(".main").textContent()) ?? "";
        if (language === "en") t.notMatch(words, /[\u3040-\u30ff]/, `${path}: English`);
        else t.match(words, /[\u3040-\u30ff\u4e00-\u9fff]/, `${path}: Japanese`);
      }
    },
  );
}

t.test("on a 4K screen pages use the room", async (t) => {
  await using console = await browser.openSignedIn(unit.url, { width: 3840, height: 2160 });
  for (const path of ["/", "/system/redundancy", "/system/cpu", "/system/logs"]) {
    await console.goTo(path);
    await console.picture(`${nameOf(path)}-3840`);
    const { width } = (await console.page.locator(".main").boundingBox()) ?? { width: 0 };
    t.ok(width > 1_800, `${path}: ${width}`);
  }
  t.strictSame(console.takeFaults(), []);
});

t.test("whoever may only look is offered nothing else", async (t) => {
  await unit.admin.must("users.create", {
    body: { user: "viewer", role: "read-only", password: "a first password 1" },
  });
  const viewer = unit.newClient();
  await viewer.signIn("viewer", "a first password 1");
  await viewer.must("account.password", {
    body: { current: "a first password 1", next: "only looking 12345" },
  });
  await using console = await browser.open(unit.url);
  await console.signIn("viewer", "only looking 12345");
  await console.page.waitForSelector(".frame");
  const seen = await console.page.$$eval(".nav a", (links) => links.map((link) => link.getAttribute("href")));
  t.notOk(seen.includes("#/administrators/users"));
  t.ok(seen.includes("#/system/redundancy"));
  await console.goTo("/system/redundancy");
  t.equal(await console.page.locator(".save-bar").count(), 0);
  t.ok(await console.page.locator("input[type=radio]").first().isDisabled());
  t.strictSame(console.takeFaults(), []);
});
