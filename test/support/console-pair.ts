/**
 * Two fresh units and a client on a bridge of their own, with the manual's addresses, and a browser on the
 * client: what chapter 1 of the manual leaves behind. Root only.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Test } from "tap";
import { buildPages, ConsoleBrowser } from "./console-browser.ts";
import { TestNetwork } from "./namespaces.ts";
import { until } from "./until.ts";

export type UnitName = "a" | "b";

export const REAL = { a: "192.168.0.1", b: "192.168.0.2" } as const;
export const FLOATING = "192.168.0.100";
export const CLIENT = "192.168.0.3";
export const PROXY_PORT = 8_081;
const CONSOLE_PORT = 8_443;
const START_LIMIT_MS = 40_000;
const CURL_LIMIT_S = 3;

interface Running {
  readonly process: ChildProcess;
  output: string;
}

/** What the set-up of chapter 1 leaves: real addresses, nothing of a pair. */
const initialSettings = (name: UnitName): object => ({
  unit: { name: `unit-${name}` },
  workers: 1,
  listen: [{ address: REAL[name], port: PROXY_PORT }],
  clients: { allowedNetworks: ["127.0.0.0/8", "192.168.0.0/24"] },
  console: { listen: [{ address: REAL[name], port: CONSOLE_PORT }] },
});

export class ConsolePair {
  readonly network: TestNetwork;
  readonly #folder = mkdtempSync(join(tmpdir(), "futago-walk-"));
  readonly #units = new Map<UnitName, Running>();

  private constructor(t: Test) {
    // The last to be torn down is what comes first: units write to their folders until they have ended.
    t.teardown(() => rmSync(this.#folder, { recursive: true, force: true }));
    this.network = new TestNetwork(t);
  }

  /** `redundancy`: a pair from the start. */
  static async start(t: Test, redundancy: (name: UnitName) => object = () => ({})): Promise<ConsolePair> {
    // Consoles read their pages when they start.
    await buildPages();
    const pair = new ConsolePair(t);
    pair.network.addHost("a", `${REAL.a}/24`);
    pair.network.addHost("b", `${REAL.b}/24`);
    pair.network.addHost("client", `${CLIENT}/24`);
    for (const name of ["a", "b"] as const) {
      const settings = { ...initialSettings(name), redundancy: redundancy(name) };
      mkdirSync(pair.#stateOf(name));
      writeFileSync(join(pair.#stateOf(name), "settings.json"), JSON.stringify(settings));
      await pair.startUnit(name);
    }
    return pair;
  }

  urlOf(name: UnitName): string {
    return `https://${REAL[name]}:${CONSOLE_PORT}/`;
  }

  /** The password that the unit printed at its first start. */
  oneTimePassword(name: UnitName): string {
    return /one-time password (\S+)/.exec(this.#units.get(name)?.output ?? "")?.[1] ?? "";
  }

  /** Starts a unit and waits until its console answers. */
  async startUnit(name: UnitName): Promise<void> {
    const words = ["appliance/cli/futago.ts", "run", "--state", this.#stateOf(name)];
    const running: Running = { process: this.network.node(name, words), output: "" };
    this.#units.set(name, running);
    const keep = (bytes: Buffer): void => {
      running.output += bytes.toString();
    };
    running.process.stdout?.on("data", keep);
    running.process.stderr?.on("data", keep);
    const isUp = (): true | undefined => {
      if (running.process.exitCode !== null) throw new Error(`unit ${name} ended:\n${running.output}`);
      return / {2}console {2}https/.test(running.output) || undefined;
    };
    await until(isUp, START_LIMIT_MS).catch((error: unknown) => {
      throw new Error(`unit ${name} has no console:\n${running.output}`, { cause: error });
    });
  }

  /** システム停止: an orderly end. */
  async stopUnit(name: UnitName): Promise<void> {
    const running = this.#units.get(name);
    if (running === undefined) return;
    const ended = once(running.process, "exit");
    running.process.kill("SIGTERM");
    await ended;
  }

  /** Chromium on the client's side of the bridge. */
  async launchBrowser(): Promise<ConsoleBrowser> {
    const program = join(this.#folder, "chromium-on-client");
    const namespace = this.network.namespaceOf("client");
    writeFileSync(program, `#!/bin/sh\nexec ip netns exec ${namespace} /usr/bin/chromium "$@"\n`, {
      mode: 0o755,
    });
    return ConsoleBrowser.launch(program);
  }

  /** What a client gets through a proxy, or what curl says of it. */
  get(proxy: string, url: string): string {
    return this.#curl("-x", proxy, url);
  }

  /** What a client gets without a proxy. */
  fetch(url: string): string {
    return this.#curl(url);
  }

  #curl(...words: readonly string[]): string {
    try {
      return this.network.run(
        "client",
        "curl",
        "-s",
        "-S",
        "-i",
        "--max-time",
        String(CURL_LIMIT_S),
        ...words,
      );
    } catch (error) {
      return String(error);
    }
  }

  /** The addresses that the kernel of a unit has on its eth0. */
  addressesOf(name: UnitName): string {
    return this.network.ip(name, "-o", "address", "show", "dev", "eth0");
  }

  #stateOf(name: UnitName): string {
    return join(this.#folder, name);
  }
}
