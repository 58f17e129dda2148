/** Chromium for the console's tests: administrators with a browser each, and what went wrong on their pages. */
import { existsSync, globSync, mkdirSync, statSync } from "node:fs";
import axe from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { bundleConsole } from "#appliance/firmware/bundle-console.ts";
import { ADMIN_PASSWORD } from "./running-console.ts";
import { until } from "./until.ts";

const CHROMIUM = "/usr/bin/chromium";
const PAGES_FOLDER = "dist/console";
const SCREENSHOTS = ".state/screenshots/console";
/** A machine that does many things at once may be slow; a page that never comes is a failure. */
export const PAGE_LIMIT_MS = 20_000;

const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

const TABS_MAX = 150;

export interface BrowserLook {
  readonly language?: "ja" | "en";
  readonly theme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
}

/** A console built from other pages than these would be tested otherwise. */
export async function buildPages(): Promise<void> {
  const index = `${PAGES_FOLDER}/index.html`;
  const built = existsSync(index) ? statSync(index).mtimeMs : 0;
  const sources = globSync("console/{ui,contract}/**/*.{ts,tsx,css,html,svg}");
  if (sources.some((path) => statSync(path).mtimeMs > built)) await bundleConsole(PAGES_FOLDER);
}

export class ConsoleBrowser implements AsyncDisposable {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** `executable`: another program that starts Chromium, such as one that changes the network namespace. */
  static async launch(executable: string = CHROMIUM): Promise<ConsoleBrowser> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await buildPages();
    const browser = await chromium.launch({
      executablePath: executable,
      // Tests may run as root, where Chromium has no sandbox of its own.
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
      ],
    });
    return new ConsoleBrowser(browser);
  }

  /** A browser of its own, at the door of a console. */
  async open(url: string, look: BrowserLook = {}): Promise<ConsolePage> {
    const { language = "ja", theme = "light", width = 1280, height = 900 } = look;
    const context = await this.#browser.newContext({
      viewport: { width, height },
      locale: language === "ja" ? "ja-JP" : "en-US",
      colorScheme: theme,
      timezoneId: "Asia/Tokyo",
      ignoreHTTPSErrors: true,
    });
    const console = new ConsolePage(context, await context.newPage());
    await console.page.goto(url, { timeout: PAGE_LIMIT_MS });
    return console;
  }

  /** As `open`, with the administrator signed in. */
  async openSignedIn(url: string, look: BrowserLook = {}): Promise<ConsolePage> {
    const console = await this.open(url, look);
    await console.signIn("admin", ADMIN_PASSWORD);
    await console.page.waitForSelector(".frame", { timeout: PAGE_LIMIT_MS });
    return console;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#browser.close();
  }
}

export class ConsolePage implements AsyncDisposable {
  readonly page: Page;
  readonly #context: BrowserContext;
  #faults: string[] = [];

  constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    page.setDefaultTimeout(PAGE_LIMIT_MS);
    page.on("pageerror", (error) => this.#faults.push(`error: ${error.message}`));
    page.on("console", (message) => {
      // A refused request is told with its status below.
      const isRefusal = message.text().startsWith("Failed to load resource");
      if (message.type() === "error" && !isRefusal) this.#faults.push(`console: ${message.text()}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 400)
        this.#faults.push(
          `${response.status()} ${response.request().method()} ${new URL(response.url()).pathname}`,
        );
    });
    page.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (
        protocol.startsWith("http") &&
        origin !== new URL(page.url()).origin &&
        page.url() !== "about:blank"
      )
        this.#faults.push(`elsewhere: ${request.url()}`);
    });
  }

  /** What has gone wrong since this was last asked. */
  takeFaults(): readonly string[] {
    const faults = this.#faults;
    this.#faults = [];
    return faults;
  }

  async signIn(user: string, password: string): Promise<void> {
    await this.page.fill("input[autocomplete=username]", user);
    await this.page.fill("input[autocomplete=current-password]", password);
    await this.page.keyboard.press("Enter");
  }

  /** The first sign-in: the one-time password must be changed. */
  async signInFirst(oneTimePassword: string): Promise<void> {
    await this.signIn("admin", oneTimePassword);
    const [next, again] = [
      this.page.locator("input[autocomplete=new-password]").nth(0),
      this.page.locator("input[autocomplete=new-password]").nth(1),
    ];
    // Both forms have a field for the present password.
    await next.waitFor();
    await this.page.locator("input[autocomplete=current-password]").fill(oneTimePassword);
    await next.fill(ADMIN_PASSWORD);
    await again.fill(ADMIN_PASSWORD);
    await again.press("Enter");
    await this.page.waitForSelector(".frame");
  }

  /** Goes to a page and waits until nothing on it is being loaded. */
  async goTo(path: string): Promise<void> {
    await this.page.evaluate(`window.location.hash = ${JSON.stringify(`#${path}`)}`);
    await this.settled(path);
  }

  async settled(path: string): Promise<void> {
    const hash = JSON.stringify(`#${path}`);
    const isHere = `[${hash}, ${path === "/" ? '""' : hash}].includes(window.location.hash)`;
    const current = JSON.stringify(`.nav a[aria-current=page][href="#${path}"]`);
    // Waiting within the page would need eval, which the content security policy forbids.
    const isSettled = `${isHere} && document.querySelector(${current}) !== null &&
      document.querySelector(".main .page-head ~ *") !== null && document.querySelector(".waiting") === null`;
    await until(
      async () => ((await this.page.evaluate<boolean>(isSettled)) ? true : undefined),
      PAGE_LIMIT_MS,
    );
  }

  /** Presses Tab until what has the focus is described by the selector and may be used. */
  async tabTo(selector: string): Promise<void> {
    await this.page.locator(`:is(${selector}):not(:disabled)`).first().waitFor();
    const isThere = `document.activeElement?.matches(${JSON.stringify(selector)}) === true`;
    for (let pressed = 0; pressed < TABS_MAX; pressed += 1) {
      if (await this.page.evaluate<boolean>(isThere)) return;
      await this.page.keyboard.press("Tab");
    }
    throw new Error(`${selector} was not reached with ${TABS_MAX} tabs`);
  }

  /** Fills a field of a settings form, found by the setting's path. */
  async fillSetting(path: string, text: string): Promise<void> {
    await this.page.fill(`[id="${path}"]`, text);
  }

  /** Presses the button that opens the review, once the server has judged the draft. */
  async review(): Promise<void> {
    await this.page.locator(".save-bar .button.primary:not(:disabled)").click();
    await this.page.locator("dialog").waitFor();
  }

  /** In the review: the reason, for how many seconds it is on trial ("off" for good), and the deed. */
  async apply(reason: string, trial: string): Promise<void> {
    await this.page.locator("dialog input").first().fill(reason);
    await this.page.locator("dialog select").selectOption(trial);
    await this.page.locator("dialog .button.primary").click();
  }

  async dialogClosed(): Promise<void> {
    await this.page.waitForSelector("dialog", { state: "detached" });
  }

  /** The whole page as a picture, as high as it is. */
  async picture(name: string): Promise<void> {
    const size = this.page.viewportSize();
    const height = await this.page.evaluate<number>("document.documentElement.scrollHeight");
    if (size !== null)
      await this.page.setViewportSize({ width: size.width, height: Math.max(size.height, height) });
    await this.page.screenshot({ path: `${SCREENSHOTS}/${name}.png` });
    if (size !== null) await this.page.setViewportSize(size);
  }

  /** Serious findings of axe-core, each with where it is. */
  async axeFindings(): Promise<readonly string[]> {
    await this.page.evaluate(axe.source);
    const found = await this.page.evaluate<readonly Violation[]>(
      `axe.run(document, { runOnly: ${JSON.stringify(AXE_TAGS)} }).then(({ violations }) => violations)`,
    );
    return found
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#context.close();
  }
}
