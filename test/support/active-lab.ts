/** Two whole units in active-active use, an origin and clients with browsers, on a bridge of their own. Root only. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Test } from "tap";
import { callControl } from "#control/client.ts";
import type { PairGroupAnswer, StatusAnswer } from "#control/contract.ts";
import { type BrowserName, LabBrowser, type ScriptUrl } from "./lab-browser.ts";
import { TestNetwork } from "./namespaces.ts";
import { otherUnit, type UnitName } from "./pair-settings.ts";
import { futagoProgram } from "./running-proxy.ts";
import { until } from "./until.ts";

const UNITS = { a: "10.8.0.1", b: "10.8.0.2" } as const;
const FLOATING = { a: "10.8.0.100", b: "10.8.0.101" } as const;
const ORIGIN = "10.8.0.9";
/** Clients by their last octets: two even, two odd. */
export const CLIENTS = [10, 11, 12, 13] as const;
const PAGES = "www.pages.test";
const PROXY_PORT = 3_128;
const LIMIT_MS = 150_000;
const LOG_LIMIT_MS = 15_000;
const HOMES = { a: "active", b: "standby" } as const;

const SCRIPT_URL = `http://${FLOATING.a}/wpad.dat`;

export class ActiveLab {
  readonly network: TestNetwork;
  readonly #t: Test;
  readonly #folder = mkdtempSync(join(tmpdir(), "futago-lab-"));
  readonly #wpad: object;
  readonly #oneEach: boolean;
  readonly #programs = new Map<UnitName, ChildProcess>();
  readonly #seen: string[] = [];
  #pages = 0;

  private constructor(t: Test, wpad: object, oneEach: boolean) {
    this.#t = t;
    // The last to be torn down is what comes first: units write to their folders until they have ended.
    t.teardown(() => rmSync(this.#folder, { recursive: true, force: true }));
    this.network = new TestNetwork(t);
    this.#wpad = wpad;
    this.#oneEach = oneEach;
  }

  /** Both units serve, each floating address is at home. `oneEach`: each unit has one; else there is only that of unit a. */
  static async start(t: Test, wpad: object = {}, oneEach = false): Promise<ActiveLab> {
    const lab = new ActiveLab(t, wpad, oneEach);
    for (const name of ["a", "b"] as const) lab.network.addHost(name, `${UNITS[name]}/24`);
    lab.network.addHost("origin", `${ORIGIN}/24`);
    for (const octet of CLIENTS) {
      const host = `c${octet}`;
      lab.network.addHost(host, `10.8.0.${octet}/24`);
      // Browsers ask nobody where no route leads out.
      lab.network.ip(host, "route", "add", "default", "via", ORIGIN);
      lab.network.resolver(host, `search corp.test\nnameserver ${ORIGIN}\n`);
    }
    await lab.#startOrigin();
    for (const name of ["a", "b"] as const) lab.startUnit(name);
    await lab.settled();
    return lab;
  }

  async #startOrigin(): Promise<void> {
    const names = { [PAGES]: ORIGIN, "wpad.corp.test": FLOATING.a };
    const words = ["test/support/lab-origin.ts", ORIGIN, JSON.stringify(names)];
    const origin = this.network.node("origin", words, true);
    await once(origin, "message");
    origin.on("message", (path) => this.#seen.push(String(path)));
  }

  #redundancy(name: UnitName): object {
    return {
      enabled: true,
      role: HOMES[name],
      peerAddress: UNITS[otherUnit(name)],
      intervalMs: 100,
      count: 3,
      leaseMs: 2_000,
      failback: { mode: "at-once", holdMs: 200 },
      floatingAddresses: this.#homes.map((home) => ({
        address: FLOATING[home],
        prefixLength: 24,
        interface: "eth0",
        home: HOMES[home],
      })),
    };
  }

  /** The units that have a floating address. */
  get #homes(): readonly UnitName[] {
    return this.#oneEach ? ["a", "b"] : ["a"];
  }

  /** Starts all that a unit runs. */
  startUnit(name: UnitName): void {
    const proxies = (["a", "b"] as const).map((each) => ({
      name: each,
      host: UNITS[each],
      floatingHost: FLOATING[each],
      unit: each === name ? "this" : "peer",
    }));
    const wpad = {
      enabled: true,
      listen: [{ address: FLOATING.a, port: 80 }],
      hosts: [".corp.test", "wpad"],
      proxies,
      ...this.#wpad,
    };
    const settings = {
      unit: { name: `unit-${name}` },
      listen: [{ address: "0.0.0.0", port: PROXY_PORT }],
      workers: 1,
      clients: { allowedNetworks: ["10.8.0.0/24", "127.0.0.0/8"] },
      egress: { allow: [{ network: "10.8.0.0/24" }] },
      dns: { servers: [ORIGIN] },
      cache: { enabled: false },
      accessLog: { format: "json" },
      redundancy: this.#redundancy(name),
      wpad,
    };
    const folder = this.#folderOf(name);
    mkdirSync(folder, { recursive: true });
    const file = join(folder, "settings.json");
    writeFileSync(file, JSON.stringify(settings));
    const words = [futagoProgram(), "run", "--settings", file, "--state", folder];
    const program = this.network.node(name, words);
    program.stdout?.resume();
    program.stderr?.resume();
    this.#programs.set(name, program);
  }

  #folderOf(name: UnitName): string {
    return join(this.#folder, name);
  }

  /** A unit dies: without it the processes beside it end as well. */
  kill(name: UnitName): void {
    this.#programs.get(name)?.kill("SIGKILL");
  }

  /** A unit is gone from the network, as when it loses its power. */
  vanish(name: UnitName): void {
    this.network.forward(name, "off");
  }

  /** And it is back. */
  reappear(name: UnitName): void {
    this.network.forward(name, "on");
  }

  async status(name: UnitName): Promise<StatusAnswer | null> {
    const answer = await callControl(join(this.#folderOf(name), "control.sock"), { command: "status" });
    return answer.ok ? answer.value : null;
  }

  /** The floating address that is at home on `home`, as `name` sees it. */
  async pairStatus(name: UnitName, home: UnitName = "a"): Promise<PairGroupAnswer | null> {
    const path = join(this.#folderOf(name), "heartbeat.sock");
    const answer = await callControl(path, { command: "pair-status" });
    if (!answer.ok) return null;
    return home === "a" ? answer.value : answer.value.second;
  }

  /** Resolves when `name` holds the address that is at home on `home`. */
  async holds(name: UnitName, home: UnitName = "a"): Promise<void> {
    await until(async () => (await this.pairStatus(name, home))?.own.holds || undefined, LIMIT_MS);
  }

  /** Resolves when both units are well, serve scripts and see each other, and each address is at home. */
  async settled(): Promise<void> {
    for (const home of this.#homes) await this.holds(home, home);
    for (const name of ["a", "b"] as const)
      await until(async () => {
        const wpad = (await this.status(name))?.wpad;
        return (wpad?.thisUnit === "well" && wpad.peerUnit === "well") || undefined;
      }, LIMIT_MS);
  }

  /** Opens the page of 50 objects in a new browser of a client. */
  open(name: BrowserName, client: number, script: ScriptUrl = SCRIPT_URL): OpenPage {
    this.#pages += 1;
    const id = `p${this.#pages}`;
    const page = `http://${PAGES}/page?id=${id}`;
    const browser = new LabBrowser(name, this.network, `c${client}`, { script, page });
    return new OpenPage(this.#t, id, browser, this.#seen);
  }

  /** Resolves with true once the unit has logged at least that many of the page's objects. */
  hasServed(name: UnitName, page: OpenPage, count: number): Promise<true> {
    return until(async () => (await this.servedBy(page))[name] >= count || undefined, LOG_LIMIT_MS);
  }

  /** Whose proxy logged how many of the page's requests. */
  async servedBy(page: OpenPage): Promise<Readonly<Record<UnitName, number>>> {
    const count = (name: UnitName): number => {
      const file = join(this.#folderOf(name), "log", "access.log");
      const text = existsSync(file) ? readFileSync(file, "utf8") : "";
      return text.split("\n").filter((line) => line.includes(`id=${page.id}"`) && line.includes("/object/"))
        .length;
    };
    return { a: count("a"), b: count("b") };
  }
}

/** A page that loads in a browser, as the origin hears of it. */
export class OpenPage {
  readonly id: string;
  readonly #browser: LabBrowser;
  readonly #seen: readonly string[];
  #marks: Promise<number> | null = null;

  constructor(t: Test, id: string, browser: LabBrowser, seen: readonly string[]) {
    this.id = id;
    this.#browser = browser;
    this.#seen = seen;
    t.teardown(() => this.close());
  }

  /** Resolves when half of the objects have been shown. */
  async half(): Promise<void> {
    await this.#reported(/^half$/);
  }

  /** How many objects were shown, once the page has tried them all. */
  async done(): Promise<number> {
    return Number((await this.#reported(/^done-\d+$/)).slice("done-".length));
  }

  /** Ends the browser; how often it held a proxy for bad. */
  close(): Promise<number> {
    this.#marks ??= this.#browser.close();
    return this.#marks;
  }

  async #reported(wanted: RegExp): Promise<string> {
    const suffix = `?id=${this.id}`;
    const reports = (): readonly string[] =>
      this.#seen
        .filter((path) => path.startsWith("/report/") && path.endsWith(suffix))
        .map((path) => path.slice("/report/".length, -suffix.length));
    return until(() => reports().find((report) => wanted.test(report)), LIMIT_MS);
  }
}
