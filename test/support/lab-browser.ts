/** Real browsers within a host of a test network, told of their proxies by a script. They are not driven: pages report. */
import { type ChildProcess, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestNetwork } from "./namespaces.ts";

export type BrowserName = "chromium" | "firefox";

/** Where the script is; null: the browser has to find out. */
export type ScriptUrl = string | null;

const END_LIMIT_MS = 10_000;

/** No traffic but the test's own. */
const CHROMIUM_WORDS = [
  ...["--headless=new", "--no-sandbox", "--no-first-run", "--disable-gpu", "--disable-quic"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
  ...[
    "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,OptimizationHints",
    "--disable-extensions",
  ],
  "--remote-debugging-port=0",
];

const FIREFOX_PREFERENCES: Readonly<Record<string, string | number | boolean>> = {
  "app.normandy.enabled": false,
  "app.update.enabled": false,
  "browser.aboutwelcome.enabled": false,
  "browser.newtabpage.enabled": false,
  "browser.safebrowsing.blockedURIs.enabled": false,
  "browser.safebrowsing.downloads.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "datareporting.policy.dataSubmissionEnabled": false,
  "dom.security.https_first": false,
  "extensions.getAddons.cache.enabled": false,
  "extensions.systemAddon.update.enabled": false,
  "extensions.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "network.trr.mode": 5,
  "services.settings.server": "",
  "toolkit.telemetry.enabled": false,
  "trailhead.firstrun.didSeeAboutWelcome": true,
};

export class LabBrowser {
  readonly #name: BrowserName;
  readonly #home = mkdtempSync(join(tmpdir(), "futago-browser-"));
  readonly #child: ChildProcess;

  /** Starts it on that page, within that host of the network. */
  constructor(
    name: BrowserName,
    network: TestNetwork,
    host: string,
    what: { readonly script: ScriptUrl; readonly page: string },
  ) {
    this.#name = name;
    const command = name === "chromium" ? this.#chromium(what.script) : this.#firefox(what.script);
    const { PATH = "" } = process.env;
    this.#child = network.program(host, [...command, what.page], {
      PATH,
      HOME: this.#home,
      LANG: "C.UTF-8",
      MOZ_LOG: "timestamp,proxy:5",
      MOZ_LOG_FILE: join(this.#home, "proxy"),
    });
  }

  #chromium(script: ScriptUrl): readonly string[] {
    return [
      "/usr/bin/chromium",
      ...CHROMIUM_WORDS,
      `--user-data-dir=${join(this.#home, "profile")}`,
      `--log-net-log=${join(this.#home, "net.json")}`,
      script === null ? "--proxy-auto-detect" : `--proxy-pac-url=${script}`,
    ];
  }

  #firefox(script: ScriptUrl): readonly string[] {
    const proxy = script === null ? { type: 4 } : { type: 2, autoconfig_url: script };
    const all = {
      ...FIREFOX_PREFERENCES,
      ...Object.fromEntries(Object.entries(proxy).map(([key, value]) => [`network.proxy.${key}`, value])),
    };
    const lines = Object.entries(all).map(
      ([key, value]) => `user_pref(${JSON.stringify(key)}, ${JSON.stringify(value)});\n`,
    );
    writeFileSync(join(this.#home, "user.js"), lines.join(""));
    return ["/usr/bin/firefox-esr", "--headless", "--no-remote", "--profile", this.#home];
  }

  /** Ends it; how often it held a proxy for bad, by its own log. */
  async close(): Promise<number> {
    await this.#end();
    const marks = this.#name === "chromium" ? this.#chromiumMarks() : this.#firefoxMarks();
    rmSync(this.#home, { recursive: true, force: true });
    return marks;
  }

  async #end(): Promise<void> {
    const { pid } = this.#child;
    if (pid === undefined) return;
    const ended = this.#child.exitCode !== null ? Promise.resolve() : once(this.#child, "exit");
    spawnSync("kill", ["-TERM", String(pid)]);
    const timer = setTimeout(() => spawnSync("kill", ["-KILL", "--", `-${pid}`]), END_LIMIT_MS);
    await ended;
    clearTimeout(timer);
    // Its helpers, should it have left any.
    spawnSync("kill", ["-KILL", "--", `-${pid}`], { stdio: "ignore" });
  }

  #chromiumMarks(): number {
    const log = readFileSync(join(this.#home, "net.json"), "utf8");
    const number = /"PROXY_LIST_FALLBACK":(\d+)/.exec(log)?.[1];
    if (number === undefined) throw new Error("the net log does not know PROXY_LIST_FALLBACK");
    return [...log.matchAll(/"type":(\d+)[,}]/g)].filter(([, type]) => type === number).length;
  }

  #firefoxMarks(): number {
    const logs = readdirSync(this.#home).filter(
      (name) => name.startsWith("proxy") && name.endsWith(".moz_log"),
    );
    if (logs.length === 0 || !existsSync(join(this.#home, logs[0] ?? "")))
      throw new Error("Firefox wrote no log");
    const text = logs.map((name) => readFileSync(join(this.#home, name), "utf8")).join("");
    return text.split("DisableProxy ").length - 1;
  }
}
